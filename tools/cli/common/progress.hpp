// SPDX-License-Identifier: Apache-2.0
// A progress bar on standard error, drawn only where that is a terminal and the answer is for people. Threads: one.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

namespace greentill::cli {

class Progress {
 public:
  /// `total` of 0 is unknown: the count alone is shown. `shown` false draws nothing, ever.
  Progress(std::ostream& err, bool shown, std::string label, std::uint64_t total);
  /// Wipes the bar.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// At most ten times a second something is drawn.
  void update(std::uint64_t done);
  /// Makes room for a line of text on the same terminal; the next update draws again.
  void wipe();

 private:
  void draw(std::uint64_t done);

  std::ostream& err_;
  bool shown_;
  std::string label_;
  std::uint64_t total_;
  bool on_screen_ = false;
  std::optional<std::chrono::steady_clock::time_point> drawn_at_;
};

/// Whether standard error is a terminal.
[[nodiscard]] bool stderr_is_terminal();

}  // namespace greentill::cli

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
  /// `total` 0: unknown, and only the count is shown. With `shown` false nothing is ever drawn.
  Progress(std::ostream& err, bool shown, std::string label, std::uint64_t total);
  /// Erases the bar.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Draws the bar, at most ten times a second.
  void update(std::uint64_t done);
  /// Erases the bar, so that a line of text can be written to the terminal; the next update draws it again.
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

// SPDX-License-Identifier: Apache-2.0
// Lines to and from a program, over its pipes. The descriptors stay the caller's. Threads: one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace greentill::exec {

/// With its line end. A longer one ends the conversation.
inline constexpr std::size_t kMaxLineBytes = 1u << 20;

class LineReader {
 public:
  explicit LineReader(int descriptor) : descriptor_(descriptor) {}

  /// The next line without its end, or nothing in that time; a negative time has no end. Lifetime: until the next call.
  /// Throws std::runtime_error where the program has closed its output, in mid-line or not, or the line is too long.
  std::optional<std::string_view> next(std::chrono::milliseconds time);

 private:
  std::optional<std::string_view> buffered();
  void read_more();

  int descriptor_;
  std::string buffer_;
  std::size_t begin_ = 0;    // of what is not handed out yet
  std::size_t scanned_ = 0;  // up to here there is no line end
};

class LineWriter {
 public:
  /// Makes it non-blocking.
  explicit LineWriter(int descriptor);

  /// Waits for room without an end: whoever calls has a watchdog. Throws std::runtime_error where nobody reads any more.
  void send(std::string_view line);
  /// False where there is no room now, and nothing was written. Requires: at most 512 bytes.
  [[nodiscard]] bool try_send(std::string_view line);

 private:
  int descriptor_;
};

}  // namespace greentill::exec

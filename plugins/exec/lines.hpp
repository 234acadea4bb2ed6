// SPDX-License-Identifier: Apache-2.0
// Lines to and from a program, over its pipes. The caller owns the descriptors. Threads: one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace greentill::exec {

/// The longest line, with its line end. A longer one ends the conversation.
inline constexpr std::size_t kMaxLineBytes = 1u << 20;

class LineReader {
 public:
  explicit LineReader(int descriptor) : descriptor_(descriptor) {}

  /// The next line without its end, or nothing in that time; a negative time has no end. Lifetime: until the next call. Throws
  /// std::runtime_error where the program has closed its output, even in the middle of a line, or the line is too long.
  std::optional<std::string_view> next(std::chrono::milliseconds time);

 private:
  std::optional<std::string_view> buffered();
  void read_more();

  int descriptor_;
  std::string buffer_;
  std::size_t begin_ = 0;    // of the bytes that were not handed out yet
  std::size_t scanned_ = 0;  // there is no line end before this place
};

class LineWriter {
 public:
  /// Makes the descriptor non-blocking.
  explicit LineWriter(int descriptor);

  /// Sends a line; waits for room without an end, since the caller's call is bounded by a watchdog. Throws std::runtime_error
  /// where nobody reads any more.
  void send(std::string_view line);
  /// Sends a line if there is room now; false, with nothing written, where there is none. Requires: at most 512 bytes.
  [[nodiscard]] bool try_send(std::string_view line);

 private:
  int descriptor_;
};

}  // namespace greentill::exec

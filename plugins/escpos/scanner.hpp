// SPDX-License-Identifier: Apache-2.0
// Cuts a print job into text, control characters and commands, so that no parameter and no picture is ever taken for text. What a
// command means is the interpreter's. Threads: one.
#pragma once

#include <cstdint>
#include <optional>

#include "daemon/base/bytes.hpp"

namespace greentill::escpos {

namespace control {
inline constexpr std::uint8_t kTab = 0x09;
inline constexpr std::uint8_t kLineFeed = 0x0a;
inline constexpr std::uint8_t kFormFeed = 0x0c;
inline constexpr std::uint8_t kReturn = 0x0d;
inline constexpr std::uint8_t kDle = 0x10;
inline constexpr std::uint8_t kCancel = 0x18;
inline constexpr std::uint8_t kEsc = 0x1b;
inline constexpr std::uint8_t kFs = 0x1c;
inline constexpr std::uint8_t kGs = 0x1d;
}  // namespace control

struct Token {
  enum class Kind : std::uint8_t { text, control, command };
  Kind kind = Kind::text;
  std::uint8_t prefix = 0;  ///< of a command: DLE, ESC, FS or GS
  std::uint8_t code = 0;    ///< a control character, or a command's second byte
  ByteView bytes;  ///< the text, or the command's parameters; a job that ends too early leaves fewer than there should be
};

class Scanner {
 public:
  /// `job` must outlive the scanner and its tokens.
  explicit Scanner(ByteView job) : rest_(job) {}
  /// Nothing at the end. Every byte of the job is in one token.
  std::optional<Token> next();

 private:
  Token text();
  Token command();
  ByteView take(std::size_t count);

  ByteView rest_;
};

/// How many of the bytes behind a command's two belong to it, were there enough of them: may exceed what `behind` holds.
/// Commands that nobody knows have none. Pure.
std::uint64_t parameter_count(std::uint8_t prefix, std::uint8_t code, ByteView behind);

}  // namespace greentill::escpos

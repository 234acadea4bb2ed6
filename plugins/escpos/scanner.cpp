// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/scanner.hpp"

#include <algorithm>

namespace greentill::escpos {
namespace {

using namespace control;

bool is_prefix(std::uint8_t byte) { return byte == kDle || byte == kEsc || byte == kFs || byte == kGs; }
bool is_text(std::uint8_t byte) { return byte >= 0x20 && byte != 0x7f; }

/// Of the control characters only these follow a prefix; before any other the prefix is noise.
bool is_second_byte(std::uint8_t prefix, std::uint8_t byte) {
  if (byte >= 0x20) return true;
  if (prefix == kDle) return byte == 0x04 || byte == 0x05 || byte == 0x14;
  return (prefix == kEsc || prefix == kGs) && byte == kFormFeed;
}

}  // namespace

ByteView Scanner::take(std::size_t count) {
  const ByteView taken = rest_.first(std::min(count, rest_.size()));
  rest_ = rest_.subspan(taken.size());
  return taken;
}

Token Scanner::text() {
  const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_text);
  return {Token::Kind::text, 0, 0, take(static_cast<std::size_t>(end - rest_.begin()))};
}

Token Scanner::command() {
  const ByteView head = take(2);
  const std::uint64_t count = parameter_count(head[0], head[1], rest_);
  return {Token::Kind::command, head[0], head[1], take(static_cast<std::size_t>(std::min<std::uint64_t>(count, rest_.size())))};
}

std::optional<Token> Scanner::next() {
  if (rest_.empty()) return std::nullopt;
  const std::uint8_t first = rest_[0];
  if (is_text(first)) return text();
  if (is_prefix(first) && rest_.size() > 1 && is_second_byte(first, rest_[1])) return command();
  take(1);
  return Token{Token::Kind::control, 0, first, {}};
}

}  // namespace greentill::escpos

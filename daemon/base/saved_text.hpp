// SPDX-License-Identifier: Apache-2.0
// What editors do to a small text file besides what its author typed: a byte order mark in front, UTF-16, line ends of another
// system, blanks at the end. Threads: pure functions.
#pragma once

#include <string_view>

#include "daemon/base/text.hpp"

namespace greentill {

inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// Whether the text is UTF-16, as some editors save it: with its byte order mark, or with a zero beside its first letter.
inline bool is_utf16(std::string_view text) {
  if (text.size() < 2) return false;
  return text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff") || (text[0] == '\0') != (text[1] == '\0');
}

/// The one line of a file that holds nothing else, without what editors put around it. Lifetime: the text's.
inline std::string_view only_line(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return trimmed(text);
}

}  // namespace greentill

// SPDX-License-Identifier: Apache-2.0
// Text from outside, as it may be shown on a terminal or written to a log: what would steer a terminal, or show text in another
// order than it has, is visible instead. Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace greentill {

/// In place of control characters of ASCII and of bytes that are no UTF-8 "\x1b"; of those beyond ASCII (U+0080 to U+009F), line
/// and paragraph separators, controls of writing direction and the byte order mark "\u009b".
std::string printable(std::string_view text);

/// The same document: what printable() would show, beyond what JSON escapes by itself, is escaped as JSON does. Requires: UTF-8.
std::string printable_json(std::string_view json);

}  // namespace greentill

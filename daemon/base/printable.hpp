// SPDX-License-Identifier: Apache-2.0
// Makes text from outside safe to show on a terminal or to write to a log: characters that would steer a terminal, or show text
// in another order than it has, become visible. Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace greentill {

/// ASCII control characters, and bytes that are not UTF-8, become "\x1b" and the like. Control characters beyond ASCII (U+0080 to
/// U+009F), line and paragraph separators, controls of writing direction and the byte order mark become "\u009b" and the like.
std::string printable(std::string_view text);

/// The same JSON document, in which JSON's own escapes replace what printable() would make visible. Requires: UTF-8.
std::string printable_json(std::string_view json);

}  // namespace greentill

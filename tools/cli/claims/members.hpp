// SPDX-License-Identifier: Apache-2.0
// Members of the daemon's JSON as text for people, and what it is laid out with. A member is named by a JSON pointer (RFC 6901);
// one that is missing, or of another kind, is an empty text. Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>

#include "tools/cli/common/output.hpp"

namespace greentill::cli {

/// The value itself; null where there is none. Lifetime: the JSON's.
[[nodiscard]] const Json& member_at(const Json& json, const char* path);
[[nodiscard]] std::string text_at(const Json& json, const char* path);
[[nodiscard]] std::string time_at(const Json& json, const char* path);
[[nodiscard]] std::string grams_at(const Json& json, const char* path);
/// "2043 m.odometer, 1 pieces".
[[nodiscard]] std::string quantities_at(const Json& json, const char* path);

/// With blanks up to a width, behind the text or before it.
[[nodiscard]] std::string padded(const std::string& text, std::size_t width);
[[nodiscard]] std::string aligned_right(const std::string& text, std::size_t width);

/// Collects lines "label  value"; a line without a value is left out.
struct Page {
  std::string all;

  void line(const char* label, const std::string& value);
};

}  // namespace greentill::cli

// SPDX-License-Identifier: Apache-2.0
// A JSON document as a tree in which numbers stay as they are written: amounts with 26 places and codes beyond 2^53 lose nothing.
// Threads: values; const calls concurrent.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/common/readers/json_stream.hpp"
#include "plugins/common/values/limits.hpp"

namespace greentill::plugin {

inline constexpr std::size_t kMostJsonValues = 400'000;

struct JsonValue {
  using Type = JsonType;

  Type type = Type::null;
  std::string text;                ///< a text's characters; a number as written; true or false
  std::vector<std::string> names;  ///< of an object: the name of each value, no name twice
  std::vector<JsonValue> values;   ///< of a list or an object

  [[nodiscard]] bool is(Type one) const { return type == one; }
  /// The object's member; null where this is no object, it has no such member, or the member is null.
  [[nodiscard]] const JsonValue* member(std::string_view name) const;
  /// The member's text; nothing where there is none. Throws Unusable, naming the member, where it is no text.
  [[nodiscard]] std::optional<std::string> text_of(std::string_view name) const;
};

/// Throws Unusable where the document is no JSON that JsonStream reads, an object has a name twice, or there are more than
/// kMostJsonValues values.
JsonValue parse_json_tree(std::string_view document);

}  // namespace greentill::plugin

// SPDX-License-Identifier: Apache-2.0
// A JSON document as a tree whose numbers stay as they are written: amounts with 26 places and codes beyond 2^53 lose nothing.
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
  std::string text;                ///< of a text, its characters; of a number, as it is written; of a boolean, true or false
  std::vector<std::string> names;  ///< of an object: one for each value, none twice
  std::vector<JsonValue> values;   ///< of a list or an object

  [[nodiscard]] bool is(Type one) const { return type == one; }
  /// The member of an object; null where this is no object, there is none such, or it is the JSON null.
  [[nodiscard]] const JsonValue* member(std::string_view name) const;
  /// The text of such a member. Throws Unusable, naming it, where it is of another type.
  [[nodiscard]] std::optional<std::string> text_of(std::string_view name) const;
};

/// Throws Unusable where JsonStream would not read it, a name occurs twice in an object, or it has more than kMostJsonValues.
JsonValue parse_json_tree(std::string_view document);

}  // namespace greentill::plugin

// SPDX-License-Identifier: Apache-2.0
// A JSON document as a tree whose numbers stay as they are written: amounts with 26 places and codes beyond 2^53 lose nothing.
// Threads: values; const calls concurrent.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/common/limits.hpp"

namespace greentill::plugin {

inline constexpr std::size_t kMostJsonValues = 400'000;
inline constexpr std::size_t kMostJsonDepth = 32;
inline constexpr std::size_t kMostJsonNames = 1'000;  ///< of one object

struct JsonValue {
  enum class Type { null, boolean, number, text, list, object };

  Type type = Type::null;
  std::string text;                ///< of a text, its characters; of a number, as it is written; of a boolean, true or false
  std::vector<std::string> names;  ///< of an object: one for each value, none twice
  std::vector<JsonValue> values;   ///< of a list or an object

  [[nodiscard]] bool is(Type one) const { return type == one; }
  /// The member of an object; null where this is no object, there is none such, or it is the JSON null.
  [[nodiscard]] const JsonValue* member(std::string_view name) const;
};

/// Throws Unusable where it is no JSON (RFC 8259, UTF-8), a name occurs twice in an object, or it is beyond the limits. A byte
/// order mark is passed over.
JsonValue parse_json_tree(std::string_view document);

}  // namespace greentill::plugin

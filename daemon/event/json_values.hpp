// SPDX-License-Identifier: Apache-2.0
// Puts a single JSON value into its field, and tells which parts of the field table JSON uses. Private to the JSON reader.
// Threads: pure functions.
#pragma once

#include <string>
#include <type_traits>

#include "daemon/base/wall_time.hpp"
#include "daemon/event/card_mask.hpp"
#include "daemon/event/fields.hpp"

namespace greentill::event {

/// Numbers and containers that fit no field directly: an integer beyond 63 bits; a number with a point or exponent; an object or
/// array where a single value belongs.
struct Large {
  std::uint64_t value;
};
struct Inexact {
  const std::string& text;
};
struct Container {};

template <typename Field>
constexpr bool is_in_json(const Field& field) {
  if constexpr (Field::kKind == Kind::flag) return field.in_json;
  return Field::kKind != Kind::bytes;
}

template <typename Field>
constexpr bool is_required(const Field& field) {
  if constexpr (Field::kKind == Kind::text) return field.rule.need == Need::required;
  if constexpr (Field::kKind == Kind::time || Field::kKind == Kind::choice) return field.need == Need::required;
  return false;
}

/// The JSON names of a table's fields; an empty name, which matches none, for a field that is not in JSON.
template <const auto& table>
inline constexpr auto kNames =
    std::apply([](const auto&... field) { return std::array{(is_in_json(field) ? field.name : std::string_view())...}; }, table);

/// The bits of the fields that must be there.
template <const auto& table>
inline constexpr std::uint32_t kRequired = std::apply(
    [](const auto&... field) {
      std::uint32_t bits = 0;
      std::uint32_t bit = 1;
      ((bits |= is_required(field) ? bit : 0, bit <<= 1), ...);
      return bits;
    },
    table);

template <typename Field>
inline constexpr bool kHasTextFirst = false;
template <typename Field>
requires(Field::kKind == Kind::list) inline constexpr bool kHasTextFirst<Field> =
    std::tuple_element_t<0, std::remove_cvref_t<decltype(Field::kFields)>>::kKind == Kind::text;

/// The name's index, or names.size() where it is not among the names.
template <typename Names>
constexpr std::size_t index_of(const Names& names, std::string_view name) {
  std::size_t index = 0;
  while (index < names.size() && (names[index] != name || name.empty())) ++index;
  return index;
}

constexpr std::size_t kRootFields = std::tuple_size_v<decltype(kTransactionFields)>;
constexpr std::size_t kEnd = index_of(kNames<kTransactionFields>, "end");
static_assert(kEnd < kRootFields && kRootFields <= 32);

template <typename Field>
const char* type_of(const Field& field) {
  switch (Field::kKind) {
    case Kind::integer: return "must be an integer";
    case Kind::time: return "must be Unix seconds or an RFC 3339 time with its offset";
    case Kind::flag: return "must be true or false";
    case Kind::group: return "must be an object";
    case Kind::list:
      if constexpr (Field::kKind == Kind::list) return field.form == ListForm::objects ? "must be an array" : "must be an object";
      [[fallthrough]];
    default: return "must be a text";
  }
}

inline bool refuse(std::string& why, std::string detail) {
  why = std::move(detail);
  return false;
}

// put() stores a value in its field; false, with the reason in `why`, where the field cannot take it.

template <typename Field, typename Of>
bool put(const Field& field, Of& /*of*/, Container /*value*/, std::string& why) {
  return refuse(why, type_of(field));
}

template <typename Field, typename Of>
bool put(const Field& field, Of& of, std::string& text, std::string& why) {
  if constexpr (Field::kKind == Kind::text) {
    if (is_required(field) && text.empty()) return refuse(why, "must not be empty");
    if (!field.rule.allows(text)) return refuse(why, field.rule.why_not(text));
    mask_card_numbers(text, field.rule.mask);
    of.*field.ours = std::move(text);
    return true;
  } else if constexpr (Field::kKind == Kind::choice) {
    const std::size_t choice = index_of(field.names, text);
    of.*field.ours = static_cast<typename Field::Type>(choice);
    if (choice < field.names.size()) return true;
    std::string detail = "must be one of";
    for (const std::string_view name : field.names) (detail += name == field.names.front() ? " " : ", ") += name;
    return refuse(why, std::move(detail));
  } else if constexpr (Field::kKind == Kind::time) {
    const auto seconds = parse_rfc3339(text);
    return seconds ? put(field, of, *seconds, why) : refuse(why, type_of(field));
  } else {
    return refuse(why, type_of(field));
  }
}

template <typename Field, typename Of>
bool put(const Field& field, Of& of, std::int64_t value, std::string& why) {
  if constexpr (Field::kKind == Kind::time) {
    if (value < 0 || value > kLatestTime) return refuse(why, "must be a time from 1970 to 9999");
    of.*field.ours = value;
    return true;
  } else if constexpr (Field::kKind == Kind::integer) {
    if (!field.rule.allows(value)) return refuse(why, field.rule.too_small);
    of.*field.ours = static_cast<std::remove_reference_t<decltype(of.*field.ours)>>(value);
    return true;
  } else {
    return refuse(why, type_of(field));
  }
}

template <typename Field, typename Of>
bool put(const Field& field, Of& of, Large large, std::string& why) {
  if constexpr (Field::kKind == Kind::integer) {
    if constexpr (std::is_same_v<decltype(field.of(of)), std::uint64_t>) {
      of.*field.ours = large.value;
      return true;
    }
  }
  const bool number = Field::kKind == Kind::integer || Field::kKind == Kind::time;
  return refuse(why, number ? "must fit 64 bits with a sign" : type_of(field));
}

template <typename Field, typename Of>
bool put(const Field& field, Of& /*of*/, Inexact number, std::string& why) {
  if (Field::kKind != Kind::integer && Field::kKind != Kind::time) return refuse(why, type_of(field));
  const bool digits_only = number.text.find_first_of(".eE") == std::string::npos;
  return refuse(why, digits_only ? "must fit 64 bits with a sign" : "must be an integer, without point or exponent");
}

template <typename Field, typename Of>
bool put(const Field& field, Of& of, bool value, std::string& why) {
  if constexpr (Field::kKind == Kind::flag) {
    of.*field.ours = value;
    return true;
  } else {
    return refuse(why, type_of(field));
  }
}

}  // namespace greentill::event

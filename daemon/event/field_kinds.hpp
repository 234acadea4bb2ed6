// SPDX-License-Identifier: Apache-2.0
// What a field can be: the rows that the table of fields.hpp is made of. A row knows a field's name in JSON, where it lies in our
// struct and where in the plugin ABI's, and what may stand in it. `of` reads it from either, so that one visitor serves both.
// A table is a std::tuple of rows; every(), each() and visit_at() go through one at compile time, and a visitor tells rows apart
// by their `kind`. Threads: constants.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "daemon/event/limits.hpp"
#include "greentill/plugin.h"

namespace greentill::event {

inline gt_text to_abi(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view from_abi(gt_text text) {
  return text.size == 0 || text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

enum class Kind : std::uint8_t { text, time, integer, choice, flag, bytes, group, list };

// clang needs the deduction guides: it does not deduce template arguments of aggregates.

/// Who reads what is written of a transaction. A detector gets no field that it does not need.
enum class Audience : std::uint8_t { host, detector };

/// Whether card numbers in a text are masked. They are not in a text that names something, since masking could make two events
/// one.
enum class Mask : std::uint8_t { always, unless_gtin, never };

/// Whether a field must be there in JSON.
enum class Need : std::uint8_t { optional, required };

struct TextRule {
  std::size_t least = 0;
  std::size_t most = kMaxTextBytes;
  Mask mask = Mask::always;
  /// Whether the text is one of those allowed; null where any text is. A text of a foreign plugin's that is not allowed is left
  /// empty instead of refused, since the record is worth more than that word.
  bool (*is_known)(std::string_view) = nullptr;
  const char* known = "";  ///< "must be one of …"
  Need need = Need::optional;
  Audience least_trusted = Audience::detector;  ///< `host`: detectors do not get the field

  [[nodiscard]] bool allows(std::string_view text) const {
    return text.size() >= least && text.size() <= most && (is_known == nullptr || text.empty() || is_known(text));
  }
  [[nodiscard]] bool is_for(Audience audience) const { return audience <= least_trusted; }
  /// Requires: !allows(text).
  [[nodiscard]] std::string why_not(std::string_view text) const;
};

template <typename Ours, typename Abi>
struct TextField {
  static constexpr Kind kKind = Kind::text;
  std::string_view name;
  std::string Ours::*ours;
  gt_text Abi::*abi;
  TextRule rule = {};

  [[nodiscard]] std::string_view of(const Ours& from) const { return from.*ours; }
  [[nodiscard]] std::string_view of(const Abi& from) const { return from_abi(from.*abi); }
};
template <typename Ours, typename Abi, typename... Rule>
TextField(std::string_view, std::string Ours::*, gt_text Abi::*, Rule...) -> TextField<Ours, Abi>;

/// A time; in JSON as Unix seconds or in RFC 3339.
template <typename Ours, typename Abi>
struct TimeField {
  static constexpr Kind kKind = Kind::time;
  std::string_view name;
  std::int64_t Ours::*ours;
  std::int64_t Abi::*abi;
  Need need;

  [[nodiscard]] std::int64_t of(const Ours& from) const { return from.*ours; }
  [[nodiscard]] std::int64_t of(const Abi& from) const { return from.*abi; }
};
template <typename Ours, typename Abi>
TimeField(std::string_view, std::int64_t Ours::*, std::int64_t Abi::*, Need) -> TimeField<Ours, Abi>;

struct IntegerRule {
  bool zero_is_none = false;  ///< left out of JSON where the value is 0, even if `least` is higher
  std::int64_t least = INT64_MIN;
  const char* too_small = "";

  template <typename Integer>
  [[nodiscard]] bool allows(Integer value) const {
    return std::cmp_greater_equal(value, least);
  }
};

/// A 64-bit integer, signed or unsigned.
template <typename Ours, typename Abi, typename Integer>
struct IntegerField {
  static constexpr Kind kKind = Kind::integer;
  std::string_view name;
  Integer Ours::*ours;
  Integer Abi::*abi;
  IntegerRule rule = {};

  [[nodiscard]] Integer of(const Ours& from) const { return from.*ours; }
  [[nodiscard]] Integer of(const Abi& from) const { return from.*abi; }
};
template <typename Ours, typename Abi, typename Integer, typename... Rule>
IntegerField(std::string_view, Integer Ours::*, Integer Abi::*, Rule...) -> IntegerField<Ours, Abi, Integer>;

/// One of several names; `names` is in the order of the enum's values.
template <typename Ours, typename Abi, typename Enum>
struct ChoiceField {
  static constexpr Kind kKind = Kind::choice;
  std::string_view name;
  Enum Ours::*ours;
  std::uint32_t Abi::*abi;
  std::span<const std::string_view> names;
  Need need;
  using Type = Enum;

  [[nodiscard]] std::uint32_t of(const Ours& from) const { return static_cast<std::uint32_t>(from.*ours); }
  [[nodiscard]] std::uint32_t of(const Abi& from) const { return from.*abi; }
};
template <typename Ours, typename Abi, typename Enum, typename Names>
ChoiceField(std::string_view, Enum Ours::*, std::uint32_t Abi::*, const Names&, Need) -> ChoiceField<Ours, Abi, Enum>;

template <typename Ours, typename Abi>
struct FlagField {
  static constexpr Kind kKind = Kind::flag;
  std::string_view name;
  bool Ours::*ours;
  std::uint32_t Abi::*abi;
  bool in_json;

  [[nodiscard]] bool of(const Ours& from) const { return from.*ours; }
  [[nodiscard]] bool of(const Abi& from) const { return from.*abi != 0; }
};
template <typename Ours, typename Abi>
FlagField(std::string_view, bool Ours::*, std::uint32_t Abi::*, bool) -> FlagField<Ours, Abi>;

/// Bytes. Not in JSON.
template <typename Ours, typename Abi>
struct BytesField {
  static constexpr Kind kKind = Kind::bytes;
  std::string_view name;
  std::vector<std::uint8_t> Ours::*ours;
  const std::uint8_t* Abi::*abi;
  std::size_t Abi::*abi_size;
  std::size_t most;

  [[nodiscard]] std::span<const std::uint8_t> of(const Ours& from) const { return from.*ours; }
  [[nodiscard]] std::span<const std::uint8_t> of(const Abi& from) const { return {from.*abi, from.*abi_size}; }
};
template <typename Ours, typename Abi>
BytesField(std::string_view, std::vector<std::uint8_t> Ours::*, const std::uint8_t* Abi::*, std::size_t Abi::*, std::size_t)
    -> BytesField<Ours, Abi>;

/// A struct of its own in JSON and in our struct, whose fields lie among the others in the ABI's. It is present where its
/// required text is not empty.
template <const auto& table, typename Ours, typename Abi, typename Inner>
struct GroupField {
  static constexpr Kind kKind = Kind::group;
  static constexpr const auto& kFields = table;
  std::string_view name;
  Inner Ours::*ours;

  [[nodiscard]] const Inner& of(const Ours& from) const { return from.*ours; }
  [[nodiscard]] const Abi& of(const Abi& from) const { return from; }
};

/// How a list looks in JSON: an array of objects; or one object, whose members have the first field as name and the second as
/// value, no name twice.
enum class ListForm : std::uint8_t {
  objects,
  pairs,        ///< no name twice in the ABI either
  loose_pairs,  ///< in the ABI a name may stand twice, and an element without a name is left out
};

template <const auto& table, typename Ours, typename Abi, typename Element, typename AbiElement>
struct ListField {
  static constexpr Kind kKind = Kind::list;
  static constexpr const auto& kFields = table;
  using AbiStruct = Abi;
  using AbiType = AbiElement;
  std::string_view name;
  std::vector<Element> Ours::*ours;
  const AbiElement* Abi::*abi;
  std::size_t Abi::*abi_count;
  ListForm form;
  std::size_t least;
  std::size_t most;

  [[nodiscard]] std::size_t size(const Ours& from) const { return (from.*ours).size(); }
  [[nodiscard]] std::size_t size(const Abi& from) const { return from.*abi_count; }
  [[nodiscard]] const Element& at(const Ours& from, std::size_t index) const { return (from.*ours)[index]; }
  /// The plugin may know more fields than we do, so elements lie as far apart as the first one's `size` says.
  [[nodiscard]] const AbiElement& at(const Abi& from, std::size_t index) const {
    const auto* first = reinterpret_cast<const unsigned char*>(from.*abi);
    return *reinterpret_cast<const AbiElement*>(first + index * (from.*abi)->size);
  }
  [[nodiscard]] bool leaves_out(const AbiElement& element) const {
    if constexpr (std::tuple_element_t<0, std::remove_cvref_t<decltype(table)>>::kKind != Kind::text)
      return false;
    else
      return form == ListForm::loose_pairs && std::get<0>(table).of(element).empty();
  }
};

template <const auto& table, typename Abi, typename Ours, typename Inner>
constexpr GroupField<table, Ours, Abi, Inner> group(std::string_view name, Inner Ours::*ours) {
  return {name, ours};
}

template <const auto& table, typename Ours, typename Abi, typename Element, typename AbiElement>
constexpr ListField<table, Ours, Abi, Element, AbiElement> list(std::string_view name, std::vector<Element> Ours::*ours,
                                                                const AbiElement* Abi::*abi, std::size_t Abi::*count,
                                                                ListForm form, std::size_t least, std::size_t most) {
  return {name, ours, abi, count, form, least, most};
}

/// Whether `visit` returns true for every row; it is not called after the first false.
template <typename Table, typename Visit>
constexpr bool every(const Table& table, const Visit& visit) {
  return std::apply([&](const auto&... field) { return (visit(field) && ...); }, table);
}

template <typename Table, typename Visit>
constexpr void each(const Table& table, const Visit& visit) {
  std::apply([&](const auto&... field) { (visit(field), ...); }, table);
}

/// Calls `visit` for the row with this index, and returns its result.
template <typename Table, typename Visit>
constexpr bool visit_at(const Table& table, std::size_t index, const Visit& visit) {
  bool said = false;
  const auto try_each = [&]<std::size_t... i>(std::index_sequence<i...>) {
    static_cast<void>(((i == index && (said = visit(std::get<i>(table)), true)) || ...));
  };
  try_each(std::make_index_sequence<std::tuple_size_v<Table>>());
  return said;
}

}  // namespace greentill::event

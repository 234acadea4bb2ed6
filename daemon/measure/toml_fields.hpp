// SPDX-License-Identifier: Apache-2.0
// Reads many keys of a TOML table in a row: the first error is kept, and everything after it answers a default, so that a loader
// checks once, at its end. Threads: one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/measure/toml.hpp"

namespace greentill::measure {

/// Where the first error of a whole document is kept.
using FirstError = std::optional<Error>;

class TomlFields {
 public:
  /// `first` must outlive the fields; tables taken from here share it.
  TomlFields(TomlTable table, FirstError& first) : table_(std::move(table)), first_(first) {}

  std::string text(std::string_view key) { return keep(table_.text(key)); }
  std::string text_or(std::string_view key, std::string_view absent) { return keep(table_.text_or(key, absent)); }
  std::int64_t integer(std::string_view key, std::int64_t least, std::int64_t most) {
    return keep(table_.integer(key, least, most));
  }
  std::int64_t integer_or(std::string_view key, std::int64_t least, std::int64_t most, std::int64_t absent) {
    return keep(table_.integer_or(key, least, most, absent));
  }
  std::optional<std::int64_t> optional_integer(std::string_view key, std::int64_t least, std::int64_t most) {
    if (!table_.has(key)) return std::nullopt;
    return keep(table_.integer(key, least, most));
  }
  bool boolean_or(std::string_view key, bool absent) { return keep(table_.boolean_or(key, absent)); }
  std::int64_t decimal(std::string_view key, int scale, Rounding rounding) { return keep(table_.decimal(key, scale, rounding)); }
  std::int64_t decimal_or(std::string_view key, int scale, Rounding rounding, std::int64_t absent) {
    return table_.has(key) ? keep(table_.decimal(key, scale, rounding)) : absent;
  }
  std::vector<std::string> texts_or_none(std::string_view key) { return keep(table_.texts_or_none(key)); }
  TomlFields table(std::string_view key) { return {below(table_.table(key), key), first_}; }
  TomlFields table_or_empty(std::string_view key) { return {below(table_.table_or_empty(key), key), first_}; }
  std::vector<TomlFields> tables(std::string_view key) {
    std::vector<TomlFields> all;
    for (TomlTable& one : keep(table_.tables(key))) all.emplace_back(std::move(one), first_);
    return all;
  }

  [[nodiscard]] bool has(std::string_view key) const { return table_.has(key); }
  [[nodiscard]] std::vector<std::string> keys() const { return table_.keys(); }
  void only(std::initializer_list<std::string_view> known) { keep(table_.only(known)); }
  /// Notes an error about a key, if it is the first.
  void wrong(std::string_view key, std::string_view what) { note(table_.wrong(key, what).error); }
  void note(Error error) {
    if (!first_) first_ = std::move(error);
  }

 private:
  template <typename T>
  T keep(Result<T> result) {
    if (result) return std::move(*result);
    note(result.error());
    return T{};
  }
  TomlTable below(Result<TomlTable> result, std::string_view key) {
    if (result) return std::move(*result);
    note(result.error());
    return table_.empty_below(key);
  }

  TomlTable table_;
  FirstError& first_;
};

}  // namespace greentill::measure

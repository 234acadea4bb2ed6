// SPDX-License-Identifier: Apache-2.0
// Reading TOML for people: the daemon's and the service's configuration, methodologies, programmes, and what plugins are
// configured with. Every error is of code invalid and names file, line, column and key: "name:line:column: key 'a.b[1].c' …".
//
// A loader reads key after key and asks for an error once, at its end. The first error of the document is kept; a value that is
// wrong reads as empty, or as the default where one is given. check() also reports keys that nobody asked for. Floats are never
// read: a decimal number is written as a text and kept exact.
//
// Threads: a table is a handle on its document, cheap to copy, for one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "daemon/base/decimal.hpp"
#include "daemon/base/error.hpp"

namespace greentill::toml {

class Table {
 public:
  /// Called with every error instead of keeping it, by check() once for each key that nobody asked for; may throw.
  using OnError = std::function<void(const Error&)>;

  /// Parses the text; `name` is the file's name in messages. A text that is no TOML gives an error and an empty table.
  static Table parse(std::string_view text, std::string name, OnError on_error = {});

  [[nodiscard]] std::string text(std::string_view key) const;
  /// A text that is not empty and has at most `most` bytes.
  [[nodiscard]] std::string filled_text(std::string_view key, std::size_t most = SIZE_MAX) const;
  /// The index of the text among `names`; 0 where it is none of them.
  [[nodiscard]] std::size_t choice(std::string_view key, std::span<const std::string_view> names) const;
  [[nodiscard]] std::size_t choice(std::string_view key, std::initializer_list<std::string_view> names) const {
    return choice(key, std::span(names.begin(), names.size()));
  }
  [[nodiscard]] std::string one_of(std::string_view key, std::initializer_list<std::string_view> names) const {
    return std::string(names.begin()[choice(key, names)]);
  }
  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t least, std::int64_t most) const;
  /// A decimal number written as a text, not negative; returned times 10^scale.
  [[nodiscard]] std::int64_t decimal(std::string_view key, unsigned scale, Rounding rounding) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
  [[nodiscard]] Table table(std::string_view key) const;

  // As above, with the value to take where the key is absent.
  [[nodiscard]] std::string text_or(std::string_view key, std::string_view absent) const;
  [[nodiscard]] std::size_t choice_or(std::string_view key, std::initializer_list<std::string_view> names,
                                      std::size_t absent) const;
  [[nodiscard]] std::int64_t integer_or(std::string_view key, std::int64_t least, std::int64_t most, std::int64_t absent) const;
  [[nodiscard]] std::optional<std::int64_t> optional_integer(std::string_view key, std::int64_t least, std::int64_t most) const;
  [[nodiscard]] std::int64_t decimal_or(std::string_view key, unsigned scale, Rounding rounding, std::int64_t absent) const;
  [[nodiscard]] bool boolean_or(std::string_view key, bool absent) const;
  [[nodiscard]] std::vector<std::string> texts_or_none(std::string_view key) const;
  [[nodiscard]] Table table_or_empty(std::string_view key) const;
  /// A table of texts: its keys and their texts.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> pairs_or_none(std::string_view key) const;
  /// An array of tables; empty where the key is absent.
  [[nodiscard]] std::vector<Table> tables(std::string_view key) const;

  [[nodiscard]] bool has(std::string_view key) const;
  /// Asks for texts that must be there and not be empty, but that only people read.
  void require(std::initializer_list<std::string_view> keys) const;
  /// Marks keys as known that nobody asks for.
  void allow(std::initializer_list<std::string_view> keys) const;
  [[nodiscard]] std::vector<std::string> keys() const;
  /// Calls `use` with every text below the table, also in lists and tables, and the nearest key above it. This does not count as
  /// asking for the keys.
  void each_text(const std::function<void(std::string_view key, const std::string& text)>& use) const;

  /// Records an error about a key of this table; about the table where it has no such key.
  void wrong(std::string_view key, std::string_view what) const;
  /// Records an error about the i-th item of a list, from 0, at the item's place.
  void wrong_item(std::string_view key, std::size_t index, std::string_view what) const;

  /// The document's first error so far. Where there is none, an error about the first key that nobody asked for, in this table or
  /// in those of its tables that were asked for.
  const std::optional<Error>& check() const;

 private:
  struct Document;
  struct Node;
  Table(std::shared_ptr<Document> document, Node& node) : document_(std::move(document)), node_(&node) {}
  template <typename Type>
  const Type* get(std::string_view key, std::string_view otherwise) const;
  template <typename Type>
  [[nodiscard]] Table below(const std::string& way, const Type* table) const;

  std::shared_ptr<Document> document_;
  Node* node_;  // a table of the document
};

/// What `read` returns for the root table, or the document's first error.
template <typename Read>
Result<std::invoke_result_t<Read, const Table&>> load(std::string_view text, const std::string& name, const Read& read) {
  const Table root = Table::parse(text, name);
  auto value = read(root);
  if (const auto& error = root.check()) return Failure{*error};
  return value;
}

}  // namespace greentill::toml

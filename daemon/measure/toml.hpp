// SPDX-License-Identifier: Apache-2.0
// Reading TOML for people: every error names the file, the line and the key. Used for methodologies, the daemon's configuration
// and the programme's rules. Floats are never read: a decimal number is written as a text and kept exact. Threads: a table is an
// immutable handle on its document, cheap to copy, safe from any thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/error.hpp"

namespace greentill::measure {

enum class Rounding { down, up, exact };

/// The decimal text ("0.16272") times 10^scale as an integer. Nothing where it is no plain non-negative decimal, does not fit,
/// or, for `exact`, has more digits than the scale keeps.
std::optional<std::int64_t> parse_decimal(std::string_view text, int scale, Rounding rounding);

class TomlTable {
 public:
  /// `name` is the file's name in messages.
  static Result<TomlTable> parse(std::string_view text, std::string name);

  // Each of these answers an error of code invalid: "name:line:column: key 'a.b' ...".
  [[nodiscard]] Result<std::string> text(std::string_view key) const;
  [[nodiscard]] Result<std::int64_t> integer(std::string_view key, std::int64_t least, std::int64_t most) const;
  [[nodiscard]] Result<bool> boolean(std::string_view key) const;
  /// A decimal written as a text, times 10^scale.
  [[nodiscard]] Result<std::int64_t> decimal(std::string_view key, int scale, Rounding rounding) const;
  [[nodiscard]] Result<std::vector<std::string>> texts(std::string_view key) const;
  [[nodiscard]] Result<TomlTable> table(std::string_view key) const;
  /// An array of tables; empty where the key is absent.
  [[nodiscard]] Result<std::vector<TomlTable>> tables(std::string_view key) const;

  // The same, with what to take where the key is absent.
  [[nodiscard]] Result<std::string> text_or(std::string_view key, std::string_view absent) const;
  [[nodiscard]] Result<std::int64_t> integer_or(std::string_view key, std::int64_t least, std::int64_t most,
                                                std::int64_t absent) const;
  [[nodiscard]] Result<bool> boolean_or(std::string_view key, bool absent) const;
  [[nodiscard]] Result<std::vector<std::string>> texts_or_none(std::string_view key) const;
  /// An empty table where the key is absent.
  [[nodiscard]] Result<TomlTable> table_or_empty(std::string_view key) const;

  /// A table without keys that answers in the key's name.
  [[nodiscard]] TomlTable empty_below(std::string_view key) const;

  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> keys() const;
  /// Refuses the first key that is not in the list, naming the nearest that is.
  [[nodiscard]] Status only(std::initializer_list<std::string_view> known) const;
  /// An error about a key of this table, in the same form.
  [[nodiscard]] Failure<Error> wrong(std::string_view key, std::string_view what) const;

 private:
  struct Node;
  explicit TomlTable(std::shared_ptr<const Node> node) : node_(std::move(node)) {}
  std::shared_ptr<const Node> node_;
};

}  // namespace greentill::measure

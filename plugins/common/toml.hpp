// SPDX-License-Identifier: Apache-2.0
// The TOML that our own plugins are configured with. Every error names the document, the line, the column and the key, and is
// thrown as std::runtime_error, which the plugin helper reports to the host. Threads: immutable, safe from any thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace greentill::plugin {

class Toml {
 public:
  /// `name` is what the document is called in messages.
  static Toml parse(std::string_view text, std::string_view name);

  // A required value; its *_or form where it may be absent.
  [[nodiscard]] std::string text(std::string_view key) const;
  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t least, std::int64_t most) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
  [[nodiscard]] Toml table(std::string_view key) const;
  /// An array of tables; empty where the key is absent.
  [[nodiscard]] std::vector<Toml> tables(std::string_view key) const;
  [[nodiscard]] std::string text_or(std::string_view key, std::string_view absent) const;
  [[nodiscard]] std::int64_t integer_or(std::string_view key, std::int64_t least, std::int64_t most, std::int64_t absent) const;
  [[nodiscard]] bool boolean_or(std::string_view key, bool absent) const;

  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> keys() const;
  /// Refuses the first key that is in neither list.
  void only(std::initializer_list<std::string_view> known, std::span<const std::string_view> known_too = {}) const;
  /// "name:line:column: key 'a' what", about a key of this table, or about the table where there is no such key.
  [[noreturn]] void wrong(std::string_view key, std::string_view what) const;
  /// The same about the i-th item of a list, from 0, where that item stands.
  [[noreturn]] void wrong_item(std::string_view key, std::size_t index, std::string_view what) const;

 private:
  struct Node;
  explicit Toml(std::shared_ptr<const Node> node) : node_(std::move(node)) {}
  std::shared_ptr<const Node> node_;
};

}  // namespace greentill::plugin

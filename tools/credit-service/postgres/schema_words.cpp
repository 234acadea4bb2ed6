// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/postgres/schema_words.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace greentill::postgres {
namespace {

constexpr std::string_view kSpace = " \n\t";
constexpr std::string_view kPrimaryKey = "PRIMARY KEY";
constexpr std::string_view kUnique = "UNIQUE";

/// SQLite compares texts byte by byte.
constexpr std::string_view kText = "text COLLATE \"C\"";

constexpr std::pair<std::string_view, std::string_view> kTypes[] = {{"INTEGER", "bigint"}, {"BLOB", "bytea"}, {"TEXT", kText}};

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

/// What stands between commas outside of brackets.
std::vector<std::string_view> parts(std::string_view text, char between) {
  std::vector<std::string_view> all;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    if (at < text.size() && text[at] == '(') ++depth;
    if (at < text.size() && text[at] == ')') --depth;
    if (at < text.size() && (text[at] != between || depth > 0)) continue;
    if (const auto part = trimmed(text.substr(begin, at - begin)); !part.empty()) all.push_back(part);
    begin = at + 1;
  }
  return all;
}

std::string joined(const std::vector<std::string>& all) {
  std::string text;
  for (const std::string& one : all) text += (text.empty() ? "" : ", ") + one;
  return text;
}

void cut(std::string& text, std::string_view what) {
  if (const std::size_t at = text.find(what); at != std::string::npos) text.erase(at, what.size());
}

/// A table that is being put into other words.
class Table {
 public:
  Table(std::string name, const Spread* spread) : name_(std::move(name)), spread_(spread) {}

  void add(std::string_view part) {
    if (part.starts_with("FOREIGN KEY")) return;
    if (part.starts_with(kPrimaryKey)) return take_names(part, primary_);
    if (part.starts_with(kUnique)) return take_names(part, unique_.emplace_back());
    add_column(part);
  }

  [[nodiscard]] std::string sql() const {
    std::vector<std::string> all = columns_;
    if (spread_ != nullptr && spread_->adds_key)
      all.push_back(std::string(spread_->key) + " " + std::string(kText) + " NOT NULL");
    if (!primary_.empty()) all.push_back(std::string(kPrimaryKey) + "(" + joined(with_key(primary_)) + ")");
    for (const auto& names : unique_) {
      if (spread_ == nullptr || !spread_->drops_unique) all.push_back(std::string(kUnique) + "(" + joined(with_key(names)) + ")");
    }
    std::string text = "CREATE TABLE " + name_ + "(" + joined(all) + ")";
    if (spread_ == nullptr) return text + ";\n";
    text += " PARTITION BY HASH (" + std::string(spread_->key) + ");\n";
    for (int at = 0; at < kPartitions; ++at) {
      text += "CREATE TABLE " + name_ + "_p" + std::to_string(at) + " PARTITION OF " + name_ + " FOR VALUES WITH (MODULUS " +
              std::to_string(kPartitions) + ", REMAINDER " + std::to_string(at) + ");\n";
    }
    return text;
  }

 private:
  void add_column(std::string_view part) {
    std::string column(part);
    if (const std::size_t at = column.find("REFERENCES"); at != std::string::npos) column.erase(at);
    const std::string name = column.substr(0, column.find(' '));
    if (column.find(kPrimaryKey) != std::string::npos) primary_ = {name};
    if (column.find(kUnique) != std::string::npos) unique_.push_back({name});
    cut(column, kPrimaryKey);
    cut(column, kUnique);
    for (const auto& [from, to] : kTypes) {
      const std::size_t at = column.find(from, name.size());
      if (at != std::string::npos) column.replace(at, from.size(), to);
    }
    columns_.emplace_back(trimmed(column));
  }
  static void take_names(std::string_view part, std::vector<std::string>& into) {
    const std::size_t open = part.find('(');
    for (const auto name : parts(part.substr(open + 1, part.rfind(')') - open - 1), ',')) into.emplace_back(name);
  }
  /// PostgreSQL wants the key of the partition in whatever is unique.
  [[nodiscard]] std::vector<std::string> with_key(std::vector<std::string> names) const {
    if (spread_ != nullptr && std::ranges::find(names, spread_->key) == names.end()) names.emplace_back(spread_->key);
    return names;
  }

  std::string name_;
  const Spread* spread_;
  std::vector<std::string> columns_, primary_;
  std::vector<std::vector<std::string>> unique_;
};

std::string table_in_words(std::string_view statement, std::span<const Spread> spread) {
  constexpr std::string_view kBegin = "CREATE TABLE ";
  const std::size_t open = statement.find('(');
  const std::size_t close = statement.rfind(')');
  const std::string name(trimmed(statement.substr(kBegin.size(), open - kBegin.size())));
  const auto found = std::ranges::find(spread, std::string_view(name), &Spread::table);
  Table table(name, found == spread.end() ? nullptr : &*found);
  for (const auto part : parts(statement.substr(open + 1, close - open - 1), ',')) table.add(part);
  return table.sql();
}

}  // namespace

std::string to_postgres(std::string_view description, std::span<const Spread> spread) {
  std::string text;
  for (const auto statement : parts(description, ';')) {
    if (statement.starts_with("CREATE TABLE ")) {
      text += table_in_words(statement, spread);
    } else {
      text += std::string(statement) + ";\n";
    }
  }
  return text;
}

}  // namespace greentill::postgres

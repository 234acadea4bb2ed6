// SPDX-License-Identifier: Apache-2.0
#include "daemon/measure/toml.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include <toml++/toml.h>

namespace greentill::measure {
namespace {

struct Document {
  toml::table root;
  std::string name;
};

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string at(const std::string& name, const toml::source_region& region) {
  return name + ':' + std::to_string(region.begin.line) + ':' + std::to_string(region.begin.column) + ": ";
}

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

bool append_digit(std::int64_t& value, int digit) {
  if (value > (std::numeric_limits<std::int64_t>::max() - digit) / 10) return false;
  value = value * 10 + digit;
  return true;
}

}  // namespace

std::optional<std::int64_t> parse_decimal(std::string_view text, int scale, Rounding rounding) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = point < text.size() ? text.substr(point + 1) : std::string_view();
  if (whole.empty() || (point < text.size() && fraction.empty())) return std::nullopt;
  if (!std::all_of(whole.begin(), whole.end(), is_digit) || !std::all_of(fraction.begin(), fraction.end(), is_digit)) {
    return std::nullopt;
  }
  std::int64_t value = 0;
  for (const char letter : whole) {
    if (!append_digit(value, letter - '0')) return std::nullopt;
  }
  const auto kept = static_cast<std::size_t>(scale);
  for (std::size_t i = 0; i < kept; ++i) {
    if (!append_digit(value, i < fraction.size() ? fraction[i] - '0' : 0)) return std::nullopt;
  }
  const bool cut = fraction.size() > kept && fraction.find_first_not_of('0', kept) != std::string_view::npos;
  if (!cut || rounding == Rounding::down) return value;
  if (rounding == Rounding::exact || value == std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  return value + 1;
}

struct TomlTable::Node {
  std::shared_ptr<const Document> document;
  const toml::table* table = nullptr;
  std::string path;  // "a.b." in front of the table's own keys

  [[nodiscard]] const toml::node* find(std::string_view key) const { return table->get(key); }
  [[nodiscard]] Failure<Error> wrong(std::string_view key, std::string_view what) const {
    const toml::node* node = find(key);
    return fail(ErrorCode::invalid, at(document->name, node != nullptr ? node->source() : table->source()) + "key '" + path +
                                        std::string(key) + "' " + std::string(what));
  }
  [[nodiscard]] std::shared_ptr<const Node> below(const toml::table& child, std::string child_path) const {
    return std::make_shared<const Node>(Node{document, &child, std::move(child_path)});
  }
};

Result<TomlTable> TomlTable::parse(std::string_view text, std::string name) {
  auto document = std::make_shared<Document>();
  document->name = std::move(name);
  // Debian's library holds only the parser that throws.
  try {
    document->root = toml::parse(text);
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::invalid, at(document->name, error.source()) + std::string(error.description()));
  }
  const toml::table* root = &document->root;
  return TomlTable(std::make_shared<const Node>(Node{std::move(document), root, ""}));
}

bool TomlTable::has(std::string_view key) const { return node_->find(key) != nullptr; }

std::vector<std::string> TomlTable::keys() const {
  std::vector<std::string> all;
  for (const auto& [key, value] : *node_->table) all.emplace_back(key.str());
  return all;
}

Failure<Error> TomlTable::wrong(std::string_view key, std::string_view what) const { return node_->wrong(key, what); }

Status TomlTable::only(std::initializer_list<std::string_view> known) const {
  for (const auto& [key, value] : *node_->table) {
    const std::string_view name = key.str();
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const auto nearest = std::min_element(known.begin(), known.end(), [&](auto left, auto right) {
      return edit_distance(name, left) < edit_distance(name, right);
    });
    std::string hint = "is not known here";
    if (nearest != known.end() && edit_distance(name, *nearest) <= 3) hint += "; did you mean '" + std::string(*nearest) + "'?";
    return wrong(name, hint);
  }
  return Done{};
}

Result<std::string> TomlTable::text(std::string_view key) const {
  const toml::node* node = node_->find(key);
  if (node == nullptr) return wrong(key, "is missing");
  const auto* value = node->as_string();
  if (value == nullptr) return wrong(key, "must be a text in quotes");
  return value->get();
}

Result<std::int64_t> TomlTable::integer(std::string_view key, std::int64_t least, std::int64_t most) const {
  const toml::node* node = node_->find(key);
  if (node == nullptr) return wrong(key, "is missing");
  const auto* value = node->as_integer();
  if (value == nullptr || value->get() < least || value->get() > most) {
    return wrong(key, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return value->get();
}

Result<bool> TomlTable::boolean(std::string_view key) const {
  const toml::node* node = node_->find(key);
  if (node == nullptr) return wrong(key, "is missing");
  const auto* value = node->as_boolean();
  if (value == nullptr) return wrong(key, "must be true or false");
  return value->get();
}

Result<std::int64_t> TomlTable::decimal(std::string_view key, int scale, Rounding rounding) const {
  const auto written = text(key);
  if (!written) return Failure{written.error()};
  const auto value = parse_decimal(*written, scale, rounding);
  if (!value) {
    return wrong(key,
                 "must be a decimal number in quotes, not negative" +
                     (rounding == Rounding::exact ? ", with at most " + std::to_string(scale) + " decimals" : std::string()));
  }
  return *value;
}

Result<std::vector<std::string>> TomlTable::texts(std::string_view key) const {
  const toml::node* node = node_->find(key);
  if (node == nullptr) return wrong(key, "is missing");
  const toml::array* array = node->as_array();
  if (array == nullptr) return wrong(key, "must be a list of texts");
  std::vector<std::string> all;
  for (const toml::node& item : *array) {
    const auto* value = item.as_string();
    if (value == nullptr) return wrong(key, "must be a list of texts");
    all.push_back(value->get());
  }
  return all;
}

Result<TomlTable> TomlTable::table(std::string_view key) const {
  const toml::node* node = node_->find(key);
  if (node == nullptr) return wrong(key, "is missing");
  const toml::table* child = node->as_table();
  if (child == nullptr) return wrong(key, "must be a table");
  return TomlTable(node_->below(*child, node_->path + std::string(key) + '.'));
}

Result<std::vector<TomlTable>> TomlTable::tables(std::string_view key) const {
  std::vector<TomlTable> all;
  const toml::node* node = node_->find(key);
  if (node == nullptr) return all;
  const toml::array* array = node->as_array();
  if (array == nullptr) return wrong(key, "must be a list of tables");
  for (const toml::node& item : *array) {
    const toml::table* child = item.as_table();
    if (child == nullptr) return wrong(key, "must be a list of tables");
    all.push_back(TomlTable(node_->below(*child, node_->path + std::string(key) + '[' + std::to_string(all.size()) + "].")));
  }
  return all;
}

Result<std::string> TomlTable::text_or(std::string_view key, std::string_view absent) const {
  return has(key) ? text(key) : Result<std::string>(std::string(absent));
}

Result<std::int64_t> TomlTable::integer_or(std::string_view key, std::int64_t least, std::int64_t most,
                                           std::int64_t absent) const {
  return has(key) ? integer(key, least, most) : Result<std::int64_t>(absent);
}

Result<bool> TomlTable::boolean_or(std::string_view key, bool absent) const {
  return has(key) ? boolean(key) : Result<bool>(absent);
}

Result<std::vector<std::string>> TomlTable::texts_or_none(std::string_view key) const {
  return has(key) ? texts(key) : Result<std::vector<std::string>>(std::vector<std::string>());
}

Result<TomlTable> TomlTable::table_or_empty(std::string_view key) const {
  return has(key) ? table(key) : Result<TomlTable>(empty_below(key));
}

TomlTable TomlTable::empty_below(std::string_view key) const {
  static const toml::table kEmpty;
  return TomlTable(node_->below(kEmpty, node_->path + std::string(key) + '.'));
}

}  // namespace greentill::measure

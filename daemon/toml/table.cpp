// SPDX-License-Identifier: Apache-2.0
#include "daemon/toml/table.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include <toml++/toml.h>

#include "daemon/base/spelling.hpp"

namespace greentill::toml {
namespace {

/// A key as part of a path; it is quoted where it holds a point or bracket, which would look like a separator.
std::string part_of_path(std::string_view key) {
  return key.find_first_of(".[]") == std::string_view::npos ? std::string(key) : '"' + std::string(key) + '"';
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string not_known(const std::string& meant) {
  return meant.empty() ? "is not known here" : "is not known here; did you mean " + quoted(meant) + "?";
}

const ::toml::table& no_table() {
  static const ::toml::table kEmpty;
  return kEmpty;
}

}  // namespace

struct Table::Node {
  const ::toml::table* table;
  std::string path;  // "a.b." in front of the table's own keys
  std::set<std::string, std::less<>> asked;
};

struct Table::Document {
  ::toml::table root;
  std::string name;
  OnError on_error;
  std::optional<Error> first;
  const Node* lacking = nullptr;      // the table in which a key is missing
  std::map<std::string, Node> nodes;  // the tables that were asked for, by their paths

  [[nodiscard]] Node& node(const ::toml::table& table, const std::string& path) {
    return nodes.try_emplace(path, Node{&table, path, {}}).first->second;
  }
  void fail(const ::toml::source_region& at, const std::string& what) {
    const Error error{ErrorCode::invalid,
                      name + ':' + std::to_string(at.begin.line) + ':' + std::to_string(at.begin.column) + ": " + what};
    if (on_error) on_error(error);
    if (!first) first = error;
  }
  /// Reports each key below that path that nobody asked for, in the document's order: for whoever takes every error.
  void report_unknown(const std::string& below) {
    using Unknown = std::pair<const ::toml::node*, std::string>;
    std::vector<Unknown> unknown;
    for (const auto& [path, node] : nodes) {
      if (!path.starts_with(below)) continue;
      for (const auto& [key, value] : *node.table) {
        if (node.asked.contains(key.str())) continue;
        unknown.emplace_back(&value,
                             "key " + quoted(path + std::string(key.str())) + " " + not_known(nearest(key.str(), node.asked)));
      }
    }
    std::sort(unknown.begin(), unknown.end(), [](const Unknown& a, const Unknown& b) {
      const auto place = [](const Unknown& one) {
        return std::pair(one.first->source().begin.line, one.first->source().begin.column);
      };
      return place(a) < place(b);
    });
    for (const auto& [value, what] : unknown) fail(value->source(), what);
  }
};

Table Table::parse(std::string_view text, std::string name, OnError on_error) {
  auto document = std::make_shared<Document>();
  document->name = std::move(name);
  document->on_error = std::move(on_error);
  std::optional<::toml::parse_error> wrong;
  // Debian's toml++ is built with exceptions only.
  try {
    document->root = ::toml::parse(text);
  } catch (const ::toml::parse_error& error) {
    wrong = error;
  }
  if (wrong) document->fail(wrong->source(), std::string(wrong->description()));
  Node& root = document->node(document->root, "");
  return {std::move(document), root};
}

void Table::wrong(std::string_view key, std::string_view what) const { wrong_item(key, SIZE_MAX, what); }

void Table::wrong_item(std::string_view key, std::size_t index, std::string_view what) const {
  const ::toml::node* at = node_->table->get(key);
  if (const auto* list = at != nullptr ? at->as_array() : nullptr; list != nullptr && index < list->size()) at = list->get(index);
  document_->fail(at != nullptr ? at->source() : node_->table->source(),
                  "key " + quoted(node_->path + std::string(key)) + " " + std::string(what));
}

const std::optional<Error>& Table::check() const {
  if (document_->on_error) {
    document_->report_unknown(node_->path);
    return document_->first;
  }
  // A missing key may be there under a misspelt name: then the misspelling is reported.
  const Node* lacking = document_->lacking;
  if (document_->first && lacking == nullptr) return document_->first;
  Node* in = nullptr;
  std::string_view unknown;
  ::toml::source_position first;
  for (auto& [path, node] : document_->nodes) {
    if (!path.starts_with(node_->path)) continue;
    for (const auto& [key, value] : *node.table) {
      if (node.asked.contains(key.str()) || (lacking != nullptr && lacking != &node) ||
          (in != nullptr && first <= value.source().begin))
        continue;
      in = &node;
      unknown = key.str();
      first = value.source().begin;
    }
  }
  const std::string meant = in != nullptr ? nearest(unknown, in->asked) : std::string();
  if (in == nullptr || (lacking != nullptr && meant.empty())) return document_->first;
  document_->lacking = nullptr;
  document_->first.reset();
  Table(document_, *in).wrong(unknown, not_known(meant));
  return document_->first;
}

bool Table::has(std::string_view key) const {
  node_->asked.emplace(key);
  return node_->table->contains(key);
}

void Table::require(std::initializer_list<std::string_view> keys) const {
  for (const std::string_view key : keys) static_cast<void>(filled_text(key));
}

void Table::allow(std::initializer_list<std::string_view> keys) const { node_->asked.insert(keys.begin(), keys.end()); }

std::vector<std::string> Table::keys() const {
  std::vector<std::string> all;
  for (const auto& [key, value] : *node_->table) all.emplace_back(key.str());
  return all;
}

/// The value of the key; null where it is absent or of another type, and then the error is noted.
template <typename Type>
const Type* Table::get(std::string_view key, std::string_view otherwise) const {
  if (!has(key)) {
    const std::string near = nearest(key, keys());
    if (!document_->first) document_->lacking = node_;
    wrong(key, near.empty() ? "is missing" : "is missing; there is a key " + quoted(near));
    return nullptr;
  }
  const Type* value = node_->table->get(key)->as<Type>();
  if (value == nullptr) wrong(key, otherwise);
  return value;
}

std::string Table::text(std::string_view key) const {
  const auto* value = get<::toml::value<std::string>>(key, "must be a text in quotes");
  return value != nullptr ? value->get() : std::string();
}

std::string Table::filled_text(std::string_view key, std::size_t most) const {
  std::string value = text(key);
  if (!value.empty() && value.size() <= most) return value;
  wrong(key, most == SIZE_MAX ? "must not be empty" : "must be 1 to " + std::to_string(most) + " bytes");
  return value;
}

std::size_t Table::choice(std::string_view key, std::span<const std::string_view> names) const {
  const std::string value = text(key);
  const auto found = std::find(names.begin(), names.end(), value);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  std::string all;
  for (const std::string_view& name : names) {
    all += &name == &names.front() ? "must be \"" : &name == &names.back() ? " or \"" : ", \"";
    all.append(name) += '"';
  }
  wrong(key, all);
  return 0;
}

std::int64_t Table::integer(std::string_view key, std::int64_t least, std::int64_t most) const {
  const std::string must = "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  const auto* value = get<::toml::value<std::int64_t>>(key, must);
  if (value == nullptr) return 0;
  if (value->get() >= least && value->get() <= most) return value->get();
  wrong(key, must);
  return 0;
}

std::int64_t Table::decimal(std::string_view key, unsigned scale, Rounding rounding) const {
  const auto value = Decimal::parse_unsigned(text(key));
  const auto units = value ? value->in_units(scale, rounding) : std::nullopt;
  if (!units) {
    wrong(key, "must be a decimal number in quotes, not negative" +
                   (rounding == Rounding::exact ? ", with at most " + std::to_string(scale) + " decimals" : std::string()));
  }
  return units.value_or(0);
}

std::vector<std::string> Table::texts(std::string_view key) const {
  std::vector<std::string> all;
  const auto* list = get<::toml::array>(key, "must be a list of texts");
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const auto* text = list->get(i)->as_string();
    if (text == nullptr) wrong_item(key, i, "must be a list of texts");
    all.push_back(text != nullptr ? text->get() : std::string());
  }
  return all;
}

template <typename Type>
Table Table::below(const std::string& way, const Type* table) const {
  return {document_, document_->node(table != nullptr ? *table : no_table(), node_->path + way + '.')};
}

Table Table::table(std::string_view key) const { return below(part_of_path(key), get<::toml::table>(key, "must be a table")); }

Table Table::table_or_empty(std::string_view key) const {
  return has(key) ? table(key) : below<::toml::table>(part_of_path(key), nullptr);
}

std::vector<Table> Table::tables(std::string_view key) const {
  std::vector<Table> all;
  const auto* list = has(key) ? get<::toml::array>(key, "must be a list of tables") : nullptr;
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const auto* one = list->get(i)->as_table();
    if (one == nullptr) wrong_item(key, i, "must be a list of tables");
    all.push_back(below(part_of_path(key) + '[' + std::to_string(i) + ']', one));
  }
  return all;
}

std::string Table::text_or(std::string_view key, std::string_view absent) const {
  return has(key) ? text(key) : std::string(absent);
}

std::size_t Table::choice_or(std::string_view key, std::initializer_list<std::string_view> names, std::size_t absent) const {
  return has(key) ? choice(key, names) : absent;
}

std::int64_t Table::integer_or(std::string_view key, std::int64_t least, std::int64_t most, std::int64_t absent) const {
  return has(key) ? integer(key, least, most) : absent;
}

std::optional<std::int64_t> Table::optional_integer(std::string_view key, std::int64_t least, std::int64_t most) const {
  return has(key) ? std::optional(integer(key, least, most)) : std::nullopt;
}

std::int64_t Table::decimal_or(std::string_view key, unsigned scale, Rounding rounding, std::int64_t absent) const {
  return has(key) ? decimal(key, scale, rounding) : absent;
}

bool Table::boolean_or(std::string_view key, bool absent) const {
  const auto* value = has(key) ? get<::toml::value<bool>>(key, "must be true or false") : nullptr;
  return value != nullptr ? value->get() : absent;
}

std::vector<std::string> Table::texts_or_none(std::string_view key) const {
  return has(key) ? texts(key) : std::vector<std::string>();
}

std::vector<std::pair<std::string, std::string>> Table::pairs_or_none(std::string_view key) const {
  const Table pairs = table_or_empty(key);
  std::vector<std::pair<std::string, std::string>> all;
  for (const std::string& name : pairs.keys()) all.emplace_back(name, pairs.text(name));
  return all;
}

void Table::each_text(const std::function<void(std::string_view, const std::string&)>& use) const {
  const std::function<void(std::string_view, const ::toml::node&)> walk = [&](std::string_view key, const ::toml::node& node) {
    if (const auto* text = node.as_string()) use(key, text->get());
    if (const auto* list = node.as_array()) {
      for (const ::toml::node& item : *list) walk(key, item);
    }
    if (const auto* table = node.as_table()) {
      for (const auto& [name, value] : *table) walk(name.str(), value);
    }
  };
  walk("", *node_->table);
}

}  // namespace greentill::toml

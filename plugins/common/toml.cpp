// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/toml.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <stdexcept>

namespace greentill::plugin {

struct Toml::Node {
  std::shared_ptr<const toml::table> document;  // keeps `table` alive
  const toml::table* table;
  std::string name;
};

namespace {

[[noreturn]] void fail(const std::string& name, const toml::source_position& at, const std::string& what) {
  throw std::runtime_error(name + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " + what);
}

}  // namespace

Toml Toml::parse(std::string_view text, std::string_view name) {
  try {
    auto document = std::make_shared<const toml::table>(toml::parse(text));
    const toml::table* table = document.get();
    return Toml(std::make_shared<const Node>(Node{std::move(document), table, std::string(name)}));
  } catch (const toml::parse_error& error) {
    fail(std::string(name), error.source().begin, std::string(error.description()));
  }
}

void Toml::wrong(std::string_view key, std::string_view what) const {
  const toml::node* node = node_->table->get(key);
  const toml::source_region& at = node != nullptr ? node->source() : node_->table->source();
  fail(node_->name, at.begin, "key '" + std::string(key) + "' " + std::string(what));
}

void Toml::wrong_item(std::string_view key, std::size_t index, std::string_view what) const {
  const toml::array* array = node_->table->get_as<toml::array>(key);
  const toml::node* item = array == nullptr ? nullptr : array->get(index);
  if (item == nullptr) wrong(key, what);
  fail(node_->name, item->source().begin, "key '" + std::string(key) + "' " + std::string(what));
}

std::string Toml::text(std::string_view key) const {
  const toml::node* node = node_->table->get(key);
  if (node == nullptr) wrong(key, "is missing");
  if (!node->is_string()) wrong(key, "must be a text in quotes");
  return node->ref<std::string>();
}

std::int64_t Toml::integer(std::string_view key, std::int64_t least, std::int64_t most) const {
  const toml::node* node = node_->table->get(key);
  if (node == nullptr) wrong(key, "is missing");
  if (!node->is_integer()) wrong(key, "must be an integer");
  const auto value = node->ref<std::int64_t>();
  if (value < least || value > most) wrong(key, "must be between " + std::to_string(least) + " and " + std::to_string(most));
  return value;
}

std::vector<std::string> Toml::texts(std::string_view key) const {
  const toml::node* node = node_->table->get(key);
  if (node == nullptr) wrong(key, "is missing");
  const toml::array* array = node->as_array();
  if (array == nullptr) wrong(key, "must be a list of texts");
  std::vector<std::string> values;
  for (const toml::node& item : *array) {
    if (!item.is_string()) wrong(key, "must hold texts in quotes alone");
    values.push_back(item.ref<std::string>());
  }
  return values;
}

Toml Toml::table(std::string_view key) const {
  const toml::node* node = node_->table->get(key);
  if (node == nullptr) wrong(key, "is missing");
  const toml::table* table = node->as_table();
  if (table == nullptr) wrong(key, "must be a table");
  return Toml(std::make_shared<const Node>(Node{node_->document, table, node_->name}));
}

std::vector<Toml> Toml::tables(std::string_view key) const {
  const toml::node* node = node_->table->get(key);
  if (node == nullptr) return {};
  const toml::array* array = node->as_array();
  if (array == nullptr) wrong(key, "must be an array of tables");
  std::vector<Toml> all;
  for (const toml::node& item : *array) {
    if (!item.is_table()) wrong(key, "must be an array of tables");
    all.push_back(Toml(std::make_shared<const Node>(Node{node_->document, item.as_table(), node_->name})));
  }
  return all;
}

std::string Toml::text_or(std::string_view key, std::string_view absent) const {
  return has(key) ? text(key) : std::string(absent);
}

std::int64_t Toml::integer_or(std::string_view key, std::int64_t least, std::int64_t most, std::int64_t absent) const {
  return has(key) ? integer(key, least, most) : absent;
}

bool Toml::boolean_or(std::string_view key, bool absent) const {
  const toml::node* node = node_->table->get(key);
  if (node == nullptr) return absent;
  if (!node->is_boolean()) wrong(key, "must be true or false");
  return node->ref<bool>();
}

bool Toml::has(std::string_view key) const { return node_->table->contains(key); }

std::vector<std::string> Toml::keys() const {
  std::vector<std::string> all;
  for (const auto& [key, value] : *node_->table) all.emplace_back(key.str());
  return all;
}

void Toml::only(std::initializer_list<std::string_view> known, std::span<const std::string_view> known_too) const {
  const auto is_in = [](const auto& list, const std::string& key) {
    return std::find(list.begin(), list.end(), key) != list.end();
  };
  for (const std::string& key : keys()) {
    if (!is_in(known, key) && !is_in(known_too, key)) wrong(key, "is not known here");
  }
}

}  // namespace greentill::plugin

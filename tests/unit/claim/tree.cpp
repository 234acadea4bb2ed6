// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/claim/tree.hpp"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "daemon/base/hex.hpp"

namespace greentill::test {
namespace {

using claim::CborHead;
using claim::CborReader;
using claim::CborType;

bool is_string(const CborHead& head) { return head.type == CborType::bytes || head.type == CborType::text; }

std::size_t child_count(const CborHead& head) {
  switch (head.type) {
    case CborType::array: return head.argument;
    case CborType::map: return 2 * head.argument;
    case CborType::tag: return 1;
    default: return 0;
  }
}

Tree parse_at(ByteView bytes, std::size_t& position) {
  Tree tree;
  tree.offset = position;
  CborReader reader(bytes.subspan(position));
  tree.head = reader.head();
  REQUIRE(reader.ok());
  position += reader.position();
  if (is_string(tree.head)) {
    const ByteView content = bytes.subspan(position, tree.head.argument);
    tree.content.assign(content.begin(), content.end());
    position += content.size();
  }
  for (std::size_t i = child_count(tree.head); i > 0; --i) tree.items.push_back(parse_at(bytes, position));
  return tree;
}

void write(const Tree& tree, Buffer& out) {
  Bytes<9> buffer{};
  claim::CborWriter head(buffer);
  CborHead adjusted = tree.head;
  if (tree.head.type == CborType::map) adjusted.argument = tree.items.size() / 2;
  head.head(adjusted.type, adjusted.argument);
  out.insert(out.end(), head.written().begin(), head.written().end());
  out.insert(out.end(), tree.content.begin(), tree.content.end());
  for (const Tree& item : tree.items) write(item, out);
}

Buffer encoded_key(const Path::value_type& key) {
  Buffer buffer(64);
  claim::CborWriter writer(buffer);
  if (const auto* number = std::get_if<std::int64_t>(&key)) writer.integer(*number);
  if (const auto* text = std::get_if<std::string_view>(&key)) writer.text(*text);
  buffer.resize(writer.size());
  return buffer;
}

std::size_t key_index(const Tree& map, const Path::value_type& key) {
  const Buffer wanted = encoded_key(key);
  for (std::size_t i = 0; i < map.items.size(); i += 2) {
    if (map.items[i].bytes() == wanted) return i;
  }
  FAIL("no such key");
  return 0;
}

}  // namespace

Buffer hex_bytes(std::string_view hex) {
  std::string packed(hex);
  std::erase(packed, ' ');
  const auto bytes = from_hex(packed);
  REQUIRE(bytes.has_value());
  return *bytes;
}

Tree Tree::parse(ByteView bytes) {
  std::size_t position = 0;
  Tree tree = parse_at(bytes, position);
  REQUIRE(position == bytes.size());
  return tree;
}

Tree& Tree::at(const Path& path) {
  Tree* tree = this;
  for (const auto& step : path) {
    const bool is_map = tree->head.type == CborType::map;
    const std::size_t index = is_map ? key_index(*tree, step) + 1 : static_cast<std::size_t>(std::get<std::int64_t>(step));
    REQUIRE(index < tree->items.size());
    tree = &tree->items[index];
  }
  return *tree;
}

void Tree::insert(std::string_view key_hex, std::string_view value_hex) {
  const Buffer key = hex_bytes(key_hex);
  std::size_t index = 0;
  while (index < items.size() && items[index].bytes() < key) index += 2;
  const auto place = items.insert(items.begin() + static_cast<std::ptrdiff_t>(index), parse(key));
  items.insert(place + 1, parse(hex_bytes(value_hex)));
}

void Tree::erase(std::int64_t key) {
  const auto place = items.begin() + static_cast<std::ptrdiff_t>(key_index(*this, key));
  items.erase(place, place + 2);
}

Buffer Tree::bytes() const {
  Buffer out;
  write(*this, out);
  return out;
}

Buffer replaced(ByteView bytes, const Path& path, std::string_view hex) {
  Tree tree = Tree::parse(bytes);
  tree.at(path) = Tree::parse(hex_bytes(hex));
  return tree.bytes();
}

Buffer with_pair(ByteView bytes, const Path& map, std::string_view key_hex, std::string_view value_hex) {
  Tree tree = Tree::parse(bytes);
  tree.at(map).insert(key_hex, value_hex);
  return tree.bytes();
}

Buffer without_key(ByteView bytes, const Path& map, std::int64_t key) {
  Tree tree = Tree::parse(bytes);
  tree.at(map).erase(key);
  return tree.bytes();
}

std::vector<std::size_t> head_offsets(ByteView bytes) {
  std::vector<std::size_t> offsets;
  for (std::size_t position = 0; position < bytes.size();) {
    offsets.push_back(position);
    CborReader reader(bytes.subspan(position));
    const CborHead head = reader.head();
    REQUIRE(reader.ok());
    position += reader.position() + (is_string(head) ? head.argument : 0);
  }
  return offsets;
}

std::vector<Buffer> with_longer_heads(ByteView bytes, std::size_t offset) {
  CborReader reader(bytes.subspan(offset));
  const CborHead head = reader.head();
  const std::size_t width = reader.position();
  std::vector<Buffer> all;
  for (unsigned log2 = 0; log2 < 4; ++log2) {
    const std::size_t size = std::size_t{1} << log2;
    if (1 + size <= width) continue;
    Buffer longer(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
    longer.push_back(static_cast<std::uint8_t>(static_cast<unsigned>(head.type) << 5 | (24 + log2)));
    for (std::size_t i = size; i > 0; --i) longer.push_back(static_cast<std::uint8_t>(head.argument >> (8 * (i - 1))));
    longer.insert(longer.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset + width), bytes.end());
    all.push_back(std::move(longer));
  }
  return all;
}

}  // namespace greentill::test

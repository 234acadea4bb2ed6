// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "daemon/claim/codec.hpp"

namespace greentill::claim {

Decoder::Map Decoder::begin_map(std::size_t, const char* reason) {
  last_ = reader_.position();
  return {reader_.map(reason)};
}

Decoder::Next Decoder::compare_next(const Map& map, std::int64_t key) const {
  if (map.left == 0) return Next::another;
  Bytes<9> buffer{};
  CborWriter writer(buffer);
  writer.integer(key);
  const ByteView wanted = writer.written();
  CborReader ahead = reader_;
  const ByteView next = ahead.item();
  if (std::equal(next.begin(), next.end(), wanted.begin(), wanted.end())) return Next::this_key;
  const bool before = std::lexicographical_compare(next.begin(), next.end(), wanted.begin(), wanted.end());
  return before ? Next::unknown_key : Next::another;
}

bool Decoder::optional_key(Map& map, std::int64_t key, bool) {
  if (!ok()) return false;
  last_ = reader_.position();
  switch (compare_next(map, key)) {
    case Next::another: return false;
    case Next::unknown_key: unsupported("this key is not known to this version"); return false;
    case Next::this_key: break;
  }
  reader_.item();
  --map.left;
  return true;
}

void Decoder::key(Map& map, std::int64_t number) {
  require(optional_key(map, number, true), "a key that must stand before this byte is missing");
}

void Decoder::end_map(Map& map) {
  if (!ok() || map.left == 0) return;
  last_ = reader_.position();
  unsupported("this key is not known to this version");
}

void Decoder::tag(std::uint64_t number, const char* reason) {
  last_ = reader_.position();
  require(reader_.tag(reason) == number, reason);
}

void Decoder::array(std::size_t count, const char* reason) {
  std::size_t found = 0;
  array_length(found, reason);
  require(found == count, reason);
}

void Decoder::array_length(std::size_t& count, const char* reason) {
  last_ = reader_.position();
  count = reader_.array(reason);
}

void Decoder::unsigned_integer(std::uint64_t& value, const char* reason) {
  last_ = reader_.position();
  value = reader_.unsigned_integer(reason);
}

void Decoder::number32(std::uint32_t& value, const char* reason) {
  std::uint64_t number = 0;
  unsigned_integer(number, reason);
  require(number >= 1 && number <= std::numeric_limits<std::uint32_t>::max(), reason);
  if (ok()) value = static_cast<std::uint32_t>(number);
}

void Decoder::integer(std::int64_t& value, const char* reason) {
  last_ = reader_.position();
  value = reader_.integer(reason);
}

void Decoder::boolean(bool& value, const char* reason) {
  last_ = reader_.position();
  value = reader_.boolean(reason);
}

void Decoder::bytes(ByteView& value, std::size_t least, std::size_t most, const char* reason) {
  last_ = reader_.position();
  value = reader_.bytes(reason);
  require(value.size() >= least && value.size() <= most, reason);
}

void Decoder::text(std::string_view& value, const char* reason) {
  last_ = reader_.position();
  value = reader_.text(reason);
  require(value.size() <= kMaxTextBytes, reason);
}

void Decoder::device(std::string_view& id, std::string_view prefix, const char* reason) {
  last_ = reader_.position();
  id = reader_.text(reason);
  const bool prefixed = id.starts_with(prefix);
  if (prefixed) id.remove_prefix(prefix.size());
  require(prefixed && is_device_id(id), reason);
}

void Decoder::quantities(Quantities& value, std::int64_t least, const char* reason) {
  last_ = reader_.position();
  const std::size_t count = reader_.map(reason);
  require(count >= 1 && count <= kMaxQuantities, reason);
  for (std::size_t i = 0; i < count && ok(); ++i) {
    Quantity quantity;
    text(quantity.unit, "a quantity's unit is not a text of at most 32 bytes");
    integer(quantity.value, reason);
    require(quantity.value >= least, reason);
    require(value.push_back(quantity), reason);
  }
}

void Decoder::require(bool holds, const char* reason) {
  if (!holds) reader_.fail(Fault::Kind::malformed, last_, reason);
}

}  // namespace greentill::claim

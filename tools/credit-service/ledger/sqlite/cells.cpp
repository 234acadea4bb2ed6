// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/sqlite/cells.hpp"

#include <algorithm>
#include <limits>

#include "daemon/claim/cbor.hpp"

namespace greentill::credit {
namespace {

// An array's head, and two integers of nine bytes each.
constexpr std::size_t kLegBytes = 19;

constexpr const char* kNoAct = "this is no act";
constexpr const char* kNoLegs = "these are no legs";

}  // namespace

ActCell::ActCell(const ActKey& key) {
  claim::CborWriter writer(cell_);
  writer.array(3);
  writer.unsigned_integer(key.root);
  writer.unsigned_integer(key.key_version);
  writer.bytes(key.mac);
  size_ = writer.size();
}

std::optional<ActKey> parse_act(ByteView cell) {
  claim::CborReader reader(cell);
  if (reader.array(kNoAct) != 3) return std::nullopt;
  const std::uint64_t root = reader.unsigned_integer(kNoAct);
  const std::uint64_t version = reader.unsigned_integer(kNoAct);
  const ByteView mac = reader.bytes(kNoAct);
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  ActKey key;
  if (!reader.at_end() || root > kMost || version > kMost || mac.size() != key.mac.size()) return std::nullopt;
  key.root = static_cast<std::uint32_t>(root);
  key.key_version = static_cast<std::uint32_t>(version);
  std::copy(mac.begin(), mac.end(), key.mac.begin());
  return key;
}

ByteView legs_cell(const std::vector<Leg>& legs, std::vector<std::uint8_t>& buffer) {
  buffer.resize(9 + kLegBytes * legs.size());
  claim::CborWriter writer(buffer);
  writer.array(legs.size());
  for (const Leg& leg : legs) {
    writer.array(2);
    writer.integer(leg.account);
    writer.integer(leg.mg);
  }
  return ByteView(buffer).first(writer.size());
}

std::optional<std::vector<Leg>> parse_legs(ByteView cell) {
  claim::CborReader reader(cell);
  std::vector<Leg> legs(reader.array(kNoLegs));
  for (Leg& leg : legs) {
    if (reader.array(kNoLegs) != 2) return std::nullopt;
    leg.account = reader.integer(kNoLegs);
    leg.mg = reader.integer(kNoLegs);
  }
  if (!reader.at_end()) return std::nullopt;
  return legs;
}

}  // namespace greentill::credit

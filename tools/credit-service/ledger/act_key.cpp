// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/act_key.hpp"

#include <algorithm>
#include <limits>

#include "daemon/claim/cbor.hpp"

namespace greentill::credit {

namespace {

constexpr const char* kNoAct = "this is no act";

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

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/act_key.hpp"

#include <algorithm>

#include "daemon/claim/cbor.hpp"

namespace greentill::credit {

std::vector<std::uint8_t> encode_act(const ActKey& key) {
  Bytes<48> buffer{};
  claim::CborWriter writer(buffer);
  writer.array(3);
  writer.unsigned_integer(key.root);
  writer.unsigned_integer(key.key_version);
  writer.bytes(key.mac);
  const ByteView written = writer.written();
  return {written.begin(), written.end()};
}

std::optional<ActKey> decode_act(ByteView bytes) {
  constexpr const char* kReason = "no act's key";
  claim::CborReader reader(bytes);
  ActKey key;
  if (reader.array(kReason) != 3) return std::nullopt;
  const std::uint64_t root = reader.unsigned_integer(kReason);
  const std::uint64_t version = reader.unsigned_integer(kReason);
  const ByteView mac = reader.bytes(kReason);
  if (!reader.at_end() || mac.size() != key.mac.size() || root >> 32 != 0 || version >> 32 != 0) return std::nullopt;
  key.root = static_cast<std::uint32_t>(root);
  key.key_version = static_cast<std::uint32_t>(version);
  std::ranges::copy(mac, key.mac.begin());
  return key;
}

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/stored_rows.hpp"

#include "daemon/claim/cbor.hpp"

namespace greentill::credit {
namespace {

// An array's head, and two integers of nine bytes each.
constexpr std::size_t kLegBytes = 19;

constexpr const char* kNoLegs = "these are no legs";

}  // namespace

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

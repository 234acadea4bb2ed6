// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/sqlite/cells.hpp"

#include "daemon/claim/cbor.hpp"

namespace greentill::credit {
namespace {

// An array's head, and two integers of nine bytes each.
constexpr std::size_t kLegBytes = 19;

constexpr const char* kNoLegs = "these are no legs";

}  // namespace

bool read_decision(const sqlite::Query& row, int first, Decision& into) {
  into.reason = static_cast<Reason>(row.integer(first));
  into.holds = Holds::from_bits(row.integer(first + 1));
  into.lifted = Holds::from_bits(row.integer(first + 2));
  into.arrived = row.integer(first + 3);
  into.since = row.integer(first + 4);
  into.refused_at = row.optional(first + 5);
  into.customer = row.optional(first + 7);
  into.programme = row.optional(first + 8);
  into.granted = row.optional(first + 9);
  into.differs = row.integer(first + 10) != 0;
  return row.is_null(first + 6) || row.fixed(first + 6, into.certificate.emplace());
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

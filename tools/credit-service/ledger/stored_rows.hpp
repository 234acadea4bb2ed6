// SPDX-License-Identifier: Apache-2.0
// What the ledger's rows hold, whatever database they stand in: the lists of columns, and how a row of them is read. A row is as
// sqlite::Query has it. Private to the stores. Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/credit-service/ledger/day_store.hpp"
#include "tools/credit-service/ledger/lock_store.hpp"
#include "tools/credit-service/ledger/things.hpp"

namespace greentill::credit {

/// [* [account, mg]] in deterministic CBOR, into a buffer that is kept for the next time. Lifetime of what it returns: the
/// buffer's.
ByteView legs_cell(const std::vector<Leg>& legs, std::vector<std::uint8_t>& buffer);
/// Nothing where the cell is none.
std::optional<std::vector<Leg>> parse_legs(ByteView cell);

// A claim's id holds the chain's number above 40 bits of seq, which leaves 23 bits for the number.
inline constexpr std::int64_t kMostChainNumbers = std::int64_t{1} << 23;

/// The columns of a claim's decision, in the order in which read_decision() takes them.
inline constexpr const char* kDecisionColumns =
    "reason, holds, lifted, arrived, since, refused_at, certificate, customer, programme, granted, differs";
inline constexpr int kDecisionWidth = 11;

/// Reads them from the column `first` on; false where the certificate is none.
template <typename Row>
bool read_decision(const Row& row, int first, Decision& into) {
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

inline constexpr std::string_view kChainRows =
    "SELECT no, id, state, state_since, reason, held_from, assignment, key, seq, hash, coalesce(predecessor, 0), "
    "predecessor_seq, closed_at, booked_at, opened_at, silent_from, contradiction, device FROM chains ";

inline std::string chain_rows(std::string_view which) { return std::string(kChainRows).append(which); }

template <typename Row>
std::optional<Chain> chain_of_row(const Row& row) {
  Chain chain;
  chain.no = row.integer(0);
  chain.state = static_cast<ChainStanding>(row.integer(2));
  chain.state_since = row.integer(3);
  chain.reason = static_cast<Reason>(row.integer(4));
  chain.held_from = row.count(5);
  chain.assignment = static_cast<std::uint32_t>(row.integer(6));
  chain.seq = row.count(8);
  chain.predecessor = row.integer(10);
  chain.predecessor_seq = row.count(11);
  if (!row.is_null(12)) chain.closed_at = row.count(12);
  chain.booked_at = row.integer(13);
  chain.opened_at = row.integer(14);
  chain.silent_from = row.integer(15);
  const ByteView contradiction = row.bytes(16);
  chain.contradiction.assign(contradiction.begin(), contradiction.end());
  if (!row.fixed(1, chain.id) || !row.fixed(7, chain.key) || !row.fixed(9, chain.hash)) return std::nullopt;
  return chain;
}

template <typename Row>
std::optional<std::pair<Chain, std::string>> chain_and_device(const Row& row) {
  auto chain = chain_of_row(row);
  if (!chain) return std::nullopt;
  return std::pair(std::move(*chain), std::string(row.text(17)));
}

/// What stands for none in a row.
inline std::optional<std::int64_t> unless_zero(std::int64_t value) { return value == 0 ? std::nullopt : std::optional(value); }

inline std::optional<ByteView> contradiction_of(const Chain& chain) {
  return chain.contradiction.empty() ? std::nullopt : std::optional<ByteView>(chain.contradiction);
}

inline constexpr const char* kDeviceBookColumns =
    "first_heard, last_heard, change, repaired_at, quota_claims, quota_bytes, quota_at";
template <typename Row>
std::optional<DeviceBook> device_book_of_row(const Row& row) {
  return DeviceBook{row.integer(0), row.integer(1), row.count(2),  row.optional(3),
                    row.integer(4), row.integer(5), row.integer(6)};
}

inline constexpr const char* kChangeColumns = "number, claim, standing, granted, reason, at";
template <typename Row>
std::optional<ToldChange> change_of_row(const Row& row) {
  return ToldChange{row.count(0),
                    row.integer(1),
                    static_cast<claim::Stands>(row.integer(2)),
                    row.integer(3),
                    static_cast<Reason>(row.integer(4)),
                    row.integer(5)};
}

inline constexpr const char* kKeptColumns = "id, at, correlation, bytes";
template <typename Row>
std::optional<KeptBatch> kept_of_row(const Row& row) {
  const ByteView correlation = row.bytes(2);
  const ByteView bytes = row.bytes(3);
  return KeptBatch{row.integer(0), row.integer(1), {correlation.begin(), correlation.end()}, {bytes.begin(), bytes.end()}};
}

inline constexpr const char* kScreenedColumns = "device, activity, day, value, words, lifted_at";
template <typename Row>
std::optional<Screened> screened_of_row(const Row& row) {
  return Screened{std::string(row.text(0)), std::string(row.text(1)), row.integer(2),
                  row.integer(3),           std::string(row.text(4)), row.optional(5)};
}

inline constexpr const char* kClassDayColumns = "slot, merchant, device, day, mg";
template <typename Row>
std::optional<ClassDay> class_day_of_row(const Row& row) {
  return ClassDay{row.integer(0), std::string(row.text(1)), std::string(row.text(2)), {row.integer(3), row.integer(4)}};
}

inline constexpr const char* kRideColumns = "counter, digest, previous, came, claim, settled";
template <typename Row>
std::optional<KeptRide> ride_of_row(const Row& row) {
  KeptRide ride;
  ride.counter = static_cast<std::uint32_t>(row.integer(0));
  if (!row.fixed(1, ride.digest)) return std::nullopt;
  ride.previous = row.optional(2);
  ride.came = row.integer(3);
  ride.claim = row.optional(4).value_or(0);
  ride.settled = static_cast<RideSettled>(row.integer(5));
  return ride;
}

inline constexpr const char* kWorkColumns = "step, key, no, what, due";
template <typename Row>
std::optional<Work> work_of_row(const Row& row) {
  const ByteView what = row.bytes(3);
  return Work{static_cast<WorkStep>(row.integer(0)),
              std::string(row.text(1)),
              row.integer(2),
              {what.begin(), what.end()},
              row.integer(4)};
}

}  // namespace greentill::credit

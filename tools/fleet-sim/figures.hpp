// SPDX-License-Identifier: Apache-2.0
// What a run counts and measures, and how it is said. Threads: one.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace greentill::fleet_sim {

/// Times of which quantiles are wanted.
class Samples {
 public:
  void add(std::chrono::microseconds time) { values_.push_back(static_cast<std::uint32_t>(time.count() / 100)); }
  [[nodiscard]] std::size_t count() const { return values_.size(); }
  /// The time, in milliseconds, that this share of all times, from 0 to 1, does not exceed; 0 where there are none.
  [[nodiscard]] double at(double share) const;

 private:
  mutable std::vector<std::uint32_t> values_;  // in tenths of a millisecond
  mutable std::size_t sorted_ = 0;             // how many were there when they were sorted last
};

/// What lines carried, as the kernel counts it: bytes of TCP, which is TLS's records, and segments.
struct Traffic {
  std::uint64_t up = 0;
  std::uint64_t down = 0;
  std::uint64_t segments_up = 0;
  std::uint64_t segments_down = 0;
  Traffic& operator+=(const Traffic& other);
  Traffic operator-(const Traffic& other) const;
};

struct Figures {
  std::uint64_t devices = 0;
  std::uint64_t sessions_most = 0;  ///< that stood at once
  std::uint64_t sessions_now = 0;
  std::uint64_t connects = 0;                    ///< that came as far as the broker's CONNACK
  std::uint64_t connects_failed = 0;             ///< attempts that came to nothing
  std::uint64_t lost = 0;                        ///< sessions that ended by themselves
  std::uint64_t dropped = 0;                     ///< that the simulation ended, as a bad line does
  std::map<std::string, std::uint64_t> reasons;  ///< of connects_failed and lost
  Samples connect;                               ///< from dialling to CONNACK
  Samples answer;                                ///< from dialling to the answer to the first question

  std::uint64_t claims = 0;  ///< made, the chains' starts among them
  std::uint64_t starts = 0;
  std::uint64_t receipted = 0;
  std::uint64_t batches = 0;
  std::uint64_t batches_again = 0;  ///< of these: with claims that were sent before
  std::uint64_t batch_bytes = 0;    ///< claims alone
  std::uint64_t questions = 0;
  std::uint64_t receipts = 0;
  std::uint64_t receipt_bytes = 0;
  std::uint64_t receipts_refused = 0;            ///< not signed by the service, or not for the device
  std::map<std::string, std::uint64_t> refused;  ///< claims by reason
  std::map<std::string, std::uint64_t> held;
  std::int64_t granted_mg = 0;
  std::uint64_t at_odds = 0;   ///< devices whose chain the ledger has otherwise: a mistake of somebody's
  Samples receipt;             ///< from a claim's first sending to its receipt
  Samples receipt_since_made;  ///< from when it was made, spans without a line included

  Traffic connecting;  ///< from dialling to the answer to the first question
  Traffic rest;        ///< whatever comes behind that

  /// Each figure by its name, as docs/fleet-sim.md lists them.
  [[nodiscard]] std::string json() const;
};

}  // namespace greentill::fleet_sim

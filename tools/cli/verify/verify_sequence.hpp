// SPDX-License-Identifier: Apache-2.0
// Checks a file of claims against nothing but the devices' certificates and the methodologies: signatures, chains, and every
// number recomputed. Memory grows with the number of chains that the devices signed, whatever else the file holds.
#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <map>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "tools/cli/verify/examiner.hpp"
#include "tools/cli/verify/finding.hpp"

namespace greentill::cli {

struct VerifyOptions {
  bool partial = false;  ///< see ChainWalk
  unsigned threads = 0;  ///< threads that check signatures; 0: one for each core
};

struct ActivityTotals {
  std::uint64_t claims = 0;
  std::int64_t estimate_mg = 0;
  std::int64_t credited_mg = 0;
};

struct ChainSummary {
  std::string device;
  claim::ChainId id{};
  std::uint64_t first_seq = 0;
  std::uint64_t last_seq = 0;
};

/// The counts cover the whole file; the sums cover only claims without a finding.
struct VerifySummary {
  std::uint64_t messages = 0;  ///< that could be read as claims
  std::uint64_t sound = 0;     ///< of these, those without a finding
  std::uint64_t findings = 0;
  std::uint64_t starts = 0;  ///< of chains, which claim nothing
  std::uint64_t reversals = 0;
  std::uint64_t gaps = 0;
  std::uint64_t declared_lost = 0;  ///< claims that signed gap entries name as lost
  std::map<std::string, ActivityTotals> by_activity;
  std::vector<ChainSummary> chains;
  std::optional<std::int64_t> first_begin;  ///< Unix seconds, over the reductions
  std::optional<std::int64_t> last_end;
};

struct VerifyEvents {
  FindingSink finding;                                ///< in the order of the file; missing claims come last
  std::function<void(std::uint64_t bytes)> progress;  ///< called with how many bytes were read; may be empty
};

/// Reads to the end, whatever it finds. An error only where the file cannot be read or OpenSSL cannot be used.
Result<VerifySummary> verify_sequence(std::istream& in, const Trust& trust, const VerifyOptions& options,
                                      const VerifyEvents& events);

}  // namespace greentill::cli

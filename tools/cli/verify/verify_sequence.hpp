// SPDX-License-Identifier: Apache-2.0
// Checks a file of claims with nothing but the file, the devices' certificates and the methodologies: signatures, chains, and
// every number recomputed. Memory grows with the number of chains that the devices signed, whatever else the file holds.
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
  unsigned threads = 0;  ///< that check signatures; 0: one a core
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

/// Counts of the whole file; sums of the claims alone that nothing was found about.
struct VerifySummary {
  std::uint64_t claims = 0;  ///< messages that could be read as one
  std::uint64_t sound = 0;   ///< of these, those without a finding
  std::uint64_t findings = 0;
  std::uint64_t reversals = 0;
  std::uint64_t gaps = 0;
  std::uint64_t declared_lost = 0;  ///< claims that signed gap entries name as lost
  std::map<std::string, ActivityTotals> by_activity;
  std::vector<ChainSummary> chains;
  std::optional<std::int64_t> first_begin;  ///< Unix seconds, over the reductions
  std::optional<std::int64_t> last_end;
};

struct VerifyEvents {
  FindingSink finding;                                ///< in the order of the file; what is missing comes last
  std::function<void(std::uint64_t bytes)> progress;  ///< read so far; may be empty
};

/// Reads to the end, whatever it finds. An error only where the file cannot be read, or OpenSSL not be used.
Result<VerifySummary> verify_sequence(std::istream& in, const Trust& trust, const VerifyOptions& options,
                                      const VerifyEvents& events);

}  // namespace greentill::cli

// SPDX-License-Identifier: Apache-2.0
// Checks a file of claims against nothing but the devices' certificates and the methodologies: signatures, chains, and every
// number recomputed. Memory grows by some 50 bytes for each claim that its device signed, whatever else the file holds.
#pragma once

#include <cstdint>
#include <functional>
#include <istream>

#include "daemon/base/error.hpp"
#include "tools/cli/verify/examiner.hpp"
#include "tools/cli/verify/finding.hpp"
#include "tools/cli/verify/receipt_book.hpp"
#include "tools/cli/verify/summary.hpp"

namespace greentill::cli {

struct VerifyOptions {
  bool partial = false;                   ///< see ChainWalk
  unsigned threads = 0;                   ///< threads that check signatures; 0: one for each core
  const ReceiptBook* receipts = nullptr;  ///< null: nothing is known of what the service said
};

struct VerifyEvents {
  FindingSink finding;                                ///< in the order of the file; missing claims come last
  std::function<void(std::uint64_t bytes)> progress;  ///< called with how many bytes were read; may be empty
};

/// Reads to the end, whatever it finds. An error only where the file cannot be read or OpenSSL cannot be used.
Result<VerifySummary> verify_sequence(std::istream& in, const Trust& trust, const VerifyOptions& options,
                                      const VerifyEvents& events);

}  // namespace greentill::cli

// SPDX-License-Identifier: Apache-2.0
// A batch as a device published it, read and examined before the ledger's lock is taken. Threads: one object a thread.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/claim/chain.hpp"
#include "daemon/claim/message.hpp"
#include "daemon/measure/library.hpp"
#include "daemon/verify/reason.hpp"
#include "tools/credit-service/verify/certificates.hpp"

namespace greentill::credit {

using verify::Reason;

inline constexpr std::size_t kMaxBatchClaims = 256;
inline constexpr std::size_t kMaxBatchBytes = 128u << 10;
/// The ledger keeps a claim's place in one integer: 40 bits of it are the seq.
inline constexpr std::uint64_t kMaxSeq = (std::uint64_t{1} << 40) - 1;

/// What gives a claim its place in a chain. Read by itself, so that a claim whose content is not understood keeps its seq.
struct Link {
  std::uint64_t seq = 0;
  Digest prev{};
  claim::ChainId chain{};
  std::optional<claim::ClaimId> id;
};

struct BatchClaim {
  claim::Message message;
  std::optional<claim::Claim> claim;  ///< absent where the payload is not understood
  Link link;
  Digest payload_hash{};
  Reason reason = Reason::none;  ///< as far as it is known without the ledger
  bool examined = false;         ///< signature and arithmetic were looked at
  bool authentic = false;        ///< its device vouches for it, under a certificate that is valid
  bool attested = false;         ///< it, or a claim of the batch that follows it in the chain, is authentic
};

/// Claims of one chain, in the order in which they came. Views point into `bytes`.
struct Batch {
  std::string device;
  claim::ChainId chain{};
  std::shared_ptr<const std::vector<std::uint8_t>> bytes;
  std::vector<std::uint8_t> correlation;
  std::vector<BatchClaim> claims;
  std::optional<std::int64_t> pending;  ///< the row it was kept in until its turn came
};

/// Reads what a device published: one batch a chain, as good as always one. Stops, and says why in `trouble`, at the first
/// message whose place in a chain cannot be told, and at the limits of a batch.
std::vector<Batch> read_batches(const std::string& device, std::vector<std::uint8_t> bytes, std::vector<std::uint8_t> correlation,
                                const claim::Hasher& hasher, std::string& trouble);

/// Looks at the claims that the ledger wants to know more of. Threads: one.
class Examiner {
 public:
  Examiner(Certificates& certificates, const measure::Library& library, const claim::Hasher& hasher)
      : certificates_(&certificates), library_(&library), hasher_(&hasher) {}

  /// Sets examined, authentic, and the reason where it finds one, of those at `chosen`, which ascend; and attested of all. One
  /// signature is verified for a run of claims that link to one another: the chain hashes payloads, so the last one's attests
  /// those before it, whatever their own signatures are. Each of their certificates must be of the same key, and valid.
  void examine(Batch& batch, std::span<const std::size_t> chosen);

 private:
  /// `attesting`: the certificate of a signature that attests the claim, or null. Whether its own signature is good, where that
  /// was looked at.
  bool examine_one(const std::string& device, BatchClaim& claim, const Digest* attesting);

  Certificates* certificates_;
  const measure::Library* library_;
  const claim::Hasher* hasher_;
};

}  // namespace greentill::credit

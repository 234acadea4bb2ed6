// SPDX-License-Identifier: Apache-2.0
// A batch as a device published it; it is read and examined before the ledger's lock is taken. Threads: one object a thread.
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
#include "tools/credit-service/verify/link.hpp"
#include "tools/credit-service/verify/methodologies.hpp"

namespace greentill::credit {

class Locks;
using verify::Reason;

/// What a registered lock signed, as it came with a claim.
struct SeenRide {
  std::string lock;
  std::uint32_t counter = 0;
  Digest digest{};                       ///< of its payload
  std::optional<std::int64_t> previous;  ///< the link to the ride before
  friend bool operator==(const SeenRide&, const SeenRide&) = default;
};

struct BatchClaim {
  claim::Message message;
  std::optional<claim::Claim> claim;  ///< empty where the payload is not understood
  Link link;
  Digest payload_hash{};
  Reason reason = Reason::none;  ///< as far as it can be known without the ledger
  std::string detail;            ///< of the reason, for the log: what follows "the certificate ", where it is about that
  std::optional<SeenRide> ride;  ///< where its evidence is a ride that its lock signed, also where the claim is refused
  bool examined = false;         ///< whether signature and arithmetic were checked
  bool authentic = false;        ///< whether the device signed it, under a valid certificate
  bool attested = false;         ///< whether this claim, or a later one of the batch that links to it, is authentic
};

/// Claims of one chain, in the order in which they came. Views point into `bytes`.
struct Batch {
  std::string device;
  claim::ChainId chain{};
  std::shared_ptr<const std::vector<std::uint8_t>> bytes;
  std::vector<std::uint8_t> correlation;
  std::vector<BatchClaim> claims;
  std::optional<std::int64_t> pending;  ///< the row in which it was kept until its turn came
  std::int64_t kept_at = 0;             ///< and when that was
};

/// Reads what a device published: one batch for each chain, which is nearly always one. Stops at the first message whose place in
/// a chain cannot be read, and at the limits of a batch; `trouble` then says why.
std::vector<Batch> read_batches(const std::string& device, std::vector<std::uint8_t> bytes, std::vector<std::uint8_t> correlation,
                                const claim::Hasher& hasher, std::string& trouble);

/// Checks the claims that the ledger chose. Threads: one.
class BatchExaminer {
 public:
  /// `published`: what keeps the library up to date; null: nothing has to. All must outlive it.
  BatchExaminer(Certificates& certificates, const measure::Library& library, const claim::Hasher& hasher, Locks& locks,
                Methodologies* published = nullptr)
      : certificates_(&certificates), library_(&library), hasher_(&hasher), locks_(&locks), published_(published) {}

  /// Sets `examined`, `authentic` and, where something is wrong, `reason` for the claims at the ascending indices in `chosen`;
  /// and `attested` for all. Of a run of claims that link to one another only the last signature is verified: the chain hashes
  /// payloads, so it attests the claims before it, whatever their own signatures are. Each of their certificates must be valid
  /// and of the same key.
  void examine(Batch& batch, std::span<const std::size_t> chosen);

 private:
  /// `attesting` is the certificate of a signature that attests the claim, or null. Returns whether the claim's own signature was
  /// checked and is good.
  bool examine_one(const std::string& device, BatchClaim& claim, const Digest* attesting);
  void examine_content(const std::string& device, BatchClaim& claim, verify::Flaws& flaws);

  Certificates* certificates_;
  const measure::Library* library_;
  const claim::Hasher* hasher_;
  Locks* locks_;
  Methodologies* published_;
};

}  // namespace greentill::credit

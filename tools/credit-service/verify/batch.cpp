// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/verify/batch.hpp"

#include <algorithm>

#include "daemon/claim/cbor.hpp"
#include "tools/credit-service/verify/locks.hpp"

namespace greentill::credit {
namespace {

using claim::CborReader;

// Each chain in a message costs a transaction and a receipt of its own.
constexpr std::size_t kMostChains = 8;

/// Sets the place of a claim that is not understood, and the reason from the fault; false where the place cannot be read.
bool place_unread(BatchClaim& into, const claim::Fault& fault) {
  const auto link = find_link(into.message.payload);
  into.link = link.value_or(Link{});
  into.reason = verify::reason_of(fault);
  return link.has_value();
}

/// Takes one message off the front. False, with the reason in `trouble`, where its place in a chain cannot be read.
bool take(ByteView& rest, BatchClaim& into, std::string& trouble) {
  const ByteView before = rest;
  const auto message = claim::take_message(rest, claim::MessageType::claim);
  if (message) {
    into.message = *message;
    const auto claim = claim::parse_payload(message->payload);
    if (claim) {
      into.link = {claim->seq, claim->prev, claim->chain, claim->id};
      into.claim = *claim;
    } else if (!place_unread(into, claim.error())) {
      trouble = claim.error().reason;
      return false;
    }
    return true;
  }
  CborReader reader(before);
  into.message.whole = reader.item();
  into.message.payload = find_payload(into.message.whole);
  rest = reader.rest();
  if (reader.ok() && place_unread(into, message.error())) return true;
  trouble = message.error().reason;
  return false;
}

}  // namespace

std::vector<Batch> read_batches(const std::string& device, std::vector<std::uint8_t> bytes, std::vector<std::uint8_t> correlation,
                                const claim::Hasher& hasher, std::string& trouble) {
  std::vector<Batch> batches;
  if (bytes.size() > kMaxBatchBytes) {
    trouble = "a batch is at most 128 KiB";
    return batches;
  }
  const auto shared = std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes));
  ByteView rest(*shared);
  for (std::size_t count = 0; !rest.empty(); ++count) {
    if (count == kMaxBatchClaims) {
      trouble = "a batch is at most 256 claims";
      break;
    }
    BatchClaim claim;
    if (!take(rest, claim, trouble)) break;
    if (claim.link.seq == 0 || claim.link.seq > kMaxSeq) {
      trouble = "the seq is not 1 to 2^40 - 1";
      break;
    }
    claim.payload_hash = hasher.sha256({claim.message.payload});
    if (batches.empty() || batches.back().chain != claim.link.chain) {
      if (batches.size() == kMostChains) {
        trouble = "a batch is of one chain, and never of more than 8";
        break;
      }
      batches.push_back({device, claim.link.chain, shared, correlation, {}, {}});
      batches.back().claims.reserve(kMaxBatchClaims);
    }
    batches.back().claims.push_back(claim);
  }
  return batches;
}

// Goes from the last claim to the first, since each claim links to the one before it.
void BatchExaminer::examine(Batch& batch, std::span<const std::size_t> chosen) {
  if (published_ != nullptr) published_->look();
  const BatchClaim* next = nullptr;
  const Digest* attesting = nullptr;  // the certificate of the signature that attests the claims before it
  for (std::size_t i = batch.claims.size(); i-- > 0;) {
    BatchClaim& claim = batch.claims[i];
    const bool linked =
        next != nullptr && next->attested && next->link.seq == claim.link.seq + 1 && next->link.prev == claim.payload_hash;
    if (!linked) attesting = nullptr;
    if (!chosen.empty() && chosen.back() == i) {
      chosen = chosen.first(chosen.size() - 1);
      if (examine_one(batch.device, claim, attesting)) attesting = &claim.message.thumbprint;
    }
    claim.attested = claim.authentic || linked;
    next = &claim;
  }
}

void BatchExaminer::examine_content(const std::string& device, BatchClaim& claim, verify::Flaws& flaws) {
  verify::check_content(*hasher_, *library_, device, claim.message, *claim.claim, flaws);
  if (std::holds_alternative<claim::Reduction>(claim.claim->entry)) claim.ride = locks_->judge(*claim.claim, *library_, flaws);
}

bool BatchExaminer::examine_one(const std::string& device, BatchClaim& claim, const Digest* attesting) {
  claim.examined = true;
  const Digest& thumbprint = claim.message.thumbprint;
  // A claim with headers that are not understood cannot be checked: a later claim has to attest it.
  if (claim.reason != Reason::none && thumbprint == Digest{}) return false;
  const verify::Signer* signer = certificates_->find(thumbprint);
  verify::Flaws flaws;
  bool signs = false;
  if (signer != nullptr && signer->device != device) {
    flaws.push_back({Reason::certificate_not_valid, "is another device's, " + signer->device});
  } else if (signer != nullptr && attesting != nullptr && certificates_->same_key(thumbprint, *attesting)) {
    if (!signer->refused.empty()) flaws.push_back({Reason::certificate_not_valid, signer->refused});
  } else {
    signs = verify::check_signature(*hasher_, claim.message, signer, flaws);
  }
  // Only a valid certificate makes a claim authentic: whoever has the key of one that expired, or is not the authority's, is not
  // the device.
  claim.authentic = flaws.empty();
  if (claim.authentic && claim.claim) examine_content(device, claim, flaws);
  if (!flaws.empty()) {
    claim.reason = verify::in_receipt(flaws.front().reason);
    if (claim.reason == Reason::certificate_not_valid && certificates_->is_barred(thumbprint)) claim.reason = Reason::revoked;
    claim.detail = std::move(flaws.front().detail);
  }
  return signs && claim.authentic;
}

}  // namespace greentill::credit

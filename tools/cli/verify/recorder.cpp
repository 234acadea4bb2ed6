// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/verify/recorder.hpp"

#include <algorithm>

namespace greentill::cli {
namespace {

bool is_bad_signature(const verify::Flaw& flaw) { return flaw.reason == Reason::bad_signature; }

/// The place from which a repair makes a chain's claims anew; null for any other claim.
const claim::Predecessor* repaired_from(const claim::Claim& claim) {
  const auto* start = std::get_if<claim::Start>(&claim.entry);
  const bool repairs = start != nullptr && start->reason == claim::StartReason::store_went_back && start->predecessor;
  return repairs ? &*start->predecessor : nullptr;
}

}  // namespace

Recorder::Recorder(bool partial, Checks checks, const ReceiptBook* receipts, FindingSink sink)
    : checks_(checks),
      receipts_(receipts),
      sink_(std::move(sink)),
      walk_(partial, kept_, [this](const Finding& finding) { tell(finding); }),
      unproven_([this](UnprovenClaim&& claim) { tell_alone(claim); }) {}

void Recorder::record(const Piece& piece, const Examined& examined) {
  if (const auto* fault = std::get_if<claim::Fault>(&piece.content)) return record_damage(piece, *fault);
  ++summary_.messages;
  if (!examined.claim) return record_unreadable(piece, examined);
  record_claim(std::get<claim::Message>(piece.content), piece.offset, examined);
}

VerifySummary Recorder::finish() {
  unproven_.finish();
  if (receipts_ != nullptr) {
    receipts_->compare(kept_, walk_, [this](const Finding& finding) { tell(finding); });
    summary_.receipts = receipts_->sum_up(kept_);
  }
  walk_.finish();
  summary_.declared_lost = walk_.declared_lost();
  kept_.sum_up(summary_);
  return std::move(summary_);
}

void Recorder::record_damage(const Piece& piece, const claim::Fault& fault) {
  tell({verify::reason_of(fault),
        std::to_string(piece.size) + " bytes are no claim: " + fault.reason + " (byte " + std::to_string(fault.offset) + ")",
        std::nullopt, std::nullopt, std::nullopt, piece.offset});
}

void Recorder::record_unreadable(const Piece& piece, const Examined& examined) {
  unproven_.leave(examined.signer);
  Finding finding;
  finding.offset = piece.offset;
  if (const claim::ChainHead* head = walk_.follow_unreadable(examined.signer, examined.payload_hash)) {
    finding.seq = head->seq;
    finding.chain = head->chain;
  }
  for (const verify::Flaw& flaw : examined.flaws) {
    finding.reason = flaw.reason;
    finding.detail = flaw.detail;
    tell(finding);
  }
}

void Recorder::record_claim(const claim::Message& message, std::uint64_t offset, const Examined& examined) {
  const claim::Claim& claim = *examined.claim;
  unproven_.approach(claim);
  if (examined.key) {
    for (UnprovenClaim& before : unproven_.take(claim.device)) attest(std::move(before), *examined.key);
  }
  const bool linked = walk_.follow(claim, examined.payload_hash, offset, examined.key.has_value());
  if (examined.key) return accept(claim, examined.payload_hash, offset, *examined.key, linked, examined.flaws, false);
  if (linked) {
    UnprovenClaim unproven{
        {message.payload.begin(), message.payload.end()}, examined.payload_hash, offset, examined.named_key, examined.flaws};
    if (unproven_.keep(claim, std::move(unproven))) return;
  }
  unproven_.leave(claim.device);
  tell_all(claim, offset, examined.flaws);
}

void Recorder::attest(UnprovenClaim unproven, std::size_t key) {
  const bool same_key = unproven.named_key && *unproven.named_key == key;
  const auto claim = claim::parse_payload(unproven.payload);
  if (!same_key || !claim) return tell_alone(unproven);
  std::erase_if(unproven.flaws, is_bad_signature);
  if (const auto* gap = std::get_if<claim::Gap>(&claim->entry)) walk_.declare_lost(*gap, claim->device);
  accept(*claim, unproven.payload_hash, unproven.offset, key, true, std::move(unproven.flaws), true);
}

void Recorder::accept(const claim::Claim& claim, const Digest& payload_hash, std::uint64_t offset, std::size_t key, bool linked,
                      verify::Flaws flaws, bool attested) {
  // A renewed certificate may go on with a chain, a new key may not.
  if (keys_.try_emplace({std::string(claim.device), claim.chain}, key).first->second != key) {
    flaws.insert(flaws.begin(), {Reason::key_changed, "another key signed the claims before it: a new key begins another chain"});
  }
  assignments_.judge(claim, flaws);
  tell_all(claim, offset, flaws);
  const bool sound = linked && flaws.empty();
  if (const claim::Predecessor* place = repaired_from(claim); sound && place != nullptr) set_apart(claim, *place);
  kept_.keep(claim, payload_hash, sound);
  if (!sound) return;
  ++summary_.sound;
  if (attested) ++summary_.attested;
  count_unchecked(claim);
}

void Recorder::count_unchecked(const claim::Claim& claim) {
  const auto* start = std::get_if<claim::Start>(&claim.entry);
  if (!checks_.consents && start != nullptr && !start->consent.empty()) ++summary_.unchecked_consents;
  const auto* reduction = std::get_if<claim::Reduction>(&claim.entry);
  if (reduction == nullptr || !verify::has_statement(*reduction)) return;
  ++summary_.lock_rides;
  if (!checks_.statements) ++summary_.unchecked_statements;
}

void Recorder::set_apart(const claim::Claim& claim, const claim::Predecessor& place) {
  for (const KeptClaims::Run& run : kept_.set_apart(claim.device, place.chain, place.last_seq)) {
    walk_.set_apart(claim.device, run.chain, run.first);
  }
}

void Recorder::tell_all(const claim::Claim& claim, std::uint64_t offset, const verify::Flaws& flaws) {
  for (const verify::Flaw& flaw : flaws) tell({flaw.reason, flaw.detail, claim.seq, std::nullopt, claim.chain, offset});
}

void Recorder::tell_alone(const UnprovenClaim& unproven) {
  const auto claim = claim::parse_payload(unproven.payload);
  if (claim) tell_all(*claim, unproven.offset, unproven.flaws);
}

void Recorder::tell(const Finding& finding) {
  ++summary_.findings;
  sink_(finding);
}

}  // namespace greentill::cli

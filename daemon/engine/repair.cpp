// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/repair.hpp"

#include <utility>

#include "daemon/crypto/hasher.hpp"
#include "daemon/engine/engine.hpp"

namespace greentill::engine {
namespace {

constexpr std::string_view kLost = "not on the device any more";

}  // namespace

Result<outbox::NewClaim> AnewMaker::start(const claim::ChainHead& predecessor,
                                          const std::optional<outbox::ClaimedAssignment>& under) {
  if (under && !was_) {
    settings_.assignment = maker_.settings().assignment;
    settings_.assignment.number = under->number;
    settings_.assignment.merchant = under->merchant;
    settings_.assignment.site = under->site;
    was_ = maker_.adopt(settings_, {});  // no root is asked for: what is made anew has its nullifiers
  }
  std::optional<claim::Predecessor> before;
  if (predecessor.chain != claim::ChainId{}) {
    before = {maker_.device_id(), predecessor.chain, predecessor.seq, predecessor.payload_hash};
  }
  auto made = maker_.start(claim::StartReason::store_went_back, before, head_);
  if (!made) return Failure{made.error()};
  return std::move(made->claims.front());
}

Result<outbox::NewClaim> ClaimMaker::gap(const claim::ChainId& chain, std::uint64_t first, std::uint64_t last,
                                         claim::ChainHead& head) {
  claim::Claim claim = blank(head);
  claim.entry = claim::Gap{chain, first, last, kLost};
  return sign(claim, std::nullopt, head);
}

// The service knows a part again by its id, and counts it once.
Result<outbox::NewClaim> ClaimMaker::make_anew(const claim::Claim& claim, const std::optional<claim::AccountHint>& account,
                                               const std::optional<claim::ClaimId>& of, claim::ChainHead& head) {
  claim::Claim anew = claim;
  anew.chain = head.chain;
  anew.seq = head.seq + 1;
  anew.prev = head.payload_hash;
  auto* reversal = std::get_if<claim::Reversal>(&anew.entry);
  if (reversal == nullptr || reversal->taken_back.empty()) random_.fill(anew.id);
  if (reversal != nullptr && of) reversal->claim = of;
  auto made = sign(anew, account, head);
  auto* reduction = std::get_if<claim::Reduction>(&anew.entry);
  if (made || reduction == nullptr || !reduction->evidence || reduction->evidence->kind == claim::Evidence::Kind::hashed) {
    return made;
  }
  // A higher seq takes more bytes, which a claim with its evidence in it may not have.
  const Digest hash = crypto::hasher().sha256({reduction->evidence->bytes});
  reduction->evidence = claim::Evidence{claim::Evidence::Kind::hashed, hash};
  return sign(anew, account, head);
}

void Engine::repair(const outbox::Repair& repair, std::function<void(Status)> done) {
  change(
      [this, repair](outbox::Writer& writer) -> Status {
        AnewMaker anew(parts_.maker, parts_.random);
        Status repaired = writer.repair(repair, anew, parts_.maker.now());
        const bool full = !repaired && repaired.error().code == ErrorCode::full;
        if (full && hooks_.disk_full) hooks_.disk_full();
        return repaired;
      },
      std::move(done));
}

void Engine::declare_lost(const claim::ChainId& chain, std::uint64_t first, std::uint64_t last,
                          std::function<void(Status)> done) {
  {
    const std::lock_guard turn(turn_);
    if (changes_chains_) return done(chains_are_changed());
    if (Status recovered = head_.recover(parts_.reader); !recovered) return done(recovered);
    claim::ChainHead next = head_.chain();
    auto gap = parts_.maker.gap(chain, first, last, next);
    if (!gap) return done(Failure{gap.error()});
    head_.move_to(next);
    MadeClaims made;
    made.recorded_at = parts_.maker.now();
    made.claims.push_back(std::move(*gap));
    auto job = job_of(std::move(made), std::nullopt, [done = std::move(done)](const auto& stored) {
      done(stored ? Status(Done{}) : Status(Failure{stored.error()}));
    });
    job->unit.declares_lost = true;
    committer_.push(std::move(job));
  }
  committer_.hand_over();
}

}  // namespace greentill::engine

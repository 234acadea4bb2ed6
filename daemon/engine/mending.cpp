// SPDX-License-Identifier: Apache-2.0
// Claims that were refused for ever, and come out otherwise by another version of this program or other methodologies.
#include <utility>

#include "daemon/base/local_time.hpp"
#include "daemon/engine/engine.hpp"
#include "daemon/outbox/stored_claim.hpp"

namespace greentill::engine {
namespace {

constexpr std::size_t kAtOnce = 64;

}  // namespace

// An act that was measured again keeps what it says of itself, its nullifiers above all: so it is the same act, whichever of the
// two claims the service looks at.
Result<std::optional<Mended>> ClaimMaker::mend(const claim::Claim& refused, const std::optional<claim::AccountHint>& account,
                                               std::string_view reason, claim::ChainHead& head) {
  const auto* claimed = std::get_if<claim::Reduction>(&refused.entry);
  if (claimed == nullptr) return std::optional<Mended>();
  claim::Claim mended = refused;
  auto& reduction = std::get<claim::Reduction>(mended.entry);
  reduction.replaces = refused.id;
  if (reason == "wrong-arithmetic") {
    const auto again = measuring_.measure_again(*claimed);
    if (!again) return std::optional<Mended>();
    reduction.methodology = {again->methodology->id, again->methodology->version, again->methodology->sha256};
    reduction.estimate_mg = again->amounts.estimate_mg;
    reduction.credited_mg = again->amounts.credited_mg;
  } else if (claimed->replaces) {
    return std::optional<Mended>();  // signing it again has not helped
  }
  auto made = make_anew(mended, account, std::nullopt, head);
  if (!made) return Failure{made.error()};
  return std::optional(Mended{std::move(*made),
                              {local_day(now()), std::string(reduction.activity), reduction.estimate_mg - claimed->estimate_mg,
                               reduction.credited_mg - claimed->credited_mg, 0}});
}

void Engine::mend_refused() {
  std::int64_t after = 0;
  std::size_t mended = 0;
  for (;;) {
    const auto read = mend_some(after, mended);
    if (!read)
      parts_.log.write(LogLevel::warning, "engine", "claims that were refused are not replaced: " + read.error().message);
    if (!read || *read < kAtOnce) break;
  }
  if (mended == 0) return;
  parts_.log.write(LogLevel::info, "engine",
                   "claims that the service refused for good and that come out otherwise now: " + std::to_string(mended) +
                       "; each is claimed anew, and names the one in whose place it stands");
}

/// Returns how many refused claims it read behind `after`, which it moves; adds to `mended` those that are replaced, durably.
Result<std::size_t> Engine::mend_some(std::int64_t& after, std::size_t& mended) {
  Committer::Waiter waiter;
  Status stored = Done{};
  std::size_t read = 0;
  Committer::Jobs jobs;
  std::size_t made = 0;
  {
    const std::lock_guard turn(turn_);
    if (changes_chains_) return fail(ErrorCode::unavailable, "the device's chains are changed; at the next start they are");
    if (Status recovered = head_.recover(parts_.reader); !recovered) return Failure{recovered.error()};
    const auto refused = parts_.reader.replaceable(parts_.maker.settings().assignment.number, after, kAtOnce);
    if (!refused) return Failure{refused.error()};
    for (const outbox::RefusedClaim& one : *refused) {
      after = one.number;
      if (auto job = mend_one(one)) jobs.push_back(std::move(job));
    }
    read = refused->size();
    made = jobs.size();
    if (made == 0) return read;
    // Jobs are stored in their order, and where one is not none behind it is: the last one speaks for all.
    jobs.back()->answered = [&](const auto& answer) {
      if (!answer) stored = Failure{answer.error()};
      committer_.complete(waiter);
    };
    for (auto& job : jobs) committer_.push(std::move(job));
  }
  committer_.wait(waiter);
  if (!stored) return Failure{stored.error()};
  mended += made;
  return read;
}

/// The job that stores a claim in place of the refused one; null where none is to be made, or where none can be, which is told.
std::unique_ptr<Job> Engine::mend_one(const outbox::RefusedClaim& refused) {
  const auto opened = outbox::open_claim(refused.claim.seq, refused.claim.message);
  claim::ChainHead next = head_.chain();
  auto mended = opened ? parts_.maker.mend(opened->claim, opened->message.account, refused.claim.reason, next)
                       : Result<std::optional<Mended>>(Failure{opened.error()});
  if (!mended) {
    parts_.log.write(
        LogLevel::warning, "engine",
        "claim " + std::to_string(refused.claim.seq) + " was refused, and cannot be replaced: " + mended.error().message);
  }
  if (!mended || !*mended) return nullptr;
  outbox::Replacement replacement{refused.number, (*mended)->claim.seq, {}};
  for (const claim::Nullifier& nullifier : std::get<claim::Reduction>(opened->claim.entry).nullifiers) {
    replacement.nullifiers.push_back(nullifier.mac);
  }
  head_.move_to(next);
  MadeClaims made;
  made.recorded_at = parts_.maker.now();
  made.sale = refused.claim.sale;
  made.totals.push_back(std::move((*mended)->more));
  made.claims.push_back(std::move((*mended)->claim));
  auto job = job_of(std::move(made), std::nullopt, [](const auto&) {});
  job->unit.replaces = std::move(replacement);
  return job;
}

}  // namespace greentill::engine

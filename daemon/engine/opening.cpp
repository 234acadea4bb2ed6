// SPDX-License-Identifier: Apache-2.0
// Under which settings the engine begins, and goes on while it runs: another assignment is another chain.
#include <utility>

#include "daemon/base/hex.hpp"
#include "daemon/engine/engine.hpp"

namespace greentill::engine {
namespace {

std::string left_already(std::uint32_t chains, std::uint32_t named) {
  return "the chain was begun under assignment " + std::to_string(chains) + ", and the settings name " + std::to_string(named) +
         ", which this device has left; put the latest settings there";
}

/// Why another chain begins behind that one: the start's reason, and a sentence for the log.
std::pair<claim::StartReason, std::string> why_anew(const outbox::ChainState& before, std::uint32_t assignment,
                                                    ChainOwner owner) {
  if (owner == ChainOwner::former_key) return {claim::StartReason::new_key, "this device has another key than before"};
  if (owner == ChainOwner::other_unit) {
    return {claim::StartReason::replaced_device, "the store's last chain was signed by another unit of this device"};
  }
  if (before.assignment != assignment) {
    return {claim::StartReason::other_assignment, "the settings name assignment " + std::to_string(assignment)};
  }
  return {claim::StartReason::recovered_store, "claims of the last chain were lost with a damaged store"};
}

}  // namespace

Status Engine::open(ChainOwner owner) {
  Committer::Waiter waiter;
  Status opened = Done{};
  {
    const std::lock_guard turn(turn_);
    const auto chain = parts_.reader.chain();
    if (!chain) return Failure{chain.error()};
    const std::uint32_t assignment = parts_.maker.settings().assignment.number;
    if (*chain && (*chain)->assignment > assignment)
      return fail(ErrorCode::conflict, left_already((*chain)->assignment, assignment));
    if (*chain && (*chain)->assignment == assignment && !(*chain)->damaged && owner == ChainOwner::this_key) {
      set_trouble("");
      return head_.recover(parts_.reader);
    }
    auto start = start_chain(*chain, owner);
    if (!start) return Failure{start.error()};
    committer_.push(job_of(std::move(*start), std::nullopt, [&](const auto& answer) {
      if (!answer) opened = Failure{answer.error()};
      committer_.complete(waiter);
    }));
  }
  committer_.wait(waiter);
  return opened;
}

/// Begins a chain: the store's first, or one behind the last, which it names: under another key or assignment, or since that one
/// was damaged.
Result<MadeClaims> Engine::start_chain(const std::optional<outbox::ChainState>& before, ChainOwner owner) {
  claim::ChainHead head;
  parts_.random.fill(head.chain);
  auto reason = claim::StartReason::new_chain;
  std::optional<claim::Predecessor> predecessor;
  if (before) {
    const std::uint32_t assignment = parts_.maker.settings().assignment.number;
    const auto [reason_of, why] = why_anew(*before, assignment, owner);
    reason = reason_of;
    if (before->head.seq != 0) {
      predecessor = {parts_.maker.device_id(), before->head.chain, before->head.seq, before->head.payload_hash};
    }
    parts_.log.write(LogLevel::info, "engine",
                     why + ": a new chain begins behind claim " + std::to_string(before->head.seq) + " of the last one, " +
                         to_hex(before->head.chain) + ", whose hash is " + to_hex(before->head.payload_hash));
  }
  auto start = parts_.maker.start(reason, predecessor, head);
  if (start) head_.move_to(head);
  return start;
}

Status Engine::chains_are_changed() { return fail(ErrorCode::unavailable, "the device's chains are changed already"); }

// A job of its own: all that was queued before is stored first, in the chain that it is made for. Until it is over nothing is
// admitted, so that no claim is made partly under the one and partly under the other, and none in the chain before.
void Engine::change(std::function<Status(outbox::Writer&)> how, std::function<void(Status)> done) {
  {
    const std::lock_guard turn(turn_);
    if (changes_chains_) return done(chains_are_changed());
    changes_chains_ = true;
    auto changed = std::make_shared<Status>(chains_are_changed());
    auto job = std::make_unique<Job>();
    job->generation = head_.generation();
    job->alone = [how = std::move(how), changed](outbox::Writer& writer) -> Status {
      *changed = how(writer);
      return Done{};  // where it could not be done all is as before
    };
    job->answered = [changed, done = std::move(done)](const auto& stored) {
      done(stored ? *changed : Status(Failure{stored.error()}));
    };
    committer_.push(std::move(job));
  }
  committer_.hand_over();
}

void Engine::adopt(const identity::Settings& settings, identity::RootChoice roots, std::function<void(Status)> done) {
  change([this, &settings, roots = std::move(roots)](outbox::Writer& writer) { return adopt_now(writer, settings, roots); },
         std::move(done));
}

void Engine::rekey(claim::Signer& signer, std::function<void(Status)> done) {
  change([this, &signer](outbox::Writer& writer) { return rekey_now(writer, signer); }, std::move(done));
}

outbox::Unit Engine::unit_of(MadeClaims& start) const {
  outbox::Unit unit;
  unit.claims = std::move(start.claims);
  unit.recorded_at = start.recorded_at;
  unit.head = head_.chain();
  return unit;
}

/// Requires: nothing is admitted. The turn is held but for the writes.
Status Engine::adopt_now(outbox::Writer& writer, const identity::Settings& settings, const identity::RootChoice& roots) {
  std::unique_lock turn(turn_);
  const auto chain = parts_.reader.chain();
  if (!chain) return Failure{chain.error()};
  if (!*chain) return fail(ErrorCode::unavailable, "the chain has not been started yet");
  const std::uint32_t assignment = settings.assignment.number;
  if ((*chain)->assignment > assignment) return fail(ErrorCode::conflict, left_already((*chain)->assignment, assignment));
  auto former = parts_.maker.adopt(settings, roots);
  std::optional<MadeClaims> start;
  std::optional<outbox::Unit> unit;
  Status done = Done{};
  if ((*chain)->assignment != assignment) {
    auto made = start_chain(*chain, ChainOwner::this_key);
    if (made) start = std::move(*made);
    if (!made) done = Failure{made.error()};
  }
  if (start) unit = unit_of(*start);
  turn.unlock();
  if (done) done = writer.keep_settings_number(settings.number);
  if (done && start) done = writer.begin_chain(*start->new_chain, *unit);
  turn.lock();
  if (!done) parts_.maker.adopt(*former.first, std::move(former.second));
  return done;
}

/// Likewise.
Status Engine::rekey_now(outbox::Writer& writer, claim::Signer& signer) {
  std::unique_lock turn(turn_);
  const auto chain = parts_.reader.chain();
  if (!chain) return Failure{chain.error()};
  if (!*chain) return fail(ErrorCode::unavailable, "the chain has not been started yet");
  claim::Signer& former = parts_.maker.sign_by(signer);
  auto start = start_chain(*chain, ChainOwner::former_key);
  Status done = start ? Status(Done{}) : Status(Failure{start.error()});
  if (start) {
    const outbox::Unit unit = unit_of(*start);
    turn.unlock();
    done = writer.begin_chain(*start->new_chain, unit);
    turn.lock();
  }
  if (!done) parts_.maker.sign_by(former);
  return done;
}

}  // namespace greentill::engine

// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/verify/locks.hpp"

#include <algorithm>

#include "daemon/crypto/key_verifier.hpp"

namespace greentill::credit {
namespace {

constexpr std::chrono::milliseconds kLookAgain{1'000};
// Of some 2 KiB each. Beyond it all are forgotten, and read anew as they come.
constexpr std::size_t kMostLocks = 20'000;

SeenRide seen(const claim::Hasher& hasher, const verify::Statement& statement) {
  const claim::LockRide& ride = statement.ride;
  return {std::string(ride.lock), ride.counter, hasher.sha256({statement.message.payload}),
          ride.ride.get(claim::RideKey::previous)};
}

}  // namespace

void Locks::look_for_changes() {
  const std::chrono::milliseconds now = clock_->monotonic();
  if (step_ >= 0 && now - looked_at_ < kLookAgain) return;
  looked_at_ = now;
  const auto step = registry_->registry_step();
  if (!step) return complain(step.error());
  if (known_.size() > kMostLocks) known_.clear();
  if (*step == step_) return;
  known_.clear();
  names_.clear();
  const auto roots = registry_->roots_of_locks();
  if (!roots) return complain(roots.error());
  for (const std::uint32_t number : *roots) {
    const auto root = registry_->root(number);
    if (!root) return complain(root.error());
    if (*root) names_.emplace(number, (*root)->name);
  }
  step_ = *step;
}

/// A registry that cannot be read would be a line for each claim.
void Locks::complain(const Error& error) const {
  if (const auto line = complaints_.take(error.message, clock_->monotonic())) log_->write(LogLevel::error, "locks", *line);
}

Result<std::optional<verify::StatementSigner>> Locks::read(const std::string& id) {
  const auto lock = registry_->lock(id);
  if (!lock) return Failure{lock.error()};
  if (!*lock) return std::optional<verify::StatementSigner>();
  const auto root = registry_->root((*lock)->root);
  if (!root) return Failure{root.error()};
  auto verifier = crypto::verifier_from_point((*lock)->key);
  if (!*root || !verifier) return fail(ErrorCode::corrupt, "the registry's lock " + id + " has no root, or no key");
  return std::optional(verify::StatementSigner{
      id, (*lock)->root, (*root)->name, claim::key_id(claim::public_key_hash(*hasher_, (*lock)->key)), std::move(*verifier)});
}

std::optional<const verify::StatementSigner*> Locks::find(const std::string& id) {
  const auto found = known_.find(id);
  if (found != known_.end()) return &found->second;
  auto lock = read(id);
  if (!lock) {
    complain(lock.error());
    return std::nullopt;
  }
  // That there is none is not kept: it may be registered at any moment.
  return *lock ? &known_.emplace(id, std::move(**lock)).first->second : nullptr;
}

/// The root's key is made each time, and kept nowhere.
bool Locks::names_ride(const claim::Nullifier& nullifier, std::string_view group, const verify::StatementSigner& lock,
                       const claim::LockRide& ride) const {
  claim::RootKey key = claim::make_root_key(*hasher_, programme_key_->view(), nullifier.root, nullifier.key_version);
  const bool names = verify::names_ride(*hasher_, key, nullifier, group, lock, ride);
  crypto::wipe(key);
  return names;
}

/// A claim of the statement's, but of another act, would let one ride be claimed twice.
void Locks::check_act(const claim::Reduction& reduction, const verify::Statement& statement, const verify::StatementSigner& lock,
                      const measure::Methodology* methodology, verify::Flaws& flaws) {
  if (!verify::check_statement_root(reduction, statement, lock, flaws) || methodology == nullptr) return;
  if (!programme_key_) {
    flaws.push_back({Reason::unchecked_statement, "this worker has no programme_key"});
    return;
  }
  const bool names = std::ranges::all_of(reduction.nullifiers, [&](const claim::Nullifier& one) {
    return names_ride(one, methodology->exclusive_group, lock, statement.ride);
  });
  if (names) return;
  flaws.push_back({Reason::other_statement,
                   "its nullifier is not that of ride " + std::to_string(statement.ride.counter) + " of lock " + lock.lock});
}

/// Under a root of locks a ride has its statement.
void Locks::miss(const claim::Reduction& reduction, const measure::Methodology* methodology, verify::Flaws& flaws) {
  const auto name = names_.find(reduction.nullifiers[0].root);
  if (name == names_.end() || methodology == nullptr || !verify::is_ride_group(methodology->exclusive_group)) return;
  flaws.push_back(verify::missing_statement(reduction, name->second));
}

std::optional<SeenRide> Locks::judge(const claim::Claim& claim, const measure::Library& library, verify::Flaws& flaws) {
  look_for_changes();
  const auto& reduction = std::get<claim::Reduction>(claim.entry);
  const claim::MethodologyRef& named = reduction.methodology;
  const measure::Methodology* methodology = library.find(named.id, named.version, named.sha256);
  if (!verify::has_statement(reduction)) {
    miss(reduction, methodology, flaws);
    return std::nullopt;
  }
  const auto statement = verify::read_statement(reduction);
  if (!statement) {
    flaws.push_back(statement.error());
    return std::nullopt;
  }
  const auto lock = find(std::string(statement->ride.lock));
  if (!lock) {
    flaws.push_back({Reason::unchecked_statement, "the registry's locks cannot be read now"});
    return std::nullopt;
  }
  if (!verify::check_statement_signature(*hasher_, *statement, *lock, flaws)) return std::nullopt;
  verify::compare_with_statement(claim, reduction, *statement, methodology, flaws);
  check_act(reduction, *statement, **lock, methodology, flaws);
  return seen(*hasher_, *statement);
}

}  // namespace greentill::credit

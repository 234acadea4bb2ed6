// SPDX-License-Identifier: Apache-2.0
// What is made under a root's keys.
#include <algorithm>

#include "daemon/crypto/hasher.hpp"
#include "daemon/identity/settings.hpp"

namespace greentill::identity {
namespace {

claim::Nullifier under(const Root& root, const KeyVersion& version, const claim::ActName& act) {
  return claim::make_nullifier(crypto::hasher(), version.key.view(), root.number, version.number, act);
}

/// The nullifiers under `count` versions from the place `first` on. Requires: as many as a list of nullifiers holds.
claim::Nullifiers under_all(const Root& root, std::size_t first, std::size_t count, const OwnAct& act) {
  const std::string issuer = issuer_under(root, act.issuer);
  claim::Nullifiers all;
  for (std::size_t i = first; i < first + count; ++i) {
    static_cast<void>(all.push_back(under(root, root.versions[i], {act.group, issuer, act.event, act.line})));
  }
  return all;
}

/// How many versions began at that time or before; at least the first.
std::size_t begun_by(const Root& root, std::int64_t time) {
  const auto next = std::find_if(root.versions.begin() + 1, root.versions.end(), [time](const auto& v) { return v.from > time; });
  return static_cast<std::size_t>(next - root.versions.begin());
}

}  // namespace

std::string issuer_under(const Root& root, std::string_view own_issuer) {
  std::string issuer = root.name;
  issuer += '/';
  issuer += own_issuer;
  return issuer;
}

claim::Nullifiers nullifiers_of(const Root& root, const OwnAct& act, std::int64_t end) {
  for (std::size_t i = 1; i < root.versions.size(); ++i) {
    const std::int64_t change = root.versions[i].from;
    if (end >= change - kAroundChange && end <= change + kAroundChange) return under_all(root, i - 1, 2, act);
  }
  return under_all(root, begun_by(root, end) - 1, 1, act);
}

claim::Nullifiers nullifiers_unknown_end(const Root& root, const OwnAct& act, std::int64_t latest_end) {
  std::int64_t latest = INT64_MAX;
  if (latest_end < INT64_MAX - kAroundChange) latest = latest_end + kAroundChange;
  const std::size_t begun = begun_by(root, latest);
  const std::size_t count = std::min(begun, claim::kMaxReversalNullifiers);
  return under_all(root, begun - count, count, act);
}

bool names(const claim::Nullifier& nullifier, const Root& root, const OwnAct& act) {
  if (nullifier.root != root.number) return false;
  const auto version =
      std::find_if(root.versions.begin(), root.versions.end(), [&](const auto& v) { return v.number == nullifier.key_version; });
  if (version == root.versions.end()) return false;
  const std::string issuer = issuer_under(root, act.issuer);
  return under(root, *version, {act.group, issuer, act.event, act.line}) == nullifier;
}

claim::ClaimId reversal_id(const Root& root, const OwnAct& act, const claim::EventHash& cause, bool by_line) {
  const std::string issuer = issuer_under(root, act.issuer);
  return claim::make_reversal_id(crypto::hasher(), root.reversal_key.view(), {act.group, issuer, act.event, act.line}, cause,
                                 by_line);
}

}  // namespace greentill::identity

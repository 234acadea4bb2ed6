// SPDX-License-Identifier: Apache-2.0
// What becomes of claims when the programme publishes or withdraws a version of their methodologies. docs/ledger.md, "Holding".
#include "daemon/base/calendar.hpp"
#include "tools/credit-service/ledger/desk.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kReadAtOnce = 500;
// An act may end so long after its claim's arrival, by clocks that differ.
constexpr std::int64_t kAhead = kSecondsADay;

}  // namespace

Result<std::vector<std::string>> Desk::senders() {
  const auto devices = store_.registry().devices();
  if (!devices) return Failure{devices.error()};
  std::vector<std::string> names;
  for (const Device& one : *devices) {
    const auto chains = store_.chains(one.id);
    if (!chains) return Failure{chains.error()};
    if (!chains->empty()) names.push_back(one.id);
  }
  return names;
}

Status Desk::methodologies_changed(std::int64_t since) {
  std::vector<std::string> names;
  Status begun = transact([&]() -> Status {
    auto all = senders();
    if (!all) return Failure{all.error()};
    names = std::move(*all);
    for (const std::string& device : names) {
      Sweep sweep{SweepKind::methodologies, device, 0, since - kAhead, 0, 0};
      // What another change left to be done reaches back as far as nobody knows.
      const auto unfinished = store_.has_work(WorkStep::sweep, device, static_cast<std::int64_t>(sweep.kind));
      if (!unfinished) return Failure{unfinished.error()};
      if (*unfinished) sweep.since = 0;
      if (Status one = sweeps_.begin(sweep, clock_.unix_seconds()); !one) return one;
    }
    return Done{};
  });
  for (const std::string& device : names) {
    if (!begun) return begun;
    begun = finish(device);
  }
  return begun;
}

Result<Desk::Affected> Desk::would_be_held(const claim::MethodologyRef& methodology, std::int64_t from) {
  if (Status begun = lookup_.begin(); !begun) return Failure{begun.error()};
  const auto names = senders();
  if (!names) return Failure{names.error()};
  Affected affected;
  for (const std::string& device : *names) {
    const std::uint64_t before = affected.claims;
    for (std::int64_t after = 0;;) {
      const auto claims = store_.arrived_since(device, from - kAhead, after, kReadAtOnce);
      if (!claims) return Failure{claims.error()};
      if (claims->empty()) break;
      after = claims->back();
      for (const std::int64_t id : *claims) {
        const auto stored = store_.claim(id);
        if (!stored) return Failure{stored.error()};
        if (!*stored || (*stored)->decision.reason != Reason::none) continue;
        const Decision& decision = (*stored)->decision;
        if (decision.holds.has(Reason::methodology_not_in_force) || decision.lifted.has(Reason::methodology_not_in_force))
          continue;
        const auto said = claim::parse_payload((*stored)->payload);
        const auto* act = said ? std::get_if<claim::Reduction>(&said->entry) : nullptr;
        if (act == nullptr || act->end < from) continue;
        const claim::MethodologyRef& named = act->methodology;
        if (named.id != methodology.id || named.version != methodology.version || named.sha256 != methodology.sha256) continue;
        ++affected.claims;
        affected.granted_mg += decision.granted.value_or(0);
      }
    }
    if (affected.claims > before) ++affected.devices;
  }
  return affected;
}

}  // namespace greentill::credit

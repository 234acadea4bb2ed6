// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/sweeps.hpp"

#include <algorithm>

#include "daemon/claim/cbor.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kSweptAtOnce = 200;

std::vector<std::uint8_t> encode(const Sweep& sweep) {
  Bytes<256> buffer{};
  claim::CborWriter writer(buffer);
  writer.array(9);
  writer.unsigned_integer(static_cast<std::uint64_t>(sweep.kind));
  writer.text(sweep.device);
  writer.integer(sweep.chain);
  writer.integer(sweep.since);
  writer.integer(sweep.after);
  writer.unsigned_integer(sweep.last_seq);
  writer.text(sweep.activity);
  writer.integer(sweep.day);
  writer.integer(sweep.last);
  const ByteView written = writer.written();
  return {written.begin(), written.end()};
}

std::optional<Sweep> decode(ByteView bytes) {
  constexpr const char* kReason = "no sweep";
  claim::CborReader reader(bytes);
  Sweep sweep;
  if (reader.array(kReason) != 9) return std::nullopt;
  const std::uint64_t kind = reader.unsigned_integer(kReason);
  sweep.kind = static_cast<SweepKind>(kind);
  sweep.device = reader.text(kReason);
  sweep.chain = reader.integer(kReason);
  sweep.since = reader.integer(kReason);
  sweep.after = reader.integer(kReason);
  sweep.last_seq = reader.unsigned_integer(kReason);
  sweep.activity = reader.text(kReason);
  sweep.day = reader.integer(kReason);
  sweep.last = reader.integer(kReason);
  if (!reader.at_end() || kind > static_cast<std::uint64_t>(SweepKind::methodologies)) return std::nullopt;
  return sweep;
}

/// One of a kind for a device and chain, and for a day's first claim, whose id is larger than all of those: a later one takes the
/// place of an earlier.
std::int64_t number_of(const Sweep& sweep) {
  if (sweep.kind == SweepKind::screen) return sweep.after;
  return sweep.chain * 8 + static_cast<std::int64_t>(sweep.kind);
}

}  // namespace

Status Sweeps::begin(const Sweep& sweep, std::int64_t now) {
  return store_.put_work({WorkStep::sweep, sweep.device, number_of(sweep), encode(sweep), now});
}

Status Sweeps::cover(const std::string& device, std::vector<Chain>& chains, const KeyEnd& end, std::int64_t now) {
  const auto chain = std::ranges::find(chains, end.chain, &Chain::id);
  if (chain == chains.end()) return Done{};
  if (chain->state == ChainStanding::closed && chain->closed_at < end.seq) {
    chain->closed_at = end.seq;
    if (Status put = store_.put_chain(*chain); !put) return put;
  }
  return begin({SweepKind::consent, device, chain->no, 0, 0, end.seq}, now);
}

Result<std::vector<std::int64_t>> Sweeps::next(const Sweep& sweep) {
  if (sweep.kind == SweepKind::screen) return next_of_day(sweep);
  const bool looks_at_all = sweep.kind == SweepKind::revoke || sweep.kind == SweepKind::methodologies;
  if (looks_at_all) return store_.arrived_since(sweep.device, sweep.since, sweep.after, kSweptAtOnce);
  const Holds holds = sweep.kind == SweepKind::trust        ? Holds{Reason::revoked_since}
                      : sweep.kind == SweepKind::consent    ? Holds{Reason::after_consent}
                      : sweep.kind == SweepKind::hold_chain ? Holds{Reason::probation}
                                                            : kChainHolds;
  const auto chains = store_.chains(sweep.device);
  if (!chains) return Failure{chains.error()};
  for (const Chain& chain : *chains) {
    if (sweep.chain != 0 ? chain.no != sweep.chain : chain.no < chain_of(sweep.after)) continue;
    auto found = store_.held(chain.no, std::max(sweep.after, chain.claim_id(0)), holds, kSweptAtOnce);
    if (!found || !found->empty()) return found;
  }
  return std::vector<std::int64_t>();
}

/// What the device placed in the reach of the day, of whatever day it is; nothing once that was lifted.
Result<std::vector<std::int64_t>> Sweeps::next_of_day(const Sweep& sweep) {
  const auto screened = store_.screened(sweep.device, sweep.activity);
  if (!screened) return Failure{screened.error()};
  if (!*screened) return std::vector<std::int64_t>();
  const auto chains = store_.chains(sweep.device);
  if (!chains) return Failure{chains.error()};
  for (const Chain& chain : *chains) {
    if (chain.no < chain_of(sweep.after) || chain.no > chain_of(sweep.last)) continue;
    auto found =
        store_.placed(std::max(sweep.after, chain.claim_id(0)), std::min(sweep.last, chain.claim_id(chain.seq)), kSweptAtOnce);
    if (!found || !found->empty()) return found;
  }
  return std::vector<std::int64_t>();
}

Status Sweeps::go_on(const Work& work, std::int64_t now) {
  auto sweep = decode(work.what);
  if (!sweep) return fail(ErrorCode::corrupt, "ledger: what is to be done cannot be read");
  const auto claims = next(*sweep);
  if (!claims) return Failure{claims.error()};
  for (const std::int64_t claim : *claims) {
    sweep->after = claim;
    if (Status applied = apply(*sweep, claim, now); !applied) return applied;
  }
  if (claims->empty()) return store_.drop_work(work.step, work.key, work.no);
  return store_.put_work({work.step, work.key, work.no, encode(*sweep), work.due});
}

Status Sweeps::apply(const Sweep& sweep, std::int64_t claim, std::int64_t now) {
  switch (sweep.kind) {
    case SweepKind::release_chain: return release(claim, kChainHolds, false, now);
    case SweepKind::dismiss_chain: return dismiss(claim, now);
    case SweepKind::trust: return release(claim, {Reason::revoked_since}, false, now);
    case SweepKind::consent:
      return seq_of(claim) <= sweep.last_seq ? release(claim, {Reason::after_consent}, false, now) : Status(Done{});
    case SweepKind::hold_chain: return hold_anew(claim, now);
    case SweepKind::methodologies: return hold_by_methodology(claim, now);
    case SweepKind::revoke:
    case SweepKind::screen: break;
  }
  return hold(sweep, claim, now);
}

Result<bool> Sweeps::is_of_day(const Sweep& sweep, const Decision& decision, const claim::Claim& claim) {
  const auto* reduction = std::get_if<claim::Reduction>(&claim.entry);
  if (reduction == nullptr || reduction->activity != sweep.activity) return false;
  const auto asked = days_.asked(decision, *reduction);
  if (!asked) return Failure{asked.error()};
  return asked->day == sweep.day && !decision.lifted.has(Reason::screening);
}

/// What claims or takes back something, and is not out already, is held as revoked, or as what stands out.
Status Sweeps::hold(const Sweep& sweep, std::int64_t claim, std::int64_t now) {
  const auto stored = store_.claim(claim);
  if (!stored) return Failure{stored.error()};
  if (!*stored) return Done{};
  Decision decision = (*stored)->decision;
  const bool counts =
      decision.reason == Reason::none || decision.reason == Reason::duplicate || decision.reason == Reason::taken_back;
  const auto said = claim::parse_payload((*stored)->payload);
  const bool claims =
      said && (std::holds_alternative<claim::Reduction>(said->entry) || std::holds_alternative<claim::Reversal>(said->entry));
  if (!counts || !claims) return Done{};
  if (sweep.kind == SweepKind::screen) {
    const auto fits = is_of_day(sweep, decision, *said);
    if (!fits) return Failure{fits.error()};
    if (!*fits || decision.holds.has(Reason::screening)) return Done{};
    decision.holds.add(Reason::screening);
  } else {
    decision.holds.add(Reason::revoked_since);
  }
  return deciding_.change(claim, decision, now);
}

Status Sweeps::hold_by_methodology(std::int64_t claim, std::int64_t now) {
  constexpr Reason kReason = Reason::methodology_not_in_force;
  const auto stored = store_.claim(claim);
  if (!stored) return Failure{stored.error()};
  if (!*stored || !(*stored)->decision.customer) return Done{};  // no reduction that was accepted once
  Decision decision = (*stored)->decision;
  const auto said = claim::parse_payload((*stored)->payload);
  const auto* reduction = said ? std::get_if<claim::Reduction>(&said->entry) : nullptr;
  const bool counts =
      decision.reason == Reason::none || decision.reason == Reason::duplicate || decision.reason == Reason::taken_back;
  if (reduction == nullptr || !counts) return Done{};
  const auto holds = lookup_.holds(reduction->methodology, reduction->end);
  if (!holds) return Failure{holds.error()};
  const bool is_to_be_held = !*holds && !decision.lifted.has(kReason);
  if (is_to_be_held == decision.holds.has(kReason)) return Done{};
  if (is_to_be_held) {
    decision.holds.add(kReason);
  } else {
    decision.holds.remove(kReason);
  }
  return deciding_.change(claim, decision, now);
}

Status Sweeps::release(std::int64_t claim, Holds holds, bool lifts, std::int64_t now) {
  const auto stored = store_.claim(claim);
  if (!stored) return Failure{stored.error()};
  if (!*stored) return fail(ErrorCode::corrupt, "ledger: a held claim is missing");
  Decision decision = (*stored)->decision;
  Holds gone;
  for (const Reason reason : kHoldReasons) {
    if (holds.has(reason) && decision.holds.has(reason)) gone.add(reason);
  }
  if (gone.empty()) return Done{};
  decision.holds.remove(gone);
  if (lifts) decision.lifted.add(gone);
  return deciding_.change(claim, decision, now);
}

Status Sweeps::hold_anew(std::int64_t claim, std::int64_t now) {
  const auto chain = store_.chain(chain_of(claim));
  if (!chain) return Failure{chain.error()};
  if (chain->first.state != ChainStanding::held) return Done{};  // a person was faster
  const auto stored = store_.claim(claim);
  if (!stored) return Failure{stored.error()};
  if (!*stored) return fail(ErrorCode::corrupt, "ledger: a held claim is missing");
  Decision decision = (*stored)->decision;
  decision.holds.remove(Reason::probation);
  decision.holds.add(chain->first.reason);
  return deciding_.change(claim, decision, now);
}

Status Sweeps::dismiss(std::int64_t claim, std::int64_t now) {
  const auto besides = deciding_.told_besides(claim);
  if (!besides) return Failure{besides.error()};
  std::vector<std::int64_t> all = *besides;
  all.push_back(claim);
  for (const std::int64_t one : all) {
    const auto stored = store_.claim(one);
    if (!stored) return Failure{stored.error()};
    if (!*stored) return fail(ErrorCode::corrupt, "ledger: a claim of an act is missing");
    Decision decision = (*stored)->decision;
    if (decision.reason == Reason::dismissed) continue;
    decision.reason = Reason::dismissed;
    decision.holds = {};
    decision.since = now;
    decision.refused_at = now;
    if (Status changed = deciding_.change(one, decision, now); !changed) return changed;
  }
  return Done{};
}

}  // namespace greentill::credit

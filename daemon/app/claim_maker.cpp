// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/claim_maker.hpp"

#include <algorithm>

#include "daemon/app/account_guard.hpp"
#include "daemon/app/device_state.hpp"
#include "daemon/app/reverser.hpp"
#include "daemon/base/hex.hpp"

namespace greentill::app {
namespace {

constexpr std::int64_t kSecondsADay = 86'400;

Failure<Error> does_not_fit(const claim::Fault& fault) {
  return fail(ErrorCode::invalid, std::string("the claim does not fit its format: ") + fault.reason);
}

Result<UnsignedClaim> finish(const claim::Claim& claim, const std::optional<claim::AccountHint>& account,
                             claim::ChainHead& head) {
  Bytes<2 * claim::kMaxClaimBytes> buffer;  // room for fields that are each at their limit
  const auto length = claim::encode_payload(claim, buffer);
  if (!length) return does_not_fit(length.error());
  // The message around it must fit as well, which is found out here: once signed it has a place in the chain that claims behind
  // it rely on. The signature's value does not change the size.
  Bytes<2 * claim::kMaxClaimBytes> message;
  const auto whole = claim::encode_message(claim::MessageType::claim, {}, account, ByteView(buffer).first(*length), {}, message);
  if (!whole) return does_not_fit(whole.error());
  UnsignedClaim made;
  made.seq = claim.seq;
  made.payload.assign(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*length));
  claim::advance(head, identity::hasher(), made.payload);
  return made;
}

/// The evidence itself where it fits and may be read by anybody, else its hash.
Result<UnsignedClaim> finish_with_evidence(claim::Claim& claim, claim::Reduction& reduction,
                                           const std::vector<std::uint8_t>& evidence, bool is_personal,
                                           const std::optional<claim::AccountHint>& account, claim::ChainHead& head) {
  if (!evidence.empty() && !is_personal && evidence.size() <= claim::kMaxEvidenceBytes) {
    reduction.evidence = claim::Evidence{claim::Evidence::Kind::embedded, evidence};
    claim.entry = reduction;
    if (auto made = finish(claim, account, head); made) return made;
  }
  Digest hash{};
  if (!evidence.empty()) {
    hash = identity::hasher().sha256({evidence});
    reduction.evidence = claim::Evidence{claim::Evidence::Kind::hashed, hash};
  }
  claim.entry = reduction;
  return finish(claim, account, head);
}

/// What a person should look at, in contrast to what is simply worth nothing.
bool is_guard(measure::Unclaimable reason) {
  return reason == measure::Unclaimable::implausible || reason == measure::Unclaimable::negative ||
         reason == measure::Unclaimable::overflow;
}

bool to_quantities(const detect::Activity& activity, claim::Quantities& out) {
  for (const auto& quantity : activity.quantities) {
    if (!out.push_back({quantity.unit, quantity.value})) return false;
  }
  return true;
}

}  // namespace

std::string quantities_text(const std::vector<detect::QuantityValue>& quantities) {
  std::string text;
  for (const auto& quantity : quantities) {
    text += (text.empty() ? "" : " ") + quantity.unit + "=" + std::to_string(quantity.value);
  }
  return text;
}

ClaimMaker::ClaimMaker(ClaimContext context, const measure::Library& library, Clock& clock, Random& random)
    : context_(std::move(context)), library_(library), clock_(clock), random_(random) {}

std::string_view ClaimMaker::preferred(std::string_view activity) const {
  for (const auto& [name, id] : context_.preferred_methodologies) {
    if (name == activity) return id;
  }
  return {};
}

claim::Claim ClaimMaker::blank(const claim::ChainHead& head) {
  claim::Claim claim;
  claim.device = context_.device_id;
  claim.issued_at = clock_.unix_seconds();
  random_.fill(claim.id);
  claim.seq = head.seq + 1;
  claim.prev = head.payload_hash;
  claim.clock = clock_state(claim.issued_at, clock_.synchronised());
  claim.boot = context_.boot;
  claim.uptime_s = uptime_seconds();
  claim.merchant = context_.merchant;
  claim.site = context_.site;
  claim.chain = head.chain;
  return claim;
}

bool ClaimMaker::lies_ahead(const detect::Transaction& transaction) const {
  return clock_.synchronised() && transaction.end > clock_.unix_seconds() + kSecondsADay;
}

std::string ClaimMaker::bearer_secret(const claim::ClaimId& id) const {
  const Digest mac = identity::hasher().hmac_sha256(context_.bearer_key, {id});
  return to_hex(ByteView(mac).first(16));
}

std::optional<ClaimMaker::Measured> ClaimMaker::measure_one(const detect::Transaction& transaction, const detect::Detected& found,
                                                            std::vector<Refused>& refused) const {
  const std::string& name = found.activity.name;
  const auto refuse = [&](std::string reason, bool guarded = false) {
    refused.push_back({name, std::move(reason), guarded, &found});
    return std::nullopt;
  };
  Measured measured;
  measured.found = &found;
  measured.methodology = library_.for_activity(name, transaction.end, preferred(name));
  if (measured.methodology == nullptr) return refuse("no methodology is in force for it");
  if (!to_quantities(found.activity, measured.quantities)) return refuse("more quantities than a claim holds");
  const auto amounts = measure::quantify(*measured.methodology, measured.quantities, transaction.begin, transaction.end);
  if (!amounts) return refuse(measure::to_string(amounts.error()), is_guard(amounts.error()));
  if (amounts->credited_mg == 0) {
    const std::string& why = measured.methodology->zero_reason;
    return refuse("worth nothing by the cautious reading" + (why.empty() ? why : ": " + why));
  }
  measured.amounts = *amounts;
  measured.line = measured.methodology->event_line == measure::EventLine::each_line ? found.activity.line : 0;
  return measured;
}

std::vector<ClaimMaker::Measured> ClaimMaker::measure_all(const detect::Transaction& transaction,
                                                          const std::vector<detect::Detected>& detected,
                                                          std::vector<Refused>& refused) const {
  std::vector<Measured> all;
  for (const auto& found : detected) {
    auto measured = measure_one(transaction, found, refused);
    if (!measured) continue;
    // Two readings of one act, of one exclusive group and line, would meet in one nullifier: the larger stands.
    const auto same = std::find_if(all.begin(), all.end(), [&](const Measured& other) {
      return other.line == measured->line && other.methodology->exclusive_group == measured->methodology->exclusive_group;
    });
    if (same == all.end()) {
      all.push_back(std::move(*measured));
      continue;
    }
    if (same->amounts.credited_mg < measured->amounts.credited_mg) std::swap(*same, *measured);
    refused.push_back({measured->found->activity.name, "the same act as " + same->found->activity.name});
  }
  return all;
}

Result<UnsignedClaim> ClaimMaker::make_one(const detect::Transaction& transaction, const Measured& measured,
                                           claim::ChainHead& head, api::TransactionAnswer& answer) {
  const measure::Methodology& methodology = *measured.methodology;
  const claim::Hasher& hasher = identity::hasher();
  claim::Claim claim = blank(head);

  claim::Reduction reduction;
  reduction.begin = transaction.begin;
  reduction.end = transaction.end;
  reduction.activity = measured.found->activity.name;
  reduction.quantities = measured.quantities;
  reduction.methodology = {methodology.id, methodology.version, methodology.sha256};
  reduction.estimate_mg = measured.amounts.estimate_mg;
  reduction.credited_mg = measured.amounts.credited_mg;
  reduction.nullifier =
      claim::make_nullifier(hasher, context_.programme_key.key, context_.programme_key.version, methodology.exclusive_group,
                            transaction.issuer, transaction.event_id, measured.line);
  reduction.plugin_name = measured.found->plugin_name;
  reduction.plugin_version = measured.found->plugin_version;

  claim::Salt salt{};
  std::string secret;
  if (!transaction.account_token.empty()) {
    random_.fill(salt);
    reduction.attribution = {claim::Attribution::Kind::account, claim::account_hash(hasher, {salt, transaction.account_token})};
  } else if (transaction.bearer && !context_.prints_secrets) {
    // Whatever only a secret that nobody sees could redeem would be lost.
    answer.remark = "no secret was made for the customer: the configuration's api.claim_link does not hold {secret}";
  } else if (transaction.bearer) {
    secret = bearer_secret(claim.id);
    const auto bytes = from_hex(secret);
    reduction.attribution = {claim::Attribution::Kind::bearer, hasher.sha256({*bytes})};
  }
  std::optional<claim::AccountHint> account;
  if (!transaction.account_token.empty()) account = claim::AccountHint{salt, transaction.account_token};
  auto made =
      finish_with_evidence(claim, reduction, measured.found->activity.evidence, transaction.evidence_is_personal, account, head);
  if (!made) return made;
  made->salt = salt;
  made->account_token = transaction.account_token;
  answer.claims.push_back(
      {claim.seq, claim.id, measured.found->activity.name, reduction.estimate_mg, reduction.credited_mg, std::move(secret)});
  return made;
}

void ClaimMaker::keep_refused(const outbox::TransactionKey& key, const detect::Transaction& transaction,
                              const std::vector<Refused>& refused, MadeClaims& made) {
  for (const Refused& one : refused) {
    made.answer.unclaimed.push_back({one.activity, one.reason});
    if (!one.guarded) continue;
    outbox::GuardedAct act;
    act.key = key;
    act.begin = transaction.begin;
    act.activity = one.activity;
    act.quantities = quantities_text(one.found->activity.quantities);
    act.reason = one.reason;
    act.line = one.found->activity.line;
    made.aside.guarded.push_back(std::move(act));
  }
}

Result<MadeClaims> ClaimMaker::make(const outbox::TransactionKey& key, const detect::Transaction& transaction,
                                    const std::vector<detect::Detected>& detected, AccountGuard& guard, claim::ChainHead& head) {
  MadeClaims made;
  made.recorded_at = clock_.unix_seconds();
  const std::int64_t day = made.recorded_at / kSecondsADay;
  claim::ChainHead next = head;
  std::vector<Refused> refused;
  for (const Measured& measured : measure_all(transaction, detected, refused)) {
    auto repeats = guard.admit(transaction, *measured.methodology, made.recorded_at, made.aside.account_uses);
    if (!repeats) {
      guard.drop(made.aside.account_uses);
      return Failure{repeats.error()};
    }
    if (!repeats->empty()) {
      refused.push_back({measured.found->activity.name, std::move(*repeats), true, measured.found});
      continue;
    }
    auto one = make_one(transaction, measured, next, made.answer);
    if (!one) {
      guard.drop(made.aside.account_uses);
      return Failure{one.error()};
    }
    made.claims.push_back(std::move(*one));
    made.totals.push_back({day, measured.found->activity.name, measured.amounts.estimate_mg, measured.amounts.credited_mg});
  }
  made.totals.push_back({day, "", 0, 0});
  keep_refused(key, transaction, refused, made);
  head = next;
  return made;
}

Status ClaimMaker::reverse(const Reversals& reversals, claim::ChainHead& head, MadeClaims& into) {
  if (into.recorded_at == 0) into.recorded_at = clock_.unix_seconds();
  const std::int64_t day = into.recorded_at / kSecondsADay;
  claim::ChainHead next = head;
  for (const TakeBack& take : reversals.takes) {
    claim::Claim claim = blank(next);
    claim::Reversal reversal;
    reversal.nullifier = take.nullifier;
    reversal.claim = take.claim;
    reversal.reason = reversals.reason;
    for (const auto& quantity : take.quantities) {
      if (!reversal.taken_back.push_back({quantity.unit, quantity.value})) break;
    }
    // A whole reversal reported again finds nothing; a part would be taken once more, were it not known by its id.
    if (reversals.cause && !take.quantities.empty()) {
      claim.id = claim::make_reversal_id(identity::hasher(), context_.programme_key.key, take.nullifier, *reversals.cause,
                                         take.returned, take.by_line);
    }
    claim.entry = reversal;
    auto one = finish(claim, std::nullopt, next);
    if (!one) return Failure{one.error()};
    into.answer.reversals.push_back({claim.seq, claim.id, take.activity, take.of_seq, take.quantities});
    into.claims.push_back(std::move(*one));
    if (take.estimate_mg != 0 || take.credited_mg != 0) {
      into.totals.push_back({day, take.activity, -take.estimate_mg, -take.credited_mg, 0});
    }
  }
  const auto& sums = reversals.aside.taken_back;
  into.aside.taken_back.insert(into.aside.taken_back.end(), sums.begin(), sums.end());
  if (!reversals.aside.awaited.empty()) {
    into.aside.awaited_key = reversals.aside.awaited_key;
    into.aside.awaited = reversals.aside.awaited;
  }
  into.answer.remark = reversals.remark;
  head = next;
  return Done{};
}

std::optional<Digest> ClaimMaker::nullifier_of(std::string_view activity, std::int64_t end, const std::string& issuer,
                                               const std::string& event_id, std::uint64_t line) const {
  const auto* methodology = library_.for_activity(activity, end, preferred(activity));
  if (methodology == nullptr) return std::nullopt;
  const bool by_line = methodology->event_line == measure::EventLine::each_line;
  if (by_line && line == 0) return std::nullopt;
  return claim::make_nullifier(identity::hasher(), context_.programme_key.key, context_.programme_key.version,
                               methodology->exclusive_group, issuer, event_id, by_line ? line : 0)
      .mac;
}

Result<MadeClaims> ClaimMaker::start(claim::StartReason reason, const std::optional<claim::Predecessor>& predecessor,
                                     claim::ChainHead& head) {
  claim::Claim claim = blank(head);
  claim::Start start;
  start.reason = reason;
  start.predecessor = predecessor;
  claim.entry = start;
  auto unsigned_claim = finish(claim, std::nullopt, head);
  if (!unsigned_claim) return Failure{unsigned_claim.error()};
  MadeClaims made;
  made.recorded_at = claim.issued_at;
  made.claims.push_back(std::move(*unsigned_claim));
  return made;
}

}  // namespace greentill::app

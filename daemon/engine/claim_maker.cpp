// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/claim_maker.hpp"

#include "daemon/base/calendar.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/local_time.hpp"
#include "daemon/claim/nullifier.hpp"
#include "daemon/claim/signing.hpp"
#include "daemon/crypto/hasher.hpp"

namespace greentill::engine {
namespace {

Failure<Error> refused(const claim::Fault& fault) {
  if (fault.kind == claim::Fault::Kind::signing) {
    return fail(ErrorCode::bug, "a claim could not be signed; check the device key");
  }
  return fail(ErrorCode::invalid, std::string("the claim does not fit its format: ") + fault.reason);
}

void keep_unclaimed(const outbox::TransactionKey& key, const event::Transaction& transaction,
                    const std::vector<Unclaimed>& unclaimed, MadeClaims& made) {
  for (const Unclaimed& one : unclaimed) {
    made.answer.unclaimed.push_back({one.activity, one.reason});
    if (!one.guarded) continue;
    outbox::GuardedAct act;
    act.key = key;
    act.begin = transaction.begin;
    act.activity = one.activity;
    act.quantities = quantities_text(one.found->activity.quantities);
    act.reason = one.reason;
    act.line = one.found->activity.line;
    made.side.guarded.push_back(std::move(act));
  }
}

}  // namespace

ClaimMaker::ClaimMaker(ClaimContext context, Measuring measuring, claim::Signer& signer, Clock& clock, Random& random)
    : context_(std::move(context)), measuring_(std::move(measuring)), signer_(&signer), clock_(clock), random_(random) {}

claim::Claim ClaimMaker::blank(const claim::ChainHead& head) {
  claim::Claim claim;
  claim.device = context_.device_id;
  claim.issued_at = clock_.unix_seconds();
  random_.fill(claim.id);
  claim.seq = head.seq + 1;
  claim.prev = head.payload_hash;
  claim.clock = clock_state(claim.issued_at, clock_.synchronised());
  claim.boot = context_.boot;
  claim.uptime_s = context_.uptime();
  claim.merchant = context_.settings->assignment.merchant;
  claim.site = context_.settings->assignment.site;
  claim.chain = head.chain;
  return claim;
}

bool ClaimMaker::lies_ahead(const event::Transaction& transaction) const {
  return clock_.synchronised() && transaction.end > clock_.unix_seconds() + kSecondsADay;
}

std::string ClaimMaker::bearer_secret(const claim::ClaimId& id) const {
  const Digest mac = crypto::hasher().hmac_sha256(context_.bearer_key.view(), {id});
  return to_hex(ByteView(mac).first(16));
}

/// Signs the claim and moves the head past it. Claims that follow rely on its place, so the head moves only once the claim fits
/// its format and is signed.
Result<outbox::NewClaim> ClaimMaker::sign(const claim::Claim& claim, const std::optional<claim::AccountHint>& account,
                                          claim::ChainHead& head) {
  Bytes<2 * claim::kMaxClaimBytes> buffer;  // fields that are each at their limit may exceed a claim's size together
  const auto length = claim::encode_payload(claim, buffer);
  if (!length) return refused(length.error());
  const ByteView payload = ByteView(buffer).first(*length);
  Bytes<2 * claim::kMaxClaimBytes> message;
  const auto whole = claim::sign_message(crypto::hasher(), *signer_, claim::MessageType::claim, account, payload, message);
  if (!whole) return refused(whole.error());
  claim::advance(head, crypto::hasher(), payload);
  return outbox::NewClaim{claim.seq, {message.begin(), message.begin() + static_cast<std::ptrdiff_t>(*whole)}};
}

/// The claim holds the evidence itself where it fits and anybody may read it, else its hash.
Result<outbox::NewClaim> ClaimMaker::sign_with_evidence(claim::Claim& claim, claim::Reduction& reduction,
                                                        const std::vector<std::uint8_t>& evidence, bool is_personal,
                                                        const std::optional<claim::AccountHint>& account,
                                                        claim::ChainHead& head) {
  if (!evidence.empty() && !is_personal && evidence.size() <= claim::kMaxEvidenceBytes) {
    reduction.evidence = claim::Evidence{claim::Evidence::Kind::embedded, evidence};
    claim.entry = reduction;
    if (auto made = sign(claim, account, head); made) return made;
  }
  Digest hash{};
  if (!evidence.empty()) {
    hash = crypto::hasher().sha256({evidence});
    reduction.evidence = claim::Evidence{claim::Evidence::Kind::hashed, hash};
  }
  claim.entry = reduction;
  return sign(claim, account, head);
}

claim::Attribution ClaimMaker::attribution_of(const event::Transaction& transaction, const claim::ClaimId& id, claim::Salt& salt,
                                              std::string& secret, std::string& remark) {
  if (!transaction.account_token.empty()) {
    random_.fill(salt);
    return {claim::Attribution::Kind::account, claim::account_hash(crypto::hasher(), {salt, transaction.account_token})};
  }
  if (transaction.bearer && !context_.prints_secrets) {
    // Without a printed secret nobody could redeem a bearer's claim, so the claim is made for nobody.
    remark = "no secret was made for the customer: the configuration's api.claim_link does not hold {secret}";
  } else if (transaction.bearer) {
    secret = bearer_secret(id);
    return {claim::Attribution::Kind::bearer, crypto::hasher().sha256({*from_hex(secret)})};
  }
  return {};
}

Result<outbox::NewClaim> ClaimMaker::make_one(const identity::Root& root, const event::Transaction& transaction,
                                              const Measured& measured, claim::ChainHead& head,
                                              event::TransactionAnswer& answer) {
  const measure::Methodology& methodology = *measured.methodology;
  claim::Claim claim = blank(head);
  claim::Reduction reduction;
  reduction.begin = transaction.begin;
  reduction.end = transaction.end;
  reduction.activity = measured.found->activity.name;
  reduction.quantities = measured.quantities;
  reduction.methodology = {methodology.id, methodology.version, methodology.sha256};
  reduction.estimate_mg = measured.amounts.estimate_mg;
  reduction.credited_mg = measured.amounts.credited_mg;
  reduction.nullifiers = identity::nullifiers_of(
      root, {methodology.exclusive_group, transaction.issuer, transaction.event_id, measured.line}, transaction.end);
  reduction.plugin_name = measured.found->plugin_name;
  reduction.plugin_version = measured.found->plugin_version;

  claim::Salt salt{};
  std::string secret;
  reduction.attribution = attribution_of(transaction, claim.id, salt, secret, answer.remark);
  std::optional<claim::AccountHint> account;
  if (!transaction.account_token.empty()) account = claim::AccountHint{salt, transaction.account_token};
  auto made =
      sign_with_evidence(claim, reduction, measured.found->activity.evidence, transaction.evidence_is_personal, account, head);
  if (!made) return made;
  answer.claims.push_back(
      {claim.seq, claim.id, measured.found->activity.name, reduction.estimate_mg, reduction.credited_mg, std::move(secret)});
  return made;
}

Result<MadeClaims> ClaimMaker::make(const outbox::TransactionKey& key, const identity::Root& root,
                                    const event::Transaction& transaction, const std::vector<detect::Detected>& detected,
                                    AccountGuard& guard, claim::ChainHead& head) {
  MadeClaims made;
  made.recorded_at = clock_.unix_seconds();
  made.reserved = AccountGuard::Reservation(guard);
  const std::int64_t day = local_day(made.recorded_at);
  claim::ChainHead next = head;
  std::vector<Unclaimed> unclaimed;
  for (const Measured& measured : measuring_.measure(transaction, detected, unclaimed)) {
    auto repeats = guard.admit(transaction, *measured.methodology, made.reserved);
    if (!repeats) return Failure{repeats.error()};
    if (!repeats->empty()) {
      unclaimed.push_back({measured.found->activity.name, std::move(*repeats), true, measured.found});
      continue;
    }
    auto one = make_one(root, transaction, measured, next, made.answer);
    if (!one) return Failure{one.error()};
    made.claims.push_back(std::move(*one));
    made.totals.push_back({day, measured.found->activity.name, measured.amounts.estimate_mg, measured.amounts.credited_mg});
  }
  made.totals.push_back({day, "", 0, 0});
  keep_unclaimed(key, transaction, unclaimed, made);
  head = next;
  return made;
}

Result<MadeClaims> ClaimMaker::start(claim::StartReason reason, const std::optional<claim::Predecessor>& predecessor,
                                     claim::ChainHead& head) {
  claim::Claim claim = blank(head);
  claim::Start start;
  start.reason = reason;
  start.predecessor = predecessor;
  start.assignment = context_.settings->assignment.number;
  claim.entry = start;
  auto signed_claim = sign(claim, std::nullopt, head);
  if (!signed_claim) return Failure{signed_claim.error()};
  MadeClaims made;
  made.recorded_at = claim.issued_at;
  made.new_chain = head.chain;
  made.claims.push_back(std::move(*signed_claim));
  return made;
}

}  // namespace greentill::engine

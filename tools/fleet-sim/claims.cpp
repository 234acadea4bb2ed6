// SPDX-License-Identifier: Apache-2.0
#include "tools/fleet-sim/claims.hpp"

#include <array>
#include <cstdio>

#include "daemon/base/hex.hpp"
#include "daemon/claim/signing.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/measure/quantify.hpp"
#include "greentill/version.hpp"

namespace greentill::fleet_sim {
namespace {

Failure<Error> unwritable(const claim::Fault& fault) {
  return fail(ErrorCode::bug, "a claim cannot be written: " + std::string(fault.reason));
}

}  // namespace

ClaimMaker::ClaimMaker(const measure::Library& library, Random& random, Clock& clock, std::uint64_t seed, std::uint32_t customers)
    : library_(library), random_(random), clock_(clock), trips_(seed), drawn_(seed), customers_(customers) {
  Bytes<6> own{};
  random_.fill(own);
  run_ = to_hex(own);
}

Result<MadeClaim> ClaimMaker::start(const Maker& maker, claim::Signer& signer, claim::ChainHead& head) {
  claim::Start start;
  start.assignment = maker.settings->assignment.number;
  return seal(maker, signer, head, start, std::nullopt);
}

Result<MadeClaim> ClaimMaker::act(const Maker& maker, claim::Signer& signer, claim::ChainHead& head) {
  const std::int64_t now = clock_.unix_seconds();
  if (maker.kind == Kind::till) {
    auto sale = measured(maker, "receipt.paperless", {"pieces", 1}, now, now);
    if (!sale) return Failure{sale.error()};
    sale->plugin_name = "rules";
    return seal(maker, signer, head, *sale, std::nullopt);
  }
  const lock_sim::Trip trip = trips_.draw();
  auto ride = measured(maker, "ride.bike.shared", {"m.odometer", trip.metres}, now - trip.seconds, now);
  if (!ride) return Failure{ride.error()};
  ride->plugin_name = "ride";
  std::optional<claim::AccountHint> account;
  if (customers_ > 0) {
    std::array<char, 32> token{};
    std::snprintf(token.data(), token.size(), "fleet-customer-%08u", static_cast<unsigned>(drawn_() % customers_));
    token_ = token.data();
    account.emplace();
    account->token = token_;
    random_.fill(account->salt);
    ride->attribution = {claim::Attribution::Kind::account, claim::account_hash(crypto::hasher(), *account)};
  }
  return seal(maker, signer, head, *ride, account);
}

Result<claim::Reduction> ClaimMaker::measured(const Maker& maker, std::string_view activity, const claim::Quantity& quantity,
                                              std::int64_t begin, std::int64_t end) {
  const measure::Methodology* by = library_.for_activity(activity, end);
  if (by == nullptr) return fail(ErrorCode::invalid, "no methodology measures " + std::string(activity));
  claim::Reduction made;
  made.begin = begin;
  made.end = end;
  made.activity = by->activity;
  static_cast<void>(made.quantities.push_back(quantity));
  const auto amounts = measure::quantify(*by, made.quantities, begin, end);
  if (!amounts) return fail(ErrorCode::invalid, by->id + " does not measure it: " + measure::to_string(amounts.error()));
  made.methodology = {by->id, by->version, by->sha256};
  made.estimate_mg = amounts->estimate_mg;
  made.credited_mg = amounts->credited_mg;
  const auto root = identity::claiming_root(*maker.settings, {});
  if (!root) return Failure{root.error()};
  const std::string event = run_ + "-" + std::to_string(++events_);
  made.nullifiers = identity::nullifiers_of(**root, {by->exclusive_group, maker.device, event, 0}, end);
  made.plugin_version = kVersion;
  return made;
}

Result<MadeClaim> ClaimMaker::seal(const Maker& maker, claim::Signer& signer, claim::ChainHead& head, const claim::Entry& entry,
                                   const std::optional<claim::AccountHint>& account) {
  claim::Claim made;
  made.device = maker.device;
  made.issued_at = clock_.unix_seconds();
  random_.fill(made.id);
  made.seq = head.seq + 1;
  made.prev = head.payload_hash;
  made.boot = 1;
  made.uptime_s = static_cast<std::uint64_t>(clock_.monotonic().count() / 1000);
  made.merchant = maker.settings->assignment.merchant;
  made.site = maker.settings->assignment.site;
  made.entry = entry;
  made.chain = head.chain;
  Bytes<claim::kMaxClaimBytes> payload{};
  const auto length = claim::encode_payload(made, payload);
  if (!length) return unwritable(length.error());
  const ByteView written = ByteView(payload).first(*length);
  Bytes<claim::kMaxClaimBytes> message{};
  const auto whole = claim::sign_message(crypto::hasher(), signer, claim::MessageType::claim, account, written, message);
  if (!whole) return unwritable(whole.error());
  claim::advance(head, crypto::hasher(), written);
  const auto* reduction = std::get_if<claim::Reduction>(&entry);
  return MadeClaim{{message.begin(), message.begin() + static_cast<std::ptrdiff_t>(*whole)},
                   reduction == nullptr ? 0 : reduction->credited_mg};
}

}  // namespace greentill::fleet_sim

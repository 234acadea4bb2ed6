// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/grants.hpp"

#include <algorithm>
#include <limits>

#include "daemon/base/calendar.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/measure/quantify.hpp"
#include "tools/credit-service/holdings/account_store.hpp"
#include "tools/credit-service/holdings/token.hpp"
#include "tools/credit-service/ledger/lapsing.hpp"

namespace greentill::credit {
namespace {

std::string account_subject(std::int64_t account) { return "account/" + std::to_string(account); }

/// Whether limits hold for accounts of that kind: customers by token, also those that were forgotten since.
bool is_limited(std::string_view kind) { return kind == "customer" || kind == "erased"; }

/// Whether they hold for the claim. What was redeemed of a printed secret, and forgotten since, is `erased` as well, and was
/// never counted: only the claim says what it was.
bool is_limited(std::string_view kind, const claim::Reduction& reduction) {
  return reduction.attribution.kind == claim::Attribution::Kind::account && is_limited(kind);
}

/// The least of what a ceiling of the device and one of its class allow: the device's own takes the class's place.
std::optional<std::int64_t> ceiling_of(const Device& device, const Rule& rule) {
  const auto own = std::ranges::find(device.ceilings, rule.activity, &DeviceCeiling::activity);
  return own != device.ceilings.end() ? std::optional(own->per_day_mg) : rule.ceiling(device.is);
}

}  // namespace

Result<std::int64_t> Grants::customer(const claim::Attribution& attribution, const std::optional<claim::AccountHint>& hint,
                                      std::int64_t claim) {
  if (attribution.kind == claim::Attribution::Kind::account && hint) {
    return store_.account("customer", canonical_token(hint->token), 0);
  }
  if (attribution.kind == claim::Attribution::Kind::none) return store_.system_account("unattributed", claim);
  // A claim without an account hint is credited to an account named by the hash; whoever has token and salt can prove it is
  // theirs, as a bearer does by the secret.
  const char* const kind = attribution.kind == claim::Attribution::Kind::bearer ? "bearer" : "hashed";
  return store_.account(kind, to_hex(attribution.hash), 0);
}

std::int64_t Grants::spendable_at(const Programme& programme, const Rule& rule, std::int64_t act_ended, std::int64_t booked_at) {
  const std::int64_t window = rule.refund_days * kSecondsADay;
  const bool far = act_ended > std::numeric_limits<std::int64_t>::max() - window;
  return std::max(far ? act_ended : act_ended + window, booked_at + programme.rest_days() * kSecondsADay);
}

Result<std::int64_t> Grants::wanted(const Decision& decision, const claim::Reduction& reduction, const claim::Quantities& left,
                                    bool all) {
  if (!decision.programme) return fail(ErrorCode::corrupt, "ledger: an accepted claim has no programme");
  const auto programme = programmes_.find(*decision.programme);
  if (!programme) return Failure{programme.error()};
  const Rule* rule = (*programme)->rule_for(reduction.activity);
  if (rule == nullptr) return std::int64_t{0};
  if (all) return rule->grant(reduction.credited_mg);
  const claim::MethodologyRef& named = reduction.methodology;
  const measure::Methodology* methodology = library_.find(named.id, named.version, named.sha256);
  if (methodology == nullptr) {
    return fail(ErrorCode::not_found, "methodology " + std::string(named.id) + ", version " + std::to_string(named.version) +
                                          ", is not in this worker's folder of methodologies; what is left of a claim cannot "
                                          "be computed without it");
  }
  const auto amounts = measure::quantify(*methodology, left, reduction.begin, reduction.end);
  return amounts ? rule->grant(std::min(amounts->credited_mg, reduction.credited_mg)) : 0;
}

Result<Reason> Grants::check_ceilings(const Grantee& to, const Programme& programme, const Rule& rule, std::int64_t mg,
                                      std::int64_t own, Holds lifted) {
  struct Ceiling {
    Reason hold;
    std::optional<std::int64_t> mg;
    std::string subject;
  };
  const auto device = lookup_.device(to.device);
  if (!device) return Failure{device.error()};
  if (*device == nullptr) return fail(ErrorCode::corrupt, "ledger: a claim's device is not in the registry");
  const std::int64_t day = programme.calendar().local(to.reduction->end).day;
  const Ceiling ceilings[] = {{Reason::ceiling_device, ceiling_of(**device, rule), "device/" + to.device},
                              {Reason::ceiling_merchant, rule.merchant_ceiling(), "merchant/" + to.merchant}};
  for (const Ceiling& one : ceilings) {
    if (!one.mg || lifted.has(one.hold)) continue;
    const auto used = store_.used(one.subject, rule.activity, day);
    if (!used) return Failure{used.error()};
    const std::int64_t others = *used - own;
    if (others > *one.mg || mg > *one.mg - others) return one.hold;
  }
  return Reason::none;
}

/// The customers' accounts that share one limit with this one: those of the same participant, this one among them.
Result<std::vector<std::int64_t>> Grants::limited_together(std::int64_t customer) {
  const auto owner = store_.owner(customer);
  if (!owner) return Failure{owner.error()};
  if (owner->empty()) return std::vector{customer};
  const auto purses = store_.accounts().purses(*owner);
  if (!purses) return Failure{purses.error()};
  std::vector<std::int64_t> together;
  for (const Purse& purse : *purses) {
    const auto name = store_.account_name(purse.no);
    if (!name) return Failure{name.error()};
    if (is_limited(name->first)) together.push_back(purse.no);
  }
  return together;
}

Result<std::int64_t> Grants::within_account(const Programme& programme, const Rule& rule, std::int64_t customer,
                                            const claim::Reduction& reduction, std::int64_t mg, std::int64_t own) {
  if (!rule.has_limits()) return mg;
  const auto name = store_.account_name(customer);
  if (!name) return Failure{name.error()};
  if (!is_limited(name->first, reduction)) return mg;
  const auto together = limited_together(customer);
  if (!together) return Failure{together.error()};
  const CalendarDay day = programme.calendar().local(reduction.end);
  for (const auto& [limit, period] : {std::pair{rule.limit_per_day_mg, day.day}, {rule.limit_per_month_mg, day.month}}) {
    if (!limit) continue;
    std::int64_t used = -own;
    for (const std::int64_t account : *together) {
      const auto of_one = store_.used(account_subject(account), rule.activity, period);
      if (!of_one) return Failure{of_one.error()};
      used += *of_one;
    }
    mg = std::clamp<std::int64_t>(*limit - used, 0, mg);
  }
  return mg;
}

Result<std::vector<Grants::Limit>> Grants::counted_in(const Grantee& of, const Programme& programme, const Rule& rule,
                                                      std::int64_t customer) {
  const CalendarDay day = programme.calendar().local(of.reduction->end);
  std::vector<Limit> limits{{"device/" + of.device, day.day}, {"merchant/" + of.merchant, day.day}};
  if (!rule.has_limits()) return limits;
  const auto name = store_.account_name(customer);
  if (!name) return Failure{name.error()};
  if (!is_limited(name->first, *of.reduction)) return limits;
  limits.push_back({account_subject(customer), day.day});
  limits.push_back({account_subject(customer), day.month});
  return limits;
}

Result<Grants::TakesBack> Grants::takes_back(const std::string& device, const Decision& decision,
                                             const claim::Reduction& reduction, std::int64_t now) {
  if (!decision.programme) return fail(ErrorCode::corrupt, "ledger: an accepted claim has no programme");
  const auto programme = programmes_.find(*decision.programme);
  if (!programme) return Failure{programme.error()};
  const auto of = lookup_.device(device);
  if (!of) return Failure{of.error()};
  const Rule* rule = (*programme)->rule_for(reduction.activity);
  TakesBack found{std::string(reduction.activity), (*programme)->calendar().local(now).day, 0};
  if (rule != nullptr && *of != nullptr) found.mg = rule->takes_back((*of)->is);
  return found;
}

Status Grants::use(const std::vector<Limit>& limits, const std::string& activity, std::int64_t mg) {
  for (const Limit& limit : limits) {
    if (Status used = store_.use(limit.subject, activity, limit.period, mg); !used) return used;
  }
  return Done{};
}

Result<Grants::Booked> Grants::booked_for(std::int64_t claim) {
  const auto bookings = store_.bookings(claim);
  if (!bookings) return Failure{bookings.error()};
  const auto issuance = bookings->empty() ? Result<std::int64_t>(0) : store_.system_account("issuance", claim);
  if (!issuance) return Failure{issuance.error()};
  Booked booked;
  for (const Booking& one : *bookings) {
    if (one.kind == BookingKind::shortfall) continue;
    const auto issued = std::ranges::find(one.legs, *issuance, &Leg::account);
    if (issued == one.legs.end()) return fail(ErrorCode::corrupt, "ledger: a claim's booking issues nothing");
    booked.counted.change(-issued->mg, one.at >= one.spendable_at);
    booked.spendable_at = one.spendable_at;
    if (one.kind != BookingKind::taken_back) booked.at = one.at;
  }
  return booked;
}

Result<Reason> Grants::grant(const Grantee& to, std::int64_t wanted, std::int64_t now, Decision& decision, bool is_new) {
  if (!decision.programme || !decision.customer) return fail(ErrorCode::corrupt, "ledger: a claim is for nobody");
  decision.granted = 0;
  decision.since = now;
  if (wanted == 0) return Reason::none;
  const auto programme = programmes_.find(*decision.programme);
  if (!programme) return Failure{programme.error()};
  const Rule* rule = (*programme)->rule_for(to.reduction->activity);
  if (rule == nullptr) return Reason::none;
  auto booked = is_new ? Result<Booked>(Booked()) : booked_for(to.claim);
  if (!booked) return Failure{booked.error()};
  Counted& counted = booked->counted;
  const std::int64_t own = counted.mg();
  const bool stands_again = counted.was_booked();
  auto held = check_ceilings(to, **programme, *rule, wanted, own, decision.lifted);
  if (!held || *held != Reason::none) return held;
  const auto granted = within_account(**programme, *rule, *decision.customer, *to.reduction, wanted, own);
  if (!granted) return Failure{granted.error()};
  if (*granted == 0) return Reason::none;
  const auto limits = counted_in(to, **programme, *rule, *decision.customer);
  if (!limits) return Failure{limits.error()};
  counted.change(*granted, false);
  if (Status used = use(*limits, rule->activity, counted.mg() - own); !used) return Failure{used.error()};
  decision.granted = *granted;
  const BookingKind kind = stands_again ? BookingKind::stands_again : BookingKind::grant;
  const auto written =
      book(to, **programme, decision, 0, *granted, kind, spendable_at(**programme, *rule, to.reduction->end, now), now);
  if (!written) return Failure{written.error()};
  return Reason::none;
}

Status Grants::lower(const Grantee& of, std::int64_t to_mg, std::int64_t now, Decision& decision) {
  const std::int64_t before = decision.granted.value_or(0);
  if (before <= to_mg) return Done{};
  if (!decision.programme || !decision.customer) return fail(ErrorCode::corrupt, "ledger: a grant is nobody's");
  const auto programme = programmes_.find(*decision.programme);
  if (!programme) return Failure{programme.error()};
  const Rule* rule = (*programme)->rule_for(of.reduction->activity);
  if (rule == nullptr) return fail(ErrorCode::corrupt, "ledger: a grant has no rule in its programme");
  // What could be spent meanwhile gives nothing back: else the same day could be earned twice.
  auto booked = booked_for(of.claim);
  if (!booked) return Failure{booked.error()};
  Counted& counted = booked->counted;
  const std::int64_t own = counted.mg();
  counted.change(to_mg - before, booked->spendable_at <= now);
  if (counted.mg() != own) {
    const auto limits = counted_in(of, **programme, *rule, *decision.customer);
    if (!limits) return Failure{limits.error()};
    if (Status back = use(*limits, rule->activity, counted.mg() - own); !back) return back;
  }
  decision.granted = to_mg;
  const auto bonus = book(of, **programme, decision, before, to_mg, BookingKind::taken_back, booked->spendable_at, now);
  if (!bonus) return Failure{bonus.error()};
  const std::int64_t taken = (*programme)->split(before).customer - (*programme)->split(to_mg).customer;
  if (Status back = unlapse(*decision.customer, booked->at, taken + (*bonus ? (*bonus)->mg : 0), now); !back) return back;
  return cover(of, *decision.customer, *bonus, now);
}

Status Grants::unlapse(std::int64_t purse, std::int64_t since, std::int64_t mg, std::int64_t now) {
  const Programme& programme = programmes_.current();
  if (!programme.lapse_months()) return Done{};
  const auto bookings = store_.bookings(booked_as_lapse(purse));
  if (!bookings) return Failure{bookings.error()};
  std::int64_t gone = 0;
  for (const Booking& one : *bookings) {
    const auto leg = std::ranges::find(one.legs, purse, &Leg::account);
    if (leg == one.legs.end()) continue;
    const auto before = lapsed_before(programme.calendar(), *programme.lapse_months(), one.at);
    if (leg->mg > 0 || (before && since < *before)) gone -= leg->mg;
  }
  const std::int64_t back = std::min(gone, mg);
  if (back <= 0) return Done{};
  const auto lapsed = store_.system_account("lapsed", purse);
  if (!lapsed) return Failure{lapsed.error()};
  return store_.book({booked_as_lapse(purse), BookingKind::lapsed, now, now, {{purse, back}, {*lapsed, -back}}});
}

Result<std::optional<Leg>> Grants::book(const Grantee& of, const Programme& programme, const Decision& decision,
                                        std::int64_t from_mg, std::int64_t to_mg, BookingKind kind, std::int64_t spendable_at,
                                        std::int64_t now) {
  const Split from = programme.split(from_mg);
  const Split to = programme.split(to_mg);
  Booking booking{of.claim, kind, now, spendable_at, {}};
  const auto issuance = store_.system_account("issuance", of.claim);
  const auto merchant = store_.account("merchant", of.merchant, 0);
  const auto operated = store_.system_account("operator", of.claim);
  if (!issuance) return Failure{issuance.error()};
  if (!merchant) return Failure{merchant.error()};
  if (!operated) return Failure{operated.error()};
  const auto bonus = bonuses_.leg({of.claim, of.merchant, *of.reduction, *decision.customer}, programme, to_mg, kind);
  if (!bonus) return Failure{bonus.error()};
  const std::int64_t added = *bonus ? -(*bonus)->mg : 0;
  for (const Leg& leg : {Leg{*decision.customer, to.customer - from.customer + added}, Leg{*issuance, from_mg - to_mg},
                         Leg{*merchant, to.merchant - from.merchant}, Leg{*operated, to.operator_share - from.operator_share}}) {
    if (leg.mg != 0) booking.legs.push_back(leg);
  }
  if (*bonus) booking.legs.push_back(**bonus);
  Status booked = store_.book(booking);
  return booked ? bonus : Failure{booked.error()};
}

Status Grants::cover(const Grantee& of, std::int64_t customer, const std::optional<Leg>& given_back, std::int64_t now) {
  const auto left = store_.balance(customer);
  if (!left) return Failure{left.error()};
  if (*left >= 0) return Done{};
  // What a campaign gave the customer has spent: its budget has nothing back, or it would pay for the same again and again.
  const std::int64_t budgets = given_back ? std::clamp<std::int64_t>(given_back->mg, 0, -*left) : 0;
  const std::int64_t missing = -*left - budgets;
  const auto merchant = store_.account("merchant", of.merchant, 0);
  if (!merchant) return Failure{merchant.error()};
  const auto has = store_.balance(*merchant);
  if (!has) return Failure{has.error()};
  const std::int64_t theirs = std::clamp<std::int64_t>(*has, 0, missing);
  const auto loss = store_.system_account("loss", of.claim);
  if (!loss) return Failure{loss.error()};
  Booking booking{of.claim, BookingKind::shortfall, now, now, {{customer, missing + budgets}}};
  if (budgets != 0) booking.legs.push_back({given_back->account, -budgets});
  if (theirs != 0) booking.legs.push_back({*merchant, -theirs});
  if (missing != theirs) booking.legs.push_back({*loss, theirs - missing});
  return store_.book(booking);
}

}  // namespace greentill::credit

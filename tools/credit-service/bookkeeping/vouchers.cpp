// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/bookkeeping/vouchers.hpp"

#include <algorithm>

#include "tools/common/text.hpp"
#include "tools/credit-service/programme/campaign.hpp"
#include "tools/credit-service/registry/names.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kMostPaymentReference = 140;  // as SEPA's remittance information

std::string text_of(const std::string& kind, const std::string& name) { return name.empty() ? kind : kind + '/' + name; }

bool is_one_of(const std::string& kind, std::initializer_list<const char*> kinds) {
  return std::ranges::any_of(kinds, [&](const char* one) { return kind == one; });
}

Failure<Error> refused(const Voucher& voucher, const std::string& what) {
  return fail(ErrorCode::conflict, "voucher " + std::to_string(voucher.no) + ' ' + what);
}

}  // namespace

Result<Vouchers::Party> Vouchers::party(const char* what, const std::string& text) {
  const std::size_t slash = text.find('/');
  Party party{text.substr(0, slash), slash == std::string::npos ? "" : text.substr(slash + 1)};
  if (party.kind == "account") {
    const auto account = accounts_.find(party.name);
    if (!account) return Failure{account.error().with_context(what)};
    party.name = account->id;
    return party;
  }
  if (party.kind == "merchant") {
    const auto merchant = ledger_.registry().merchant(party.name);
    if (!merchant) return Failure{merchant.error()};
    if (!*merchant) return fail(ErrorCode::not_found, std::string(what) + ": there is no merchant \"" + party.name + '"');
    return party;
  }
  const bool is_named = is_one_of(party.kind, {"budget", "sponsor"});
  const bool is_right = is_named ? is_budget_name(party.name)
                                 : party.name.empty() && is_one_of(party.kind, {"operator", "unattributed", "loss", "paid-out"});
  if (is_right) return party;
  return fail(ErrorCode::invalid, std::string(what) + ": \"" + text +
                                      "\" is none of account/ID, merchant/ID, budget/NAME, sponsor/NAME, operator, unattributed "
                                      "and loss; a NAME is 1 to 40 of a to z, 0 to 9 and hyphen");
}

Status Vouchers::check(Voucher::Kind kind, const Party& from, const Party& to) {
  if (text_of(from.kind, from.name) == text_of(to.kind, to.name)) {
    return fail(ErrorCode::invalid, "from and to are the same: " + text_of(to.kind, to.name));
  }
  bool is_right = false;
  const char* goes = "";
  switch (kind) {
    case Voucher::Kind::correction:
      is_right = !is_one_of(from.kind, {"sponsor", "paid-out", "operator"}) && !is_one_of(to.kind, {"sponsor", "paid-out"});
      goes = "a correction goes from accounts, merchants, budgets, unattributed and loss to these and the operator";
      break;
    case Voucher::Kind::payout:
      is_right = from.kind == "merchant" && to.kind == "paid-out";
      goes = "a payout is of a merchant's credit";
      break;
    case Voucher::Kind::funding:
      is_right = is_one_of(from.kind, {"merchant", "sponsor"}) && to.kind == "budget";
      goes = "merchants and sponsors pay into budgets";
      break;
    case Voucher::Kind::returned: goes = "a payout is returned to whom it was of"; break;
  }
  return is_right ? Status(Done{})
                  : fail(ErrorCode::invalid,
                         std::string(goes) + ", not " + text_of(from.kind, from.name) + " to " + text_of(to.kind, to.name));
}

Result<Voucher> Vouchers::propose(Voucher::Kind kind, const std::string& from, const std::string& to, std::int64_t mg,
                                  const std::string& why, const std::string& by) {
  if (mg <= 0 || mg > kMostMg) return fail(ErrorCode::invalid, "what is moved is more than 0, and at most a million tonnes");
  if (Status said = check_why(why); !said) return Failure{said.error()};
  const auto giver = party("from", from);
  if (!giver) return Failure{giver.error()};
  const auto getter = party("to", kind == Voucher::Kind::payout ? "paid-out" : to);
  if (!getter) return Failure{getter.error()};
  if (Status fits = check(kind, *giver, *getter); !fits) return Failure{fits.error()};
  Voucher voucher;
  voucher.is = kind;
  voucher.from = text_of(giver->kind, giver->name);
  voucher.to = text_of(getter->kind, getter->name);
  voucher.mg = mg;
  voucher.why = why;
  voucher.proposed_by = by;
  return add(std::move(voucher));
}

Result<Voucher> Vouchers::add(Voucher voucher) {
  voucher.proposed_at = now_;
  const auto no = vouchers_.add(voucher);
  if (!no) return Failure{no.error()};
  voucher.no = *no;
  return voucher;
}

Result<Voucher> Vouchers::find(std::int64_t no) {
  auto voucher = vouchers_.voucher(no);
  if (!voucher) return Failure{voucher.error()};
  if (!*voucher) return fail(ErrorCode::not_found, "there is no voucher " + std::to_string(no));
  return std::move(**voucher);
}

Result<std::vector<std::int64_t>> Vouchers::slots(const std::string& kind) {
  std::vector<std::int64_t> all;
  for (unsigned slot = 0; slot < kSystemAccountSlots; ++slot) {
    const auto account = ledger_.account(kind, "", slot);
    if (!account) return Failure{account.error()};
    all.push_back(*account);
  }
  return all;
}

/// The accounts of the ledger that are the party's.
Result<std::vector<std::int64_t>> Vouchers::purses_of(const Party& party) {
  if (party.kind == "account") {
    const auto account = accounts_.find(party.name);  // it may have been merged since
    const auto purses = account ? holders_.purses(account->id) : Result<std::vector<Purse>>(Failure{account.error()});
    if (!purses) return Failure{purses.error()};
    std::vector<std::int64_t> all;
    for (const Purse& purse : *purses) all.push_back(purse.no);
    return all;
  }
  if (is_one_of(party.kind, {"operator", "unattributed"})) return slots(party.kind);
  const auto one = ledger_.account(party.kind, party.name, 0);
  if (!one) return Failure{one.error()};
  return std::vector{*one};
}

Result<std::int64_t> Vouchers::free_of(std::int64_t account, bool ripe_alone) {
  const auto name = ledger_.account_name(account);
  if (!name) return Failure{name.error()};
  const bool rests = ripe_alone && !is_system_account(name->first);
  const auto free = rests ? ledger_.spendable(account, now_) : ledger_.balance(account);
  return free ? Result<std::int64_t>(std::max<std::int64_t>(*free, 0)) : free;
}

Result<std::vector<Leg>> Vouchers::take_of(const std::vector<std::int64_t>& accounts, std::int64_t mg, bool ripe_alone,
                                           const std::string& whose) {
  std::vector<Leg> legs;
  std::int64_t missing = mg;
  for (const std::int64_t account : accounts) {
    const auto free = free_of(account, ripe_alone);
    if (!free) return Failure{free.error()};
    const std::int64_t part = std::min(*free, missing);
    if (part > 0) legs.push_back({account, -part});
    missing -= part;
    if (missing == 0) return legs;
  }
  return fail(ErrorCode::conflict, whose + " has " + tools::grams_text(mg - missing) +
                                       (ripe_alone ? " that may be spent now, and " : ", and ") + tools::grams_text(mg) +
                                       " are wanted: " + tools::grams_text(missing) + " are missing");
}

Result<std::vector<Leg>> Vouchers::take(const Party& from, std::int64_t mg, bool ripe_alone) {
  if (is_one_of(from.kind, {"sponsor", "loss"})) {  // what they give makes them owe
    const auto account = ledger_.account(from.kind, from.name, 0);
    if (!account) return Failure{account.error()};
    return std::vector{Leg{*account, -mg}};
  }
  const auto accounts = purses_of(from);
  if (!accounts) return Failure{accounts.error()};
  return take_of(*accounts, mg, ripe_alone, text_of(from.kind, from.name));
}

Result<std::int64_t> Vouchers::taker(const Party& to, std::int64_t no) {
  if (to.kind == "account") {
    const auto account = accounts_.active(to.name);
    if (!account) return Failure{account.error()};
    const auto purses = holders_.purses(account->id);
    if (!purses) return Failure{purses.error()};
    if (purses->empty()) {
      return fail(ErrorCode::conflict, "account " + account->id + " has no purse yet: nothing was claimed for its tokens");
    }
    return purses->front().no;
  }
  const bool is_named = is_one_of(to.kind, {"merchant", "budget"});
  return is_named ? ledger_.account(to.kind, to.name, 0) : ledger_.system_account(to.kind, no);
}

Result<Voucher> Vouchers::approve(std::int64_t no, const std::string& by) {
  auto voucher = find(no);
  if (!voucher) return voucher;
  if (voucher->state != Voucher::State::proposed) {
    return refused(*voucher, "is " + std::string(to_words(voucher->state)) + " already, by " + voucher->decided_by);
  }
  if (voucher->proposed_by == by) return refused(*voucher, "was proposed by " + by + ": another person has to approve it");
  auto legs = voucher->is == Voucher::Kind::returned ? legs_back(*voucher) : legs_of(*voucher);
  if (!legs) return Failure{legs.error().with_context("voucher " + std::to_string(no))};
  Status booked = ledger_.book({booked_as_voucher(no), BookingKind::voucher, now_, now_, std::move(*legs)});
  if (!booked) return Failure{booked.error()};
  voucher->state = Voucher::State::booked;
  voucher->decided_by = by;
  voucher->decided_at = now_;
  Status put = vouchers_.put(*voucher);
  return put ? voucher : Result<Voucher>(Failure{put.error()});
}

Result<std::vector<Leg>> Vouchers::legs_of(const Voucher& voucher) {
  const auto from = party("from", voucher.from);
  const auto to = party("to", voucher.to);
  if (!from || !to) return Failure{!from ? from.error() : to.error()};
  auto legs = take(*from, voucher.mg, voucher.is != Voucher::Kind::correction);
  if (!legs) return legs;
  const auto getter = taker(*to, voucher.no);
  if (!getter) return Failure{getter.error()};
  if (std::ranges::find(*legs, *getter, &Leg::account) != legs->end()) {
    return fail(ErrorCode::conflict, "it would take from the very purse to which it gives");
  }
  if (to->kind == "loss") {
    const auto owed = owed_by_loss();
    if (!owed) return Failure{owed.error()};
    if (*owed < voucher.mg)
      return fail(ErrorCode::conflict, "loss owes " + tools::grams_text(*owed) + ", and takes no more than that");
  }
  legs->push_back({*getter, voucher.mg});
  return legs;
}

/// The payout's own legs, turned round; it is returned with them.
Result<std::vector<Leg>> Vouchers::legs_back(const Voucher& voucher) {
  auto back = payout(voucher.of);
  if (!back) return Failure{back.error()};
  if (back->state != Voucher::State::booked && back->state != Voucher::State::paid) {
    return refused(*back, "is " + std::string(to_words(back->state)));
  }
  const auto bookings = ledger_.bookings(booked_as_voucher(back->no));
  if (!bookings) return Failure{bookings.error()};
  if (bookings->size() != 1)
    return fail(ErrorCode::corrupt, "ledger: voucher " + std::to_string(back->no) + " is not booked once");
  std::vector<Leg> legs = bookings->front().legs;
  for (Leg& leg : legs) leg.mg = -leg.mg;
  back->state = Voucher::State::returned;
  back->settled_at = now_;
  if (Status put = vouchers_.put(*back); !put) return Failure{put.error()};
  return legs;
}

Result<std::int64_t> Vouchers::owed_by_loss() {
  const auto all = slots("loss");
  if (!all) return Failure{all.error()};
  std::int64_t owed = 0;
  for (const std::int64_t account : *all) {
    auto balance = ledger_.balance(account);
    if (!balance) return balance;
    owed -= *balance;
  }
  return owed;
}

Result<Voucher> Vouchers::reject(std::int64_t no, const std::string& by) {
  auto voucher = find(no);
  if (!voucher) return voucher;
  if (voucher->state != Voucher::State::proposed) {
    return refused(*voucher, "is " + std::string(to_words(voucher->state)) + " already, by " + voucher->decided_by);
  }
  voucher->state = Voucher::State::rejected;
  voucher->decided_by = by;
  voucher->decided_at = now_;
  Status put = vouchers_.put(*voucher);
  return put ? voucher : Result<Voucher>(Failure{put.error()});
}

Result<Voucher> Vouchers::payout(std::int64_t no) {
  auto voucher = find(no);
  if (voucher && voucher->is != Voucher::Kind::payout) return refused(*voucher, "is no payout");
  return voucher;
}

Result<Voucher> Vouchers::paid(std::int64_t no, const std::string& reference, std::int64_t at, const std::string& by) {
  auto voucher = payout(no);
  if (!voucher) return voucher;
  if (reference.empty() || reference.size() > kMostPaymentReference) {
    return fail(ErrorCode::invalid, "reference: 1 to 140 bytes, by which the payment is found");
  }
  if (voucher->state == Voucher::State::paid && voucher->reference == reference) return voucher;
  if (voucher->state != Voucher::State::booked) return refused(*voucher, "is " + std::string(to_words(voucher->state)));
  if (at < voucher->decided_at.value_or(0) || at > now_) {
    return fail(ErrorCode::invalid, "paid_at: a payment is made after its voucher was approved, and not in the future");
  }
  voucher->state = Voucher::State::paid;
  voucher->reference = reference;
  voucher->settled_by = by;
  voucher->settled_at = at;
  Status put = vouchers_.put(*voucher);
  return put ? voucher : Result<Voucher>(Failure{put.error()});
}

Result<Voucher> Vouchers::propose_return(std::int64_t no, const std::string& why, const std::string& by) {
  const auto back = payout(no);
  if (!back) return Failure{back.error()};
  if (Status said = check_why(why); !said) return Failure{said.error()};
  if (back->state != Voucher::State::booked && back->state != Voucher::State::paid) {
    return refused(*back, "is " + std::string(to_words(back->state)));
  }
  Voucher voucher;
  voucher.is = Voucher::Kind::returned;
  voucher.from = back->to;
  voucher.to = back->from;
  voucher.mg = back->mg;
  voucher.of = no;
  voucher.why = why;
  voucher.proposed_by = by;
  return add(std::move(voucher));
}

}  // namespace greentill::credit

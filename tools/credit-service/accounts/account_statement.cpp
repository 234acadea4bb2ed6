// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/accounts/account_statement.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "daemon/base/text.hpp"
#include "daemon/claim/claim.hpp"

namespace greentill::credit {
namespace {

/// Where a line stands among all of an account. Two purses of an account may have a leg of one booking.
struct Place {
  PurseLeg leg;
  std::int64_t purse = 0;
  [[nodiscard]] auto key() const { return std::tuple(leg.at, leg.claim, leg.booking, purse); }
};

constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();

std::string text_of(const Place& place) {
  std::string text;
  for (const std::int64_t number : {place.leg.at, place.leg.claim, place.leg.booking, place.purse}) {
    text += (text.empty() ? "" : ".") + std::to_string(number);
  }
  return text;
}

Result<Place> read_place(const std::string& text) {
  if (text.empty()) return Place{{kLast, kLast, kLast, 0, 0}, kLast};
  std::array<std::int64_t, 4> numbers{};
  std::string_view rest = text;
  bool is_right = true;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::size_t dot = i + 1 < numbers.size() ? rest.find('.') : rest.size();
    const auto number = dot == std::string_view::npos ? std::nullopt : parse_integer<std::int64_t>(rest.substr(0, dot));
    is_right = is_right && number;
    numbers[i] = number.value_or(0);
    rest.remove_prefix(is_right && i + 1 < numbers.size() ? dot + 1 : 0);
  }
  if (!is_right)
    return fail(ErrorCode::invalid, "\"" + text + "\" is no line of a statement: take what the page before names as next");
  return Place{{numbers[0], numbers[1], numbers[2], 0, 0}, numbers[3]};
}

constexpr std::size_t kManyPages = 8;

void keep_latest(std::vector<Place>& all, std::size_t most) {
  std::ranges::sort(all, std::greater(), &Place::key);
  if (all.size() > most) all.resize(most);
}

/// The latest lines of all purses behind the place.
Result<std::vector<Place>> latest(AccountStore& holders, const std::string& account, const Place& after, std::size_t most) {
  const auto purses = holders.purses(account);
  if (!purses) return Failure{purses.error()};
  std::vector<Place> all;
  for (const Purse& purse : *purses) {
    // A purse with a lower number may have a leg of the very booking at which the page before ended.
    PurseLeg before = after.leg;
    if (purse.no < after.purse && before.booking < kLast) ++before.booking;
    const auto legs = holders.legs(purse.no, before, most);
    if (!legs) return Failure{legs.error()};
    for (const PurseLeg& leg : *legs) all.push_back({leg, purse.no});
    if (all.size() > kManyPages * most) keep_latest(all, most);
  }
  keep_latest(all, most);
  return all;
}

/// What the claim says that it is of.
Status describe(Store& ledger, std::int64_t id, StatementEntry& entry) {
  const auto stored = ledger.claim(id);
  if (!stored) return Failure{stored.error()};
  const auto claim = *stored ? claim::parse_payload((*stored)->payload) : claim::parse_payload({});
  if (!claim) return fail(ErrorCode::corrupt, "ledger: a booked claim does not parse");
  entry.merchant = claim->merchant;
  entry.device = claim->device;
  if (const auto* reduction = std::get_if<claim::Reduction>(&claim->entry)) entry.activity = reduction->activity;
  return Done{};
}

}  // namespace

std::string_view StatementEntry::what() const {
  if (kind == BookingKind::spent) return mg < 0 ? "set-aside" : "given-back";
  return to_words(kind);
}

nlohmann::ordered_json to_json(const StatementEntry& entry) {
  nlohmann::ordered_json json{{"at", entry.at}, {"mg", entry.mg}, {"kind", entry.what()}, {"spendable_at", entry.spendable_at}};
  if (!entry.activity.empty()) json["activity"] = entry.activity;
  if (!entry.merchant.empty()) json["merchant"] = entry.merchant;
  if (!entry.device.empty()) json["device"] = entry.device;
  if (entry.order != 0) json["order"] = entry.order;
  if (entry.voucher != 0) json["voucher"] = entry.voucher;
  return json;
}

Result<StatementPage> read_statement(Store& ledger, AccountStore& holders, const std::string& account, const std::string& after,
                                     std::size_t most) {
  const auto place = read_place(after);
  if (!place) return Failure{place.error()};
  const auto places = latest(holders, account, *place, most);
  if (!places) return Failure{places.error()};
  std::map<std::int64_t, std::int64_t> orders;  // by spend
  StatementPage page;
  for (const Place& one : *places) {
    const PurseLeg& leg = one.leg;
    StatementEntry& entry = page.entries.emplace_back();
    entry.at = leg.at;
    entry.mg = leg.mg;
    entry.spendable_at = leg.spendable_at;
    const auto bookings = ledger.bookings(leg.claim);
    if (!bookings) return Failure{bookings.error()};
    if (leg.booking < 1 || static_cast<std::size_t>(leg.booking) > bookings->size()) {
      return fail(ErrorCode::corrupt, "ledger: a leg's booking is missing");
    }
    entry.kind = (*bookings)[static_cast<std::size_t>(leg.booking) - 1].kind;
    if (leg.claim > 0) {
      if (Status described = describe(ledger, leg.claim, entry); !described) return Failure{described.error()};
      continue;
    }
    if (is_voucher(leg.claim)) entry.voucher = -leg.claim - kFirstVoucher;
    if (!is_spend(leg.claim)) continue;
    if (orders.empty()) {
      const auto spends = holders.spends(account);
      if (!spends) return Failure{spends.error()};
      for (const Spend& spend : *spends) orders.emplace(spend.no, spend.order);
    }
    if (const auto order = orders.find(-leg.claim); order != orders.end()) entry.order = order->second;
  }
  if (places->size() == most && !places->empty()) page.next = text_of(places->back());
  return page;
}

}  // namespace greentill::credit

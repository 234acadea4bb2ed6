// SPDX-License-Identifier: Apache-2.0
// Bookings: what they post, how they share, and what they use up of limits.
#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <variant>

#include "daemon/claim/claim.hpp"
#include "tools/credit-service/ledger/counted.hpp"
#include "tools/credit-service/ledger/stored_rows.hpp"
#include "tools/credit-service/ledger/tables/audit.hpp"
#include "tools/credit-service/programme/programme.hpp"

namespace greentill::credit {
namespace {

/// A claim of which something is granted or booked, with what its bookings add up to but for shortfalls.
struct Booked {
  std::int64_t claim = 0;
  bool is_nobodys = false;  ///< its customer is `unattributed`
  bool is_known = false;    ///< whether it is stored, was accepted once and parses
  std::string device;
  std::vector<std::uint8_t> payload;
  std::optional<std::int64_t> granted, customer, programme;
  std::int64_t issued = 0;  ///< what came from issuance
  Split got;
  std::int64_t bonus = 0;  ///< what came from a budget, for the customer
  std::string budget;      ///< its name; of several all, with spaces
  std::int64_t other = 0;  ///< on accounts that have no share
  Counted counted;
};

std::string_view campaign_budget(const Campaign* campaign) {
  return campaign == nullptr ? std::string_view() : std::string_view(campaign->budget);
}

class BookingAudit {
 public:
  BookingAudit(sql::Database& database, const std::map<std::int64_t, Programme>& programmes)
      : database_(database), programmes_(programmes) {}

  Status run();
  void tell(std::vector<std::string>& wrong) const {
    tell_wrong(unbalanced_, "bookings do not balance to zero", wrong);
    tell_wrong(unposted_, "legs are not posted as they are booked", wrong);
    tell_wrong(unsummed_, "accounts of the system are not what was booked for them", wrong);
    tell_wrong(nobodys_, "bookings are no accepted reduction's", wrong);
    tell_wrong(misshared_, "claims are not booked as granted and shared", wrong);
    tell_wrong(misvouched_, "vouchers move something else than they say", wrong);
    tell_wrong(misused_, "limits are not used as what stands says", wrong);
  }

 private:
  Status prepare();
  Status take(const sql::Query& row);
  /// `row`: of the booking.
  Status post(const Leg& leg, const sql::Query& row, Booked* into);
  Status look_at_voucher(std::int64_t no, const std::vector<Leg>& legs);
  Status open(std::int64_t claim);
  void close();
  void use(const Programme& programme, const std::string& activity, std::string_view merchant, const CalendarDay& day);
  Status check_counts();
  Status check_system_accounts();
  Status check_limits();

  sql::Database& database_;
  const std::map<std::int64_t, Programme>& programmes_;
  sql::Statement leg_, claim_, voucher_, name_;
  Booked current_;
  std::map<std::tuple<std::string, std::string, std::int64_t>, std::int64_t> used_;  // by subject, activity and period
  std::unordered_map<std::int64_t, std::int64_t> system_;                            // what was booked for each of its accounts
  std::uint64_t legs_ = 0, with_grant_ = 0;
  std::uint64_t unbalanced_ = 0, unposted_ = 0, unsummed_ = 0, nobodys_ = 0, misshared_ = 0, misused_ = 0, misvouched_ = 0;
};

Status BookingAudit::prepare() {
  return sql::prepare_all(
      database_, {{leg_,
                   "SELECT kind, mg, name FROM accounts LEFT JOIN legs ON account = no AND at = ? AND claim = ? AND booking = ? "
                   "WHERE no = ?"},
                  {claim_,
                   "SELECT device, payload, granted, customer, programme FROM claims CROSS JOIN chains ON no = claims.id >> 40 "
                   "WHERE claims.id = ?"},
                  {voucher_, "SELECT mg, from_party, to_party FROM vouchers WHERE no = ?"},
                  {name_, "SELECT kind, name FROM accounts WHERE no = ?"}});
}

Status BookingAudit::run() {
  if (Status prepared = prepare(); !prepared) return prepared;
  sql::Statement bookings;
  if (Status prepared =
          bookings.prepare(database_, "SELECT claim, number, kind, at, spendable_at, legs FROM bookings ORDER BY claim, number");
      !prepared) {
    return prepared;
  }
  sql::Scan row(bookings);
  while (row.next()) {
    if (Status taken = take(row); !taken) return taken;
  }
  if (Status read = row.status(); !read) return read;
  close();
  if (Status counted = check_counts(); !counted) return counted;
  if (Status summed = check_system_accounts(); !summed) return summed;
  return check_limits();
}

Status BookingAudit::take(const sql::Query& row) {
  const std::int64_t claim = row.integer(0);
  const auto kind = static_cast<BookingKind>(row.integer(2));
  const auto legs = parse_legs(row.bytes(5));
  if (!legs) return database_.damaged("a booking's legs are none");
  if (claim != current_.claim) {
    close();
    if (Status opened = open(claim); !opened) return opened;
  }
  const bool moves = kind < BookingKind::shortfall;
  const std::int64_t before = current_.issued;
  std::int64_t sum = 0;
  for (const Leg& leg : *legs) {
    sum += leg.mg;
    if (Status posted = post(leg, row, moves ? &current_ : nullptr); !posted) return posted;
  }
  if (sum != 0) ++unbalanced_;
  if (is_voucher(claim)) {
    if (Status looked = look_at_voucher(-claim - kFirstVoucher, *legs); !looked) return looked;
  }
  if (claim > 0 && !current_.is_known) ++nobodys_;
  // What could be spent meanwhile gives nothing back.
  const bool is_late = kind == BookingKind::taken_back && row.integer(3) >= row.integer(4);
  if (moves) current_.counted.change(current_.issued - before, is_late);
  return Done{};
}

Status BookingAudit::post(const Leg& leg, const sql::Query& row, Booked* into) {
  sql::Query posted(leg_, row.integer(3), row.integer(0), row.integer(1), leg.account);
  if (!posted.next()) {
    ++unposted_;
    return posted.status();
  }
  const std::string_view kind = posted.text(0);
  const std::optional<std::int64_t> mg = posted.optional(1);
  if (is_system_account(kind)) {
    system_[leg.account] += leg.mg;
    if (mg) ++unposted_;
  } else if (mg != leg.mg) {
    ++unposted_;
  }
  if (mg) ++legs_;
  if (into == nullptr) return Done{};
  std::int64_t* share = &into->other;
  if (kind == "merchant") share = &into->got.merchant;
  if (kind == "operator") share = &into->got.operator_share;
  if (leg.account == into->customer) {
    share = &into->got.customer;
    into->is_nobodys = kind == "unattributed";
  }
  if (kind == "issuance") {
    into->issued -= leg.mg;
  } else if (kind == "budget") {
    into->bonus -= leg.mg;
    if (into->budget != posted.text(2)) into->budget += posted.text(2);
  } else {
    *share += leg.mg;
  }
  return Done{};
}

/// Whether it moves its amount, from and to kinds of account that its parties have.
Status BookingAudit::look_at_voucher(std::int64_t no, const std::vector<Leg>& legs) {
  sql::Query row(voucher_, no);
  if (!row.next()) return row.status();  // told elsewhere
  const std::string from(row.text(1)), to(row.text(2));
  std::int64_t given = 0;
  bool is_right = true;
  for (const Leg& leg : legs) {
    sql::Query name(name_, leg.account);
    if (!name.next()) return name.status();
    const std::string party = std::string(name.text(0)) + (name.text(1).empty() ? "" : '/' + std::string(name.text(1)));
    const std::string& said = leg.mg > 0 ? to : from;
    is_right = is_right && (said.starts_with("account/") ? !is_system_account(name.text(0)) : said == party);
    given += std::max<std::int64_t>(leg.mg, 0);
  }
  if (!is_right || given != row.integer(0)) ++misvouched_;
  return Done{};
}

Status BookingAudit::open(std::int64_t claim) {
  current_ = {};
  current_.claim = claim;
  sql::Query row(claim_, claim);
  if (!row.next()) return row.status();
  const ByteView payload = row.bytes(1);
  current_.device = row.text(0);
  current_.payload.assign(payload.begin(), payload.end());
  current_.granted = row.optional(2);
  current_.customer = row.optional(3);
  current_.programme = row.optional(4);
  current_.is_known = current_.granted && current_.customer && current_.programme && programmes_.contains(*current_.programme);
  return Done{};
}

void BookingAudit::close() {
  if (!current_.is_known) return;
  const Programme& programme = programmes_.at(*current_.programme);
  const std::int64_t granted = *current_.granted;
  if (granted > 0) ++with_grant_;
  const Split split = granted < 0 ? Split() : programme.split(granted);
  const Split& got = current_.got;
  const bool is_right = current_.issued == granted && got.customer == split.customer + current_.bonus &&
                        got.merchant == split.merchant && got.operator_share == split.operator_share && current_.other == 0;
  const auto claim = claim::parse_payload(current_.payload);
  const auto* reduction = claim ? std::get_if<claim::Reduction>(&claim->entry) : nullptr;
  if (reduction == nullptr) {
    ++nobodys_;
    return;
  }
  const CalendarDay day = programme.calendar().local(reduction->end);
  const Campaign* campaign = programme.campaign_for(reduction->activity, claim->merchant, day.day);
  const std::int64_t most = campaign == nullptr ? 0 : campaign->bonus(std::max<std::int64_t>(granted, 0));
  const bool is_anybodys = current_.bonus == 0 || (current_.budget == campaign_budget(campaign) && !current_.is_nobodys);
  if (!is_right || current_.bonus < 0 || current_.bonus > most || !is_anybodys) ++misshared_;
  use(programme, std::string(reduction->activity), claim->merchant, day);
}

void BookingAudit::use(const Programme& programme, const std::string& activity, std::string_view merchant,
                       const CalendarDay& day) {
  used_[{"device/" + current_.device, activity, day.day}] += current_.counted.mg();
  used_[{"merchant/" + std::string(merchant), activity, day.day}] += current_.counted.mg();
  const Rule* rule = programme.rule_for(activity);
  if (rule == nullptr || !rule->has_limits()) return;
  for (const std::int64_t period : {day.day, day.month}) {
    used_[{"account/" + std::to_string(*current_.customer), activity, period}] += current_.counted.mg();
  }
}

/// What the bookings do not lead to: legs of none, and claims with a grant that is not booked.
Status BookingAudit::check_counts() {
  const auto legs = database_.integer("SELECT count(*) FROM legs");
  if (!legs) return Failure{legs.error()};
  const auto granted = database_.integer("SELECT count(*) FROM claims WHERE granted > 0");
  if (!granted) return Failure{granted.error()};
  unposted_ += static_cast<std::uint64_t>(*legs) - legs_;  // those that are missing are told above
  const auto with_grant = static_cast<std::uint64_t>(*granted);
  if (with_grant > with_grant_) misshared_ += with_grant - with_grant_;
  return Done{};
}

Status BookingAudit::check_system_accounts() {
  sql::Statement balances;
  if (Status prepared = balances.prepare(database_, "SELECT no, kind, balance FROM accounts"); !prepared) return prepared;
  sql::Scan row(balances);
  while (row.next()) {
    if (is_system_account(row.text(1)) && system_[row.integer(0)] != row.integer(2)) ++unsummed_;
  }
  return row.status();
}

/// Accounts that are no customers by token have no limits, so that nothing stands for them.
Status BookingAudit::check_limits() {
  sql::Statement limits;
  if (Status prepared = limits.prepare(
          database_,
          "SELECT subject, activity, period, used FROM limits WHERE subject LIKE 'device/%' OR subject LIKE 'merchant/%' OR "
          "subject LIKE 'account/%'");
      !prepared) {
    return prepared;
  }
  sql::Scan row(limits);
  while (row.next()) {
    const auto found = used_.find({std::string(row.text(0)), std::string(row.text(1)), row.integer(2)});
    if ((found == used_.end() ? 0 : found->second) != row.integer(3)) ++misused_;
    if (found != used_.end()) used_.erase(found);
  }
  for (const auto& [limit, mg] : used_) {
    if (mg != 0 && !std::get<0>(limit).starts_with("account/")) ++misused_;
  }
  return row.status();
}

}  // namespace

Result<std::map<std::int64_t, Programme>> all_programmes(sql::Database& database, const claim::Hasher& hasher) {
  std::map<std::int64_t, Programme> programmes;
  sql::Statement stored;
  if (Status prepared = stored.prepare(database, "SELECT id, bytes FROM programmes"); !prepared) return Failure{prepared.error()};
  sql::Query row(stored);
  while (row.next()) {
    const std::string name = "programme " + std::to_string(row.integer(0)) + " of the ledger";
    auto programme = Programme::parse(row.text(1), name, hasher);
    if (!programme) return Failure{programme.error()};
    programmes.emplace(row.integer(0), std::move(*programme));
  }
  return row.result(std::move(programmes));
}

Status check_bookings(sql::Database& database, const std::map<std::int64_t, Programme>& programmes,
                      std::vector<std::string>& wrong) {
  BookingAudit audit(database, programmes);
  if (Status checked = audit.run(); !checked) return checked;
  audit.tell(wrong);
  return Done{};
}

}  // namespace greentill::credit

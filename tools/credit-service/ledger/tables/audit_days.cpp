// SPDX-License-Identifier: Apache-2.0
// What devices ask for by day, and what is held because a day stands out.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <variant>

#include "daemon/claim/claim.hpp"
#include "tools/credit-service/ledger/tables/audit.hpp"
#include "tools/credit-service/programme/programme.hpp"

namespace greentill::credit {
namespace {

/// What the accepted reductions of a device ask for of an activity on a day, and where they lie.
struct AskedFor {
  std::int64_t mg = 0;
  std::int64_t first = 0, last = 0;
};
using DayKey = std::tuple<std::string, std::string, std::int64_t>;

class DayAudit {
 public:
  DayAudit(sql::Database& database, const std::map<std::int64_t, Programme>& programmes)
      : database_(database), programmes_(programmes) {}

  Status run() {
    if (Status read = read_claims(); !read) return read;
    if (Status read = check_held(); !read) return read;
    return check_days();
  }
  void tell(std::vector<std::string>& wrong) const {
    tell_wrong(misasked_, "days of devices are not what their claims ask for", wrong);
    tell_wrong(unfounded_, "claims are held for a day that stood out, and none of their device's did", wrong);
  }

 private:
  Status read_claims();
  void count(const sql::Query& row, const claim::Claim& claim);
  Status check_held();
  Status check_days();

  sql::Database& database_;
  const std::map<std::int64_t, Programme>& programmes_;
  std::map<DayKey, AskedFor> asked_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> held_;  // as screening, by device and activity
  std::uint64_t misasked_ = 0, unfounded_ = 0;
};

/// Reductions that were accepted once have a programme, and nothing else does.
Status DayAudit::read_claims() {
  sql::Statement claims;
  Status prepared = claims.prepare(database_,
                                   "SELECT claims.id, device, payload, programme, claims.reason, (holds & ?1) != 0 FROM claims "
                                   "CROSS JOIN chains ON no = claims.id >> 40 WHERE programme IS NOT NULL");
  if (!prepared) return prepared;
  const std::int64_t screening = Holds{Reason::screening}.bits();
  sql::Scan row(claims, screening);
  while (row.next()) {
    const auto claim = claim::parse_payload(row.bytes(2));
    const auto* reduction = claim ? std::get_if<claim::Reduction>(&claim->entry) : nullptr;
    if (reduction == nullptr || !programmes_.contains(row.integer(3))) continue;  // what is booked of it tells that
    if (row.integer(5) != 0) ++held_[{std::string(row.text(1)), std::string(reduction->activity)}];
    if (row.integer(4) == 0) count(row, *claim);
  }
  return row.status();
}

void DayAudit::count(const sql::Query& row, const claim::Claim& claim) {
  const Programme& programme = programmes_.at(row.integer(3));
  const auto& reduction = std::get<claim::Reduction>(claim.entry);
  const Rule* rule = programme.rule_for(reduction.activity);
  const std::int64_t mg = rule == nullptr ? 0 : rule->grant(reduction.credited_mg);
  if (mg == 0) return;
  const std::int64_t id = row.integer(0);
  const auto [found, is_new] = asked_.try_emplace(
      {std::string(row.text(1)), std::string(reduction.activity), programme.calendar().local(reduction.end).day});
  AskedFor& asked = found->second;
  asked = {asked.mg + mg, is_new ? id : std::min(asked.first, id), std::max(asked.last, id)};
}

/// That a day was lifted releases nothing by itself.
Status DayAudit::check_held() {
  sql::Statement screened;
  if (Status prepared = screened.prepare(database_, "SELECT DISTINCT device, activity FROM screened"); !prepared) return prepared;
  sql::Query row(screened);
  while (row.next()) held_.erase({std::string(row.text(0)), std::string(row.text(1))});
  for (const auto& [of, claims] : held_) unfounded_ += claims;
  return row.status();
}

Status DayAudit::check_days() {
  sql::Statement days;
  Status prepared =
      days.prepare(database_, "SELECT device, activity, day, asked, first, last, coalesce(looked, 0) FROM device_days");
  if (!prepared) return prepared;
  sql::Scan row(days);
  while (row.next()) {
    const auto found = asked_.find({std::string(row.text(0)), std::string(row.text(1)), row.integer(2)});
    const AskedFor asked = found == asked_.end() ? AskedFor() : found->second;
    const bool reaches = asked.mg == 0 || (row.integer(4) <= asked.first && asked.last <= row.integer(5));
    if (asked.mg != row.integer(3) || !reaches || row.integer(6) > asked.mg) ++misasked_;
    if (found != asked_.end()) asked_.erase(found);
  }
  misasked_ += asked_.size();
  return row.status();
}

}  // namespace

Status check_days(sql::Database& database, const std::map<std::int64_t, Programme>& programmes, std::vector<std::string>& wrong) {
  DayAudit audit(database, programmes);
  if (Status checked = audit.run(); !checked) return checked;
  audit.tell(wrong);
  return Done{};
}

}  // namespace greentill::credit

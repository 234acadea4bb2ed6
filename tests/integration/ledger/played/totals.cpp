// SPDX-License-Identifier: Apache-2.0
// What the books are, in the names of the schedule.
#include <sqlite3.h>

#include "daemon/base/hex.hpp"
#include "tests/integration/ledger/played/must.hpp"
#include "tests/integration/ledger/played/service.hpp"
#include "tools/credit-service/postgres/postgres.hpp"

namespace greentill::played {
namespace {

const char* standing_of(const credit::Decision& decision) {
  if (decision.reason != credit::Reason::none) return "refused";
  return decision.holds.empty() ? "accepted" : "held";
}

std::string reasons_of(const credit::Decision& decision) {
  if (decision.reason != credit::Reason::none) return std::string(verify::to_string(decision.reason));
  std::string all;
  for (const credit::Reason reason : credit::kHoldReasons) {
    if (!decision.holds.has(reason)) continue;
    all += (all.empty() ? "" : ",") + std::string(verify::to_string(reason));
  }
  return all;
}

const char* standing_of(claim::Stands standing) {
  return standing == claim::Stands::refused ? "refused" : standing == claim::Stands::held ? "held" : "accepted";
}

}  // namespace

void Service::add_claims(const std::string& device, Json& into) {
  const auto chains = store().chains(device);
  if (!chains) throw std::runtime_error(chains.error().message);
  std::map<std::int64_t, std::string> names;
  for (const credit::Chain& chain : *chains) {
    const std::string name = device + '/' + name_of(chain.id);
    names[chain.no] = name_of(chain.id);
    into["chains"][name] = {credit::to_string(chain.state), chain.seq, verify::to_string(chain.reason)};
    for (std::uint64_t seq = 1; seq <= chain.seq; ++seq) {
      const auto stored = store().claim(chain.claim_id(seq));
      if (!stored) throw std::runtime_error(stored.error().message);
      if (!*stored) continue;
      const auto claim = claim::parse_payload((*stored)->payload);
      if (!claim || claim->entry.index() > 1) continue;  // reductions and reversals alone
      const credit::Decision& decision = (*stored)->decision;
      const std::int64_t mg =
          decision.reason == credit::Reason::none && decision.holds.empty() ? decision.granted.value_or(0) : 0;
      into["claims"][name + '/' + std::to_string(seq)] = {standing_of(decision), mg, reasons_of(decision)};
    }
  }
  const auto changes = store().changes(device, 0, 1u << 20);
  if (!changes) throw std::runtime_error(changes.error().message);
  for (const credit::ToldChange& one : *changes) {
    into["changes"][device].push_back(Json::array({names.at(credit::chain_of(one.claim)), credit::seq_of(one.claim),
                                                   standing_of(one.standing), one.granted_mg, verify::to_string(one.reason)}));
  }
}

void Service::add_accounts(Json& into) {
  Json accounts = Json::object();
  constexpr const char* kBalances = "SELECT kind, name, sum(balance) FROM accounts GROUP BY kind, name HAVING sum(balance) != 0";
  if (!office_.url().empty()) {
    auto connection = must(postgres::Database::open(office_.url()));
    auto row = connection.ask(kBalances);
    while (row.next()) accounts[std::string(row.text(0))][std::string(row.text(1))] = row.integer(2);
    must(row.status());
    return name_accounts(accounts, into);
  }
  sqlite3* database = nullptr;
  if (sqlite3_open_v2(office_.database().c_str(), &database, SQLITE_OPEN_READONLY, nullptr) != SQLITE_OK) {
    throw std::runtime_error("the ledger's database does not open");
  }
  const auto take = [](void* to, int, char** row, char**) {
    (*static_cast<Json*>(to))[row[0]][row[1]] = std::stoll(row[2]);
    return 0;
  };
  const int done = sqlite3_exec(database, kBalances, take, &accounts, nullptr);
  sqlite3_close(database);
  if (done != SQLITE_OK) throw std::runtime_error("the ledger's accounts cannot be read");
  name_accounts(accounts, into);
}

void Service::name_accounts(const Json& accounts, Json& into) {
  for (const auto& [kind, balances] : accounts.items()) {
    for (const auto& [name, mg] : balances.items()) {
      const auto known = messages_.names().find(name);
      into["accounts"][kind][known == messages_.names().end() ? name : known->second] = mg;
    }
  }
}

Json Service::totals() {
  Json totals = {
      {"accounts", Json::object()}, {"claims", Json::object()}, {"chains", Json::object()}, {"changes", Json::object()}};
  for (const auto& [device, table] : world_.at("devices").items()) add_claims(device, totals);
  add_accounts(totals);
  totals["wrong"] = workers_.desks.front()->wrong();
  return totals;
}

}  // namespace greentill::played

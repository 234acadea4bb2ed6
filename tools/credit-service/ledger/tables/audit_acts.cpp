// SPDX-License-Identifier: Apache-2.0
// What leads to acts.
#include <algorithm>
#include <set>
#include <variant>

#include "daemon/claim/claim.hpp"
#include "tools/credit-service/ledger/act_key.hpp"
#include "tools/credit-service/ledger/tables/audit.hpp"
#include "tools/credit-service/ledger/tables/books_claims.hpp"

namespace greentill::credit {
namespace {

Status add_nullifiers(const KeptClaim& kept, std::set<claim::Nullifier>& all) {
  const auto claim = claim::parse_payload(kept.stored.payload);
  if (!claim) return fail(ErrorCode::corrupt, "ledger: a claim that is kept with an act does not parse");
  const claim::Nullifiers* nullifiers = nullptr;
  if (const auto* reduction = std::get_if<claim::Reduction>(&claim->entry)) nullifiers = &reduction->nullifiers;
  if (const auto* reversal = std::get_if<claim::Reversal>(&claim->entry)) nullifiers = &reversal->nullifiers;
  if (nullifiers != nullptr) all.insert(nullifiers->begin(), nullifiers->end());
  return Done{};
}

/// Those of all that is kept with the act.
Result<std::set<claim::Nullifier>> nullifiers_of(const KeptAct& act) {
  std::set<claim::Nullifier> all;
  Status added = act.holder ? add_nullifiers(*act.holder, all) : Status(Done{});
  for (const KeptClaim& one : act.claims) {
    if (added) added = add_nullifiers(one, all);
  }
  for (const auto& [reversal, one] : act.reversals) {
    if (added) added = add_nullifiers(one, all);
  }
  if (!added) return Failure{added.error()};
  return all;
}

}  // namespace

Status check_acts(sql::Database& database, std::vector<std::string>& wrong) {
  ActReader reader(database);
  if (Status prepared = reader.prepare(); !prepared) return prepared;
  sql::Statement statement;
  if (Status prepared = statement.prepare(database, "SELECT root, version, mac, act, is_act FROM nullifiers ORDER BY act");
      !prepared)
    return prepared;
  std::vector<std::uint8_t> current;
  ActKey key;
  std::set<claim::Nullifier> kept;
  std::uint64_t astray = 0, lower = 0, led_away = 0;
  sql::Scan row(statement);
  while (row.next()) {
    claim::Nullifier nullifier{static_cast<std::uint32_t>(row.integer(1)), static_cast<std::uint32_t>(row.integer(0)), {}};
    if (!row.fixed(2, nullifier.mac)) return database.damaged("a nullifier's hash is none");
    if (const ByteView act = row.bytes(3); !std::ranges::equal(current, act)) {
      current.assign(act.begin(), act.end());
      const auto read = reader.read(current);
      if (!read && read.error().code != ErrorCode::corrupt) return Failure{read.error()};
      const bool is_whole = read && *read;  // where a claim is missing, an invariant says so
      auto all = is_whole ? nullifiers_of(**read) : Result<std::set<claim::Nullifier>>(std::set<claim::Nullifier>());
      if (!all) return Failure{all.error()};
      kept = std::move(*all);
      key = is_whole ? (*read)->key : ActKey();
    }
    if (!kept.contains(nullifier)) ++astray;
    if (nullifier < key) ++lower;
    if (const auto own = parse_act(current); row.integer(4) != 0 && own && *own != nullifier) ++led_away;
  }
  tell_wrong(astray, "nullifiers lead to no act that something with them is kept with", wrong);
  tell_wrong(lower, "nullifiers are lower than their act's", wrong);
  tell_wrong(led_away, "acts lead to another", wrong);
  return row.status();
}

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/missing_detectors.hpp"

#include <algorithm>
#include <utility>

namespace greentill::engine {
namespace {

// With the back-offs between them, so many tries take half a minute: longer than a busy machine usually keeps a detector from
// answering.
constexpr unsigned kMostLost = 5;

/// "not looked at by 'ride'"
std::string without(const std::vector<detect::Absent>& absent) {
  std::string names;
  for (const auto& one : absent) names += (names.empty() ? "'" : ", '") + one.name + "'";
  return "not looked at by " + names;
}

}  // namespace

bool AbsenceLimit::has_for(const std::string& source, const outbox::TransactionKey& record,
                           const std::vector<detect::Absent>& absent) {
  if (std::all_of(absent.begin(), absent.end(), [](const auto& one) { return one.for_long; })) return false;
  Record& foremost = foremost_[source];
  if (foremost.key != record) foremost = {record, 0};
  if (std::any_of(absent.begin(), absent.end(), [](const auto& one) { return one.asked; })) ++foremost.lost;
  return foremost.lost < kMostLost;
}

Error not_looked_at(const std::vector<detect::Absent>& absent) {
  return {ErrorCode::unavailable, without(absent) + ": it has to be reported again"};
}

void note_absence(const outbox::TransactionKey& key, const event::Transaction& transaction,
                  const std::vector<detect::Absent>& absent, MadeClaims& made) {
  const char* const then = made.claims.empty() ? ": its id stays free, so that it can be reported again" : ", by others only";
  made.answer.remark = without(absent) + then;
  made.side.guarded.push_back(guarded_record(key, transaction, made.answer.remark));
}

outbox::GuardedAct guarded_record(const outbox::TransactionKey& key, const event::Transaction& transaction, std::string reason) {
  outbox::GuardedAct act;
  act.key = key;
  act.begin = transaction.begin;
  act.quantities = quantities_text(transaction.quantities);
  act.reason = std::move(reason);
  return act;
}

}  // namespace greentill::engine

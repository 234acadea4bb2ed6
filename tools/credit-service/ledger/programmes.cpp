// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/programmes.hpp"

#include <string>

namespace greentill::credit {

Result<std::unique_ptr<Programmes>> Programmes::open(Database& database, const Programme& current, const claim::Hasher& hasher) {
  auto programmes = std::unique_ptr<Programmes>(new Programmes(current, hasher));
  std::unique_ptr<Statement> add, find;
  const Status prepared = database.prepare({{&add, "INSERT OR IGNORE INTO programmes(sha256, bytes) VALUES(?, ?)"},
                                            {&find, "SELECT id FROM programmes WHERE sha256 = ?"},
                                            {&programmes->load_, "SELECT bytes FROM programmes WHERE id = ?"}});
  if (!prepared) return Failure{prepared.error()};
  if (Status added = add->with(current.sha256(), std::string_view(current.bytes())).done(); !added) return Failure{added.error()};
  if (!find->with(current.sha256()).row()) return fail(ErrorCode::io, "ledger: the programme cannot be kept");
  programmes->current_id_ = find->integer(0);
  return programmes;
}

Result<const Programme*> Programmes::find(std::int64_t id) {
  if (id == current_id_) return &current_;
  if (const auto known = earlier_.find(id); known != earlier_.end()) return &known->second;
  if (!load_->with(id).row()) return fail(ErrorCode::corrupt, "ledger: programme " + std::to_string(id) + " is missing");
  auto programme = Programme::parse(load_->text(0), "programme " + std::to_string(id) + " of the ledger", hasher_);
  if (!programme) return Failure{programme.error()};
  return &earlier_.emplace(id, std::move(*programme)).first->second;
}

}  // namespace greentill::credit

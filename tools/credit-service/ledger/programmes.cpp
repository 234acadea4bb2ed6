// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/programmes.hpp"

namespace greentill::credit {

Result<Programmes> Programmes::open(Store& store, const Programme& current, const claim::Hasher& hasher) {
  const auto id = store.keep_programme(current.sha256(), current.bytes());
  if (!id) return Failure{id.error()};
  return Programmes(store, current, hasher, *id);
}

Result<const Programme*> Programmes::find(std::int64_t id) {
  if (id == current_id_) return current_;
  if (const auto known = earlier_.find(id); known != earlier_.end()) return &known->second;
  const auto bytes = store_->programme(id);
  if (!bytes) return Failure{bytes.error()};
  auto programme = Programme::parse(*bytes, "programme " + std::to_string(id) + " of the ledger", *hasher_);
  if (!programme) return Failure{programme.error()};
  return &earlier_.emplace(id, std::move(*programme)).first->second;
}

}  // namespace greentill::credit

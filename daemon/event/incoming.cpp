// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/hasher.hpp"
#include "daemon/event/incoming.hpp"

#include "daemon/claim/nullifier.hpp"
#include "daemon/identity/identity.hpp"

namespace greentill::event {

outbox::TransactionKey transaction_key(const std::string& issuer, const std::string& event_id) {
  return claim::make_event_hash(crypto::hasher(), issuer, event_id);
}

Status check_transaction(const event::Transaction& transaction) {
  if (transaction.issuer.empty() || transaction.issuer.size() > 64)
    return fail(ErrorCode::invalid, "issuer: must be 1 to 64 bytes");
  if (transaction.event_id.empty() || transaction.event_id.size() > 128) {
    return fail(ErrorCode::invalid, "event_id: must be 1 to 128 bytes");
  }
  if (transaction.begin < 0) return fail(ErrorCode::invalid, "begin: must not lie before 1970");
  if (transaction.end < transaction.begin) return fail(ErrorCode::invalid, "end: must not lie before begin");
  if (transaction.reversed.issuer.size() > 64) return fail(ErrorCode::invalid, "reverses.issuer: must be at most 64 bytes");
  if (transaction.reversed.event_id.size() > 128) {
    return fail(ErrorCode::invalid, "reverses.event_id: must be at most 128 bytes");
  }
  if (transaction.account_token.size() > claim::kMaxTextBytes) {
    return fail(ErrorCode::invalid, "account_token: must be at most 32 bytes");
  }
  return Done{};
}

std::string remark_of(const event::Transaction& transaction) {
  switch (transaction.standing) {
    case event::Standing::training: return "training: nothing is claimed";
    case event::Standing::interim: return "not final yet: nothing is claimed before the final record";
    case event::Standing::reprint: return "a copy: only its original is claimed";
    case event::Standing::doubtful:
      return transaction.remark.empty() ? "its source doubts it" : "its source doubts it: " + transaction.remark;
    case event::Standing::final: break;
  }
  return {};
}

}  // namespace greentill::event

// SPDX-License-Identifier: Apache-2.0
#include "daemon/event/transaction_key.hpp"

#include "daemon/claim/nullifier.hpp"
#include "daemon/crypto/hasher.hpp"

namespace greentill::event {

TransactionKey transaction_key(std::string_view issuer, std::string_view event_id) {
  return claim::make_event_hash(crypto::hasher(), issuer, event_id);
}

const std::string& issuer_of_reversed(const Transaction& reversal) {
  return reversal.reversed.issuer.empty() ? reversal.issuer : reversal.reversed.issuer;
}

TransactionKey reversed_key(const Transaction& reversal) {
  const Reversed& reversed = reversal.reversed;
  if (reversed.key) return *reversed.key;
  return transaction_key(issuer_of_reversed(reversal), reversed.event_id);
}

}  // namespace greentill::event

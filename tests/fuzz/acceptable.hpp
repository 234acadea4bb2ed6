// SPDX-License-Identifier: Apache-2.0
// For parsers of what tills write: what they make of any bytes must be within the limits of the ABI, since the host takes nothing
// else and the source would stop at it.
#pragma once

#include <cstdlib>
#include <optional>
#include <vector>

#include "daemon/base/utf8.hpp"
#include "daemon/event/check.hpp"
#include "plugins/common/readers/document_records.hpp"
#include "plugins/common/values/as_abi.hpp"

namespace greentill::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

inline void require_acceptable(const plugin::Transaction& from) {
  bool offered = false;
  plugin::as_abi(from, [&offered](const gt_transaction& transaction) {
    offered = true;
    require(!event::beyond_limits(transaction) && !event::contradiction(transaction));
  });
  require(offered);
}

/// Read twice, a document must give the same; each record is a transaction within the limits or has a reason in plain text.
inline void require_same(const std::vector<plugin::DocumentRecord>& first, const std::vector<plugin::DocumentRecord>& again) {
  require(first.size() == again.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    const auto& [transaction, unusable, left_out] = first[i];
    require(is_utf8(unusable) && is_utf8(left_out) && unusable == again[i].unusable && left_out == again[i].left_out);
    require(transaction.issuer == again[i].transaction.issuer && transaction.event_id == again[i].transaction.event_id);
    if (unusable.empty() && left_out.empty()) require_acceptable(transaction);
  }
}

inline void require_acceptable(const event::Transaction& transaction) { require(event::check_transaction(transaction).ok()); }

}  // namespace greentill::fuzz

// SPDX-License-Identifier: Apache-2.0
// Between our own structs and those of the plugin ABI: views of ours to hand in, copies of what a plugin hands out.
// Threads: one object a thread.
#pragma once

#include <tuple>
#include <vector>

#include "daemon/event/field_kinds.hpp"
#include "daemon/event/transaction.hpp"
#include "greentill/plugin.h"

namespace greentill::event {

/// Holds a gt_transaction that points into a Transaction. One object is used for call after call, so that it stops allocating.
class AbiView {
 public:
  /// Lifetime: until the next call, and only as long as `transaction` exists.
  const gt_transaction& of(const Transaction& transaction, Audience audience);

 private:
  std::tuple<std::vector<gt_quantity>, std::vector<gt_line>, std::vector<gt_attribute>> elements_;
  gt_transaction view_{};
};

/// Copies what a plugin handed out. Requires: beyond_limits() found nothing. Left empty are a currency, a receipt medium and a
/// line's unit that are not known; left out are attributes without a key, and `bearer` beside an account token, which alone
/// counts.
[[nodiscard]] Transaction copy(const gt_transaction& transaction);
[[nodiscard]] Activity copy(const gt_activity& activity);

}  // namespace greentill::event

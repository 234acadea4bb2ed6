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

/// Holds a gt_transaction that points into a Transaction. Reused from call to call, so that it stops allocating.
class AbiView {
 public:
  /// Lifetime: until the next call, and the transaction's.
  const gt_transaction& of(const Transaction& transaction, Audience audience);

 private:
  std::tuple<std::vector<gt_quantity>, std::vector<gt_line>, std::vector<gt_attribute>> elements_;
  gt_transaction view_{};
};

/// Requires: beyond_limits() says nothing. Left out are a currency and a receipt medium that are not known, attributes without a
/// key, and `bearer` beside an account token, which counts alone.
[[nodiscard]] Transaction copy(const gt_transaction& transaction);
[[nodiscard]] Activity copy(const gt_activity& activity);

}  // namespace greentill::event

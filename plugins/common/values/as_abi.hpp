// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include "greentill/plugin.hpp"

namespace greentill::plugin {

/// Calls `use` with the transaction as an ABI struct. Lifetime: until `use` returns. Threads: pure function.
template <typename Use>
void as_abi(const Transaction& transaction, Use&& use) {
  const gt_inlet inlet{sizeof(gt_inlet), &use,
                       [](void* context, const gt_transaction* given, gt_text /*where*/, gt_text /*position*/) -> std::int32_t {
                         (*static_cast<std::remove_reference_t<Use>*>(context))(*given);
                         return GT_OK;
                       },
                       nullptr, nullptr};
  static_cast<void>(Inlet(inlet).offer(transaction, {}, {}));
}

}  // namespace greentill::plugin

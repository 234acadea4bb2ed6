// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/values/limits.hpp"

#include "daemon/event/check.hpp"
#include "plugins/common/values/as_abi.hpp"

namespace greentill::plugin {

void check_limits(const Transaction& transaction) {
  as_abi(transaction, [](const gt_transaction& given) {
    std::optional<event::Refusal> wrong = event::beyond_limits(given);
    if (!wrong) wrong = event::contradiction(given);
    if (wrong) throw Unusable(to_string(*wrong));
  });
}

}  // namespace greentill::plugin

// SPDX-License-Identifier: Apache-2.0
#include "daemon/event/standing.hpp"

namespace greentill::event {

std::string remark_of(const Transaction& transaction) {
  switch (transaction.standing) {
    case Standing::training: return "training: nothing is claimed";
    case Standing::interim: return "not final yet: nothing is claimed before the final record";
    case Standing::reprint: return "a copy: only its original is claimed";
    case Standing::doubtful:
      return transaction.remark.empty() ? "its source doubts it" : "its source doubts it: " + transaction.remark;
    case Standing::final: break;
  }
  return {};
}

}  // namespace greentill::event

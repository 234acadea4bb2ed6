// SPDX-License-Identifier: Apache-2.0
// How something is refused that an account stands against. Private to accounts/.
#pragma once

#include <string>

#include "daemon/base/error.hpp"
#include "tools/credit-service/holdings/account.hpp"

namespace greentill::credit {

/// `what` goes on behind the account's id.
inline Failure<Error> refused(const Account& account, const std::string& what) {
  return fail(ErrorCode::conflict, "account " + account.id + ' ' + what);
}

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
// A root that takes the place of the one before (RFC 4210, 4.4): its key is new, its name is not, and each certifies the other.
// docs/enrolment.md, "A new root". Threads: one.
#pragma once

#include <cstdint>
#include <filesystem>

#include "daemon/base/error.hpp"

namespace greentill::credit {

struct NextRoot {
  std::int64_t now = 0;
  std::int64_t root_until = 0;
  std::int64_t branches_until = 0;
};

/// Makes another root in the folder, which needs the key of the one before: that one is the former from then on, and the
/// authorities below it are certified anew, under their keys. All at once or not at all. conflict where a former one stands there
/// still.
Status make_next_root(const std::filesystem::path& folder, const NextRoot& wanted);

/// Takes the former root out of the folder, with its key and the certificates that link both. not_found where there is none.
Status retire_former_root(const std::filesystem::path& folder);

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
// What config check found. Threads: one.
#pragma once

#include <string>
#include <vector>

namespace greentill::cli {

struct Findings {
  std::vector<std::string> problems;  ///< what keeps the daemon from its work, each beginning with the key that it is about
  std::vector<std::string> warnings;  ///< what will, or may
  std::vector<std::string> unseen;    ///< what this user could not look at, and so is not known
};

}  // namespace greentill::cli

// SPDX-License-Identifier: Apache-2.0
// Which of the checks that do not pass is the root cause, and which are its consequences. Threads: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "tools/cli/doctor/check.hpp"

namespace greentill::doctor {

/// Whether, where the first cause fails, the second is no news.
[[nodiscard]] bool explains(Cause root, Cause other);

struct Ranked {
  std::size_t check = 0;                    ///< its place among the checks
  std::optional<std::size_t> explained_by;  ///< the place of the failing check that explains it; none for a root
};

/// Those that do not pass and are not merely unknown: failures that nothing else explains, by their causes' order; then what
/// they explain; then warnings, likewise. Empty where all is well.
[[nodiscard]] std::vector<Ranked> rank(const Checks& checks);

/// What greentill doctor ends with: 0 where all passes, or nothing that is unknown could be known; 1 where there are warnings, or
/// something could be known; else the class of the root cause. docs/doctor.md, "Exit codes".
[[nodiscard]] int exit_code(const Checks& checks, const std::vector<Ranked>& ranked);
[[nodiscard]] int exit_code(Class one);

}  // namespace greentill::doctor

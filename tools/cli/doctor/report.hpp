// SPDX-License-Identifier: Apache-2.0
// What greentill doctor says: text for people, a document for programs. Threads: pure functions.
#pragma once

#include <string>

#include "tools/cli/doctor/check.hpp"
#include "tools/cli/doctor/rank.hpp"

namespace greentill::doctor {

/// The cause first, then what to do, what else is wrong, and every check.
[[nodiscard]] std::string report_text(const Checks& checks, const std::vector<Ranked>& ranked);

/// docs/doctor.md, "The document".
[[nodiscard]] Json report_json(const Checks& checks, const std::vector<Ranked>& ranked);

}  // namespace greentill::doctor

// SPDX-License-Identifier: Apache-2.0
// The file that a technician sends home: what was found, and what this machine is, without anything secret or anybody's. What
// goes into it is named here one by one; nothing is copied whole, and no file's content is. docs/doctor.md, "The file to send
// home". Threads: one.
#pragma once

#include <string>

#include "daemon/base/error.hpp"
#include "tools/cli/doctor/scene.hpp"

namespace greentill::doctor {

/// The file's content. `report`: as report_json() made it.
[[nodiscard]] Json collected(const Scene& scene, const Checks& checks, const Json& report);

/// Writes it, for its owner alone. A file that is there already is replaced.
[[nodiscard]] Status write_collected(const std::string& file, const Json& document);

}  // namespace greentill::doctor

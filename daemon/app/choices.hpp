// SPDX-License-Identifier: Apache-2.0
// What the configuration chooses by name from what others bring: methodologies of the folder, roots of the settings.
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "daemon/app/config.hpp"
#include "daemon/base/error.hpp"
#include "daemon/identity/settings.hpp"
#include "daemon/measure/library.hpp"

namespace greentill::app {

/// Whether each methodology that is preferred measures its activity. An error names the activity and what there is for it.
Status check_preferred(const Config& config, const measure::Library& library);

/// The broker that gave the last receipt, or else the configured one, as a URI. Requires: there is an uplink.
[[nodiscard]] std::string broker_in_use(const Config& config);

/// Under which of the settings' roots each source and the API hand in. invalid where a root that is named is none under which the
/// device claims, or none is named and there are several. Lifetime: the settings'.
Result<identity::RootChoice> choose_roots(const Config& config, const identity::Settings& settings);
/// All errors for which choose_roots() refuses; empty where it does not.
std::vector<Error> find_root_errors(const Config& config, const identity::Settings& settings);

}  // namespace greentill::app

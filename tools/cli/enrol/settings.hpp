// SPDX-License-Identifier: Apache-2.0
// The last step of an enrolment: the device's settings, where the service gives them. Private to tools/cli/enrol. Threads: one.
#pragma once

#include <filesystem>

#include "daemon/enrol/settings.hpp"
#include "tools/cli/enrol/technician.hpp"

namespace greentill::cli {

/// Fetches settings newer than those in the file and puts them there, trying again as long as patience lasts. ok also where the
/// service gives none, or none could be asked for and there are some: the technician is told. Else errors of
/// enrol::fetch_settings() and of the file.
Status fetch_settings_to(const std::filesystem::path& file, const enrol::EnrolmentOptions& options,
                         const enrol::SettingsMeans& means, Technician& technician, Random& random);

/// Writes settings that came on another way, unless those in the file are as new.
Status keep_settings(const std::filesystem::path& file, const enrol::FetchedSettings& settings, const identity::Vault& vault,
                     Technician& technician, Random& random);

}  // namespace greentill::cli

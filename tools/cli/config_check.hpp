// SPDX-License-Identifier: Apache-2.0
// The daemon's configuration, read by the daemon's own reader: to check it, and to find the daemon that it describes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "daemon/app/config.hpp"
#include "tools/cli/daemon_client.hpp"
#include "tools/cli/output.hpp"

namespace greentill::cli {

inline constexpr const char* kDefaultConfig = "/etc/greentill/greentill.toml";

/// Reads the file, then looks whether everything it names is there. Every problem is told, except that a text which cannot be
/// read tells its first alone. Nothing is opened for writing, no network used.
ExitCode check_config(const std::filesystem::path& file, const Output& output);

/// What is wrong with what the configuration names; empty where nothing is.
[[nodiscard]] std::vector<std::string> find_problems(const app::Config& config);

struct EndpointOptions {
  std::string url;         ///< empty: as the configuration says, or kDefaultUrl
  std::string token_file;  ///< empty: as the configuration says, or none
  std::string config;      ///< empty: kDefaultConfig where it can be read
};
/// Whom to ask, and with which token. A token file that was not asked for and cannot be read is no token: reading needs none.
[[nodiscard]] Result<Endpoint> find_endpoint(const EndpointOptions& options);

}  // namespace greentill::cli

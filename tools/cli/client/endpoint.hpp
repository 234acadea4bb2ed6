// SPDX-License-Identifier: Apache-2.0
// Which daemon a command talks to.
#pragma once

#include <string>

#include "tools/cli/client/daemon_client.hpp"

namespace greentill::cli {

inline constexpr const char* kDefaultConfig = "/etc/greentill/greentill.toml";

struct EndpointOptions {
  std::string url;         ///< empty: the configuration's, or kDefaultUrl
  std::string token_file;  ///< empty: the configuration's, or none
  std::string config;      ///< empty: kDefaultConfig, where it can be read
};
/// The daemon's URL and the token. Where the user named no token file and the configuration's cannot be read, there is no token:
/// reading needs none.
[[nodiscard]] Result<Endpoint> find_endpoint(const EndpointOptions& options);

}  // namespace greentill::cli

// SPDX-License-Identifier: Apache-2.0
// Which daemon a command speaks with.
#pragma once

#include <string>

#include "tools/cli/client/daemon_client.hpp"

namespace greentill::cli {

inline constexpr const char* kDefaultConfig = "/etc/greentill/greentill.toml";

struct EndpointOptions {
  std::string url;         ///< empty: as the configuration says, or kDefaultUrl
  std::string token_file;  ///< empty: as the configuration says, or none
  std::string config;      ///< empty: kDefaultConfig where it can be read
};
/// Whom to ask, and with which token. A token file that was not asked for and cannot be read is no token: reading needs none.
[[nodiscard]] Result<Endpoint> find_endpoint(const EndpointOptions& options);

}  // namespace greentill::cli

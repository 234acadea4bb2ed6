// SPDX-License-Identifier: Apache-2.0
// The text of a configuration, and what is said of it.
#pragma once

#include <string>
#include <string_view>

#include "daemon/app/config.hpp"

namespace greentill::app::config_test {

inline const Installation kInstallation{"/opt/lib/greentill/plugins", "/opt/bin/greentill-plugin-host"};

inline constexpr const char* kLeast = R"(
[device]
state = "state"
[identity]
key = "d.key"
certificate = "d.crt"
settings = "settings.toml"
[methodologies]
folder = "methodologies"
)";

inline constexpr std::string_view kOwnFiles = "key = \"d.key\"\ncertificate = \"d.crt\"\n";

inline Result<Config> parse(const std::string& text) {
  return parse_config(text, "greentill.toml", "/etc/greentill", kInstallation);
}

inline std::string message_of(const std::string& text) {
  const auto config = parse(text);
  return config ? "accepted" : config.error().message;
}

}  // namespace greentill::app::config_test

// SPDX-License-Identifier: Apache-2.0
// Any text is a configuration or a refusal that names the file; what is read keeps the ranges that the file's page states.
#include <cstdlib>

#include "daemon/app/config.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace greentill;
  static const app::Installation kInstallation{"/nowhere/plugins", "/nowhere/greentill-plugin-host"};
  const auto config = app::parse_config(as_text({data, size}), "greentill.toml", "/nowhere", kInstallation);
  if (!config) {
    if (config.error().message.rfind("greentill.toml:", 0) != 0) std::abort();
    return 0;
  }
  if (config->api_root.size() > 32 || config->keep_days < 1 || config->api.threads < 4) std::abort();
  return 0;
}

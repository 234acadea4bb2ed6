// SPDX-License-Identifier: Apache-2.0
// device settings: the file that a device reads.
#include "daemon/base/file.hpp"
#include "tools/credit-service/cli/opening.hpp"
#include "tools/credit-service/cli/registry_change.hpp"

namespace greentill::credit {

Status write_device_settings(const std::filesystem::path& path, const Given& given, const Output& output) {
  const auto config = load_config(path);
  if (!config) return Failure{config.error()};
  const auto key = load_programme_key(*config);
  if (!key) return Failure{key.error()};
  const std::string& id = given["id"];
  DeviceSettings settings;
  Status changed = change(path, given, [&](Registry& registry) -> Status {
    auto made = registry.write_settings(id, key->view(), crypto::hasher());
    if (!made) return Failure{made.error()};
    settings = std::move(*made);
    return Done{};
  });
  if (!changed) return changed;
  const std::string& file = given["out"];
  Json json{{"device", id}, {"number", settings.number}};
  if (file.empty()) {
    json["settings"] = settings.text.text();
    output.answer(json, settings.text.text());
    return Done{};
  }
  if (Status written = write_file_durably(file, settings.text.text(), 0600); !written) return written;
  json["file"] = file;
  output.answer(json,
                "the settings " + std::to_string(settings.number) + " of " + printable(id) + " are in " + printable(file) + '\n');
  return Done{};
}

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
#include "firmware/files/lock_settings.hpp"

#include "daemon/base/hex.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/toml/table.hpp"
#include "firmware/core/little_endian.hpp"

namespace greentill::firmware {

std::string lock_settings_text(const LockSettings& settings) {
  std::string text =
      "# Settings of one lock, signed by its programme: a dock, or greentill lock configure, hands them to it.\nlock = \"" +
      settings.lock + "\"\nnumber = " + std::to_string(settings.settings.number) + '\n';
  for (const LockSettingRange& one : kLockSettings) {
    text += std::string(one.key) + " = " + std::to_string(one.get(settings.settings.settings)) + '\n';
  }
  text += std::string(kOnlyLicensedDocks) + (settings.settings.settings.only_licensed_docks ? " = true\n" : " = false\n");
  return text + "signature = \"" + to_hex(settings.settings.signature) + "\"\n";
}

Result<LockSettings> parse_lock_settings(std::string_view text, const std::string& name) {
  return toml::load(text, name, [](const toml::Table& root) {
    LockSettings read;
    read.lock = root.filled_text("lock");
    if (!claim::is_device_id(read.lock)) root.wrong("lock", "is no lock's id");
    read.settings.number = static_cast<std::uint16_t>(root.integer("number", 1, 65'535));
    for (const LockSettingRange& one : kLockSettings) {
      one.set(read.settings.settings, root.integer(one.key, one.least, one.most));
    }
    read.settings.settings.only_licensed_docks = root.boolean_or(kOnlyLicensedDocks, false);
    const auto signature = from_hex(root.filled_text("signature"));
    if (!signature || signature->size() != read.settings.signature.size()) {
      root.wrong("signature", "is not 128 hexadecimal digits");
    } else {
      std::copy(signature->begin(), signature->end(), read.settings.signature.begin());
    }
    return read;
  });
}

Bytes<76> settings_request(const SignedSettings& settings) {
  Bytes<76> content{};
  ByteWriter out(content);
  out.put(settings_bytes(settings)).put(settings.signature);
  return content;
}

}  // namespace greentill::firmware

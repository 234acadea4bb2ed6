// SPDX-License-Identifier: Apache-2.0
// lock settings: settings for one lock, signed by who signs bundles (docs/dock-link.md, "Settings").
#include "firmware/files/lock_settings.hpp"

#include <algorithm>

#include "daemon/base/file.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tools/credit-service/cli/holdings.hpp"
#include "tools/credit-service/cli/lock_image.hpp"
#include "tools/credit-service/cli/named_signer.hpp"

namespace greentill::credit {
namespace {

std::string option_of(const firmware::LockSettingRange& one) {
  std::string name(one.key);
  std::ranges::replace(name, '_', '-');
  return name;
}

Result<firmware::LockSettings> read_settings(const Given& given) {
  firmware::LockSettings wanted;
  wanted.lock = given["lock"];
  if (!claim::is_device_id(wanted.lock)) return fail(ErrorCode::invalid, "LOCK: 1 to 40 of a to z, 0 to 9 and hyphen");
  const auto number = read_number("--number", given["number"], 1, 65'535);
  if (!number) return Failure{number.error()};
  wanted.settings.number = static_cast<std::uint16_t>(*number);
  for (const firmware::LockSettingRange& one : firmware::kLockSettings) {
    const std::string option = option_of(one);
    if (given[option].empty()) continue;
    const auto value = read_number("--" + option, given[option], one.least, one.most);
    if (!value) return Failure{value.error()};
    one.set(wanted.settings.settings, *value);
  }
  wanted.settings.settings.only_licensed_docks = given.only_licensed;
  return wanted;
}

}  // namespace

Status sign_lock_settings(const std::filesystem::path& /*config*/, const Given& given, const Output& output) {
  auto wanted = read_settings(given);
  if (!wanted) return Failure{wanted.error()};
  auto signer = load_signer_for(crypto::kBundleSigningUsage, "which signs for locks", given);
  if (!signer) return Failure{signer.error()};
  const Digest digest = firmware::settings_digest(crypto::hasher(), wanted->lock, wanted->settings);
  if (!signer->signer.sign(digest, wanted->settings.signature)) return fail(ErrorCode::io, "the key cannot be used now");
  if (Status written = write_file_durably(given["out"], firmware::lock_settings_text(*wanted)); !written) return written;
  output.answer({{"lock", wanted->lock}, {"number", wanted->settings.number}, {"file", given["out"]}},
                "settings " + std::to_string(wanted->settings.number) + " for " + wanted->lock + " are in " +
                    printable(given["out"]) + "; it takes those of a higher number than it has\n");
  return Done{};
}

}  // namespace greentill::credit

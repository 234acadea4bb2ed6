// SPDX-License-Identifier: Apache-2.0
// The settings file: what a device reads of the registry, with the keys that are made of the programme's for it.
// docs/registry.md, "The settings file". Threads: pure functions.
#pragma once

#include <cstdint>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/claim/crypto.hpp"
#include "daemon/crypto/secret.hpp"
#include "tools/credit-service/registry/things.hpp"

namespace greentill::credit {

/// What a device's settings are made of.
struct SettingsSource {
  Device device;            ///< its latest assignment counts
  std::vector<Root> roots;  ///< all that this one names, in its order
  std::int64_t now = 0;     ///< by which versions are chosen: versions_of_use()
  ServiceAddress at = {};   ///< what of it is named is said
};

/// The file's text under that number. conflict where it is longer than a device reads. `programme_key`: K, 32 bytes.
Result<crypto::Secret> settings_text(const SettingsSource& source, std::uint32_t number, ByteView programme_key,
                                     const claim::Hasher& hasher);

}  // namespace greentill::credit

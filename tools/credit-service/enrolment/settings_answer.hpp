// SPDX-License-Identifier: Apache-2.0
// Which settings a device is told that asks for newer ones: docs/enrolment.md, "Beside EST". Threads: one; within the store's
// transaction.
#pragma once

#include <cstdint>
#include <string>

#include "daemon/crypto/certificate.hpp"
#include "tools/credit-service/registry/registry.hpp"

namespace greentill::credit {

struct SettingsAnswer {
  enum class Kind : std::uint8_t {
    newer,    ///< `settings`
    none,     ///< the device has the newest
    absent,   ///< this service gives none to anybody
    refused,  ///< this device is given none
  };
  Kind kind = Kind::refused;
  std::string words;  ///< why, for people at both ends
  DeviceSettings settings;
};

/// `shown`: the certificate with whose key the device proved who it is; `had`: the number of its settings. `programme_key`: K.
/// Errors: those of the store.
Result<SettingsAnswer> answer_settings(RegistryReader& reader, Registry& registry, const crypto::Certificate& shown,
                                       std::uint64_t had, std::int64_t now, ByteView programme_key, const claim::Hasher& hasher);

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
// Which device shows a certificate, and whether it is one that may be told what is for it alone. Threads: one; within the store's
// transaction, or where nothing changes meanwhile.
#pragma once

#include <cstdint>
#include <string>

#include "daemon/crypto/certificate.hpp"
#include "tools/credit-service/registry/store.hpp"

namespace greentill::credit {

struct ShownDevice {
  Device device;        ///< where `against` is empty
  std::string against;  ///< why it is told nothing, for people at both ends
};

/// `shown`: the certificate with whose key the device proved who it is. Errors: those of the store.
Result<ShownDevice> device_that_shows(KeyReader& reader, const crypto::Certificate& shown, std::int64_t now);

/// Whether a dock's licence is for that device: it works under a root of locks. Errors: likewise.
Result<bool> serves_locks(KeyReader& reader, const Device& device);

}  // namespace greentill::credit

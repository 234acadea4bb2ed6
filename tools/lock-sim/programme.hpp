// SPDX-License-Identifier: Apache-2.0
// Whom the simulated locks believe: the service's key of bundles, or one of the simulation's own. Threads: one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/claim/signed_time.hpp"
#include "firmware/core/lock.hpp"

namespace greentill::lock_sim {

class Programme {
 public:
  /// A key (PEM) and its certificate. Errors as of crypto::Signer.
  static Result<std::unique_ptr<Programme>> load(const std::string& key, const std::string& certificate);
  /// One that is kept in the folder, made where there is none.
  static Result<std::unique_ptr<Programme>> own(const std::string& folder);
  virtual ~Programme() = default;

  [[nodiscard]] const firmware::PublicPoint& point() const { return point_; }
  /// Signs settings for that lock; false where the key signs nothing.
  [[nodiscard]] bool sign_settings(const std::string& lock, firmware::SignedSettings& settings);
  /// A time's message over the nonce.
  Result<std::vector<std::uint8_t>> time(const claim::Nonce& nonce, std::int64_t unix_seconds);

 protected:
  [[nodiscard]] virtual bool sign(const Digest& digest, claim::Signature& out) = 0;
  firmware::PublicPoint point_{};
};

}  // namespace greentill::lock_sim

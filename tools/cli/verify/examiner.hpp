// SPDX-License-Identifier: Apache-2.0
// Holds single claims against certificates and methodologies that were given.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/verify/claim_check.hpp"

namespace greentill::cli {

/// What claims are held against. Threads: immutable, safe from any thread.
struct Trust {
  std::vector<crypto::Certificate> certificates;  ///< of the devices
  std::optional<crypto::Authority> authority;     ///< without one the certificates are taken as they are
  const measure::Library* methodologies = nullptr;
};

/// The claim points into the message's payload, the signer into the examiner.
struct Examined {
  std::optional<claim::Claim> claim;  ///< nothing where the payload cannot be read
  Digest payload_hash{};
  std::string_view signer;         ///< the device whose certificate it names; empty where that was not given
  std::optional<std::size_t> key;  ///< which of the keys signed it; the same for every certificate of one key
  verify::Flaws flaws;
};

/// Threads: one examiner a thread.
class Examiner {
 public:
  /// `trust` must outlive the examiner.
  static Result<Examiner> make(const Trust& trust);

  [[nodiscard]] Examined examine(const claim::Message& message) const;

 private:
  struct Device {
    verify::Signer signer;
    std::size_t key = 0;
  };

  const measure::Library* methodologies_ = nullptr;
  crypto::Hasher hasher_;
  std::map<Digest, Device> devices_;
};

}  // namespace greentill::cli

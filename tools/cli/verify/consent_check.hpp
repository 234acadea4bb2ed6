// SPDX-License-Identifier: Apache-2.0
// The operator's consent that a start carries: whether it is one, for this device, key and place, and whether a given signer made
// it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/claim/message.hpp"
#include "daemon/crypto/certificate.hpp"

namespace greentill::cli {

/// Certificates of those who sign consents and receipts for the operator. Threads: one, since verifiers keep state.
class Signers {
 public:
  /// `usage`: the extended key usage that they need for what is asked of them.
  static Result<Signers> make(const std::vector<crypto::Certificate>& certificates, std::string_view usage);

  [[nodiscard]] bool any() const { return !all_.empty(); }
  /// Why the message is not that of one of them; empty where it is.
  [[nodiscard]] std::string refusal(const claim::Hasher& hasher, const claim::Message& message) const;

 private:
  struct Signer {
    std::string name;
    bool has_usage = false;
    std::unique_ptr<claim::Verifier> verifier;
  };
  std::string_view usage_;
  std::map<Digest, Signer> all_;
};

/// What is wrong with the consent of a start; empty where nothing is, or there is none. `key`: the hash of the public key that
/// signed the start; null where that is not known. Without any signers the consent's signature is not looked at.
[[nodiscard]] std::string consent_flaw(const claim::Hasher& hasher, const claim::Claim& claim, const claim::Start& start,
                                       const Digest* key, const Signers& signers);

}  // namespace greentill::cli

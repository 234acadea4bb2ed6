// SPDX-License-Identifier: Apache-2.0
// Everything about one claim that can be judged without the claims around it: who signed it, and what it says. greentill verify
// and the credit service hold a claim against the same checks; where they know certificates from, and what they make of what is
// wrong, is their own. Threads: immutable, but for the verifier.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/claim/message.hpp"
#include "daemon/measure/library.hpp"
#include "daemon/verify/reason.hpp"

namespace greentill::verify {

struct Flaw {
  Reason reason = Reason::none;
  std::string detail;  ///< for a person
};
using Flaws = std::vector<Flaw>;

/// Whose certificate a message names.
struct Signer {
  std::string device;   ///< its common name
  std::string refused;  ///< why the certificate is not valid; empty where it is
  std::unique_ptr<claim::Verifier> verifier;
};

/// Bytes that cannot be read as a message or payload: unsupported where a newer version may have made them.
[[nodiscard]] Reason reason_of(const claim::Fault& fault);

/// Whether the signer's key made the signature, whatever there is against the certificate. `signer`: null where the certificate
/// that the message names is not known.
bool check_signature(const claim::Hasher& hasher, const claim::Message& message, const Signer* signer, Flaws& flaws);

/// The device, the account beside the claim, and every amount, which its methodology must give exactly.
void check_content(const claim::Hasher& hasher, const measure::Library& library, std::string_view device,
                   const claim::Message& message, const claim::Claim& claim, Flaws& flaws);

}  // namespace greentill::verify

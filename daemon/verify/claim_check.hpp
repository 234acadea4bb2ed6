// SPDX-License-Identifier: Apache-2.0
// Everything about one claim that can be judged without the claims around it: who signed it, and what it says. greentill verify
// and the credit service use the same checks; where they get certificates from, and what a flaw leads to, differs between them.
// Threads: immutable, but for the verifier.
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

/// The holder of the certificate that a message names.
struct Signer {
  std::string device;   ///< its common name
  std::string refused;  ///< why the certificate is not valid; empty where it is
  std::unique_ptr<claim::Verifier> verifier;
};

/// The reason for bytes that cannot be read as a message or payload: unsupported where a newer version may have made them.
[[nodiscard]] Reason reason_of(const claim::Fault& fault);

/// Whether the signer's key made the signature, even where the certificate is refused. `signer` is null where the certificate
/// that the message names is not known. Adds what is wrong to `flaws`.
bool check_signature(const claim::Hasher& hasher, const claim::Message& message, const Signer* signer, Flaws& flaws);

/// Checks the device, the account hint beside the claim, and every amount, which must equal what its methodology gives. Adds what
/// is wrong to `flaws`.
void check_content(const claim::Hasher& hasher, const measure::Library& library, std::string_view device,
                   const claim::Message& message, const claim::Claim& claim, Flaws& flaws);

}  // namespace greentill::verify

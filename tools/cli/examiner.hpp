// SPDX-License-Identifier: Apache-2.0
// Everything about one claim that can be judged without the claims around it: its certificate, its signature, its numbers.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "daemon/claim/claim.hpp"
#include "daemon/claim/message.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/measure/library.hpp"
#include "tools/cli/finding.hpp"

namespace greentill::cli {

/// What claims are held against. Threads: immutable, safe from any thread.
struct Trust {
  std::vector<crypto::Certificate> certificates;  ///< of the devices
  std::optional<crypto::Authority> authority;     ///< without one the certificates are taken as they are
  const measure::Library* methodologies = nullptr;
};

struct Flaw {
  std::string_view code;  ///< of finding.hpp
  std::string detail;
};

/// The claim points into the message's payload, the signer into the examiner.
struct Examined {
  std::optional<claim::Claim> claim;  ///< nothing where the payload cannot be read
  Digest payload_hash{};
  std::string_view signer;         ///< the device whose certificate it names; empty where that was not given
  std::optional<std::size_t> key;  ///< which of the keys signed it; the same for every certificate of one key
  std::vector<Flaw> flaws;
};

/// Threads: one examiner a thread.
class Examiner {
 public:
  /// `trust` must outlive the examiner.
  static Result<Examiner> make(const Trust& trust);

  [[nodiscard]] Examined examine(const claim::Message& message);

 private:
  struct Device {
    std::string name;
    std::size_t key = 0;
    std::optional<Error> refused;
    std::unique_ptr<claim::Verifier> verifier;
  };

  Device* check_signature(const claim::Message& message, Examined& into);
  [[nodiscard]] bool names_account(const claim::Reduction* reduction, const claim::AccountHint& account) const;
  void check_arithmetic(const claim::Reduction& reduction, Examined& into) const;

  const measure::Library* methodologies_ = nullptr;
  crypto::Hasher hasher_;
  std::map<Digest, Device> devices_;
};

}  // namespace greentill::cli

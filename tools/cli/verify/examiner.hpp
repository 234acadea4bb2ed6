// SPDX-License-Identifier: Apache-2.0
// Checks single claims against the certificates and methodologies that were given.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/verify/lock_file.hpp"
#include "daemon/verify/lock_statement.hpp"
#include "tools/cli/verify/consent_check.hpp"

namespace greentill::cli {

/// What claims are checked against. Threads: immutable, safe from any thread.
struct Trust {
  std::vector<crypto::Certificate> certificates;  ///< of the devices
  std::optional<crypto::Authority> authority;     ///< none: the certificates are trusted as they are
  std::vector<crypto::Certificate>
      signers;  ///< of consents, receipts and bundles; none: the first two's signatures are not looked at
  std::optional<std::vector<verify::ListedLock>>
      locks;  ///< none: of what locks signed it is seen alone whether the claim says it
  const measure::Library* methodologies = nullptr;
};

/// What was found out about one message. `claim` points into the message's payload, `signer` into the examiner.
struct Examined {
  std::optional<claim::Claim> claim;  ///< nothing where the payload cannot be read
  Digest payload_hash{};
  std::string_view signer;  ///< the device of the certificate that the message names; empty where that certificate was not given
  /// A number for the key that the certificate it names is for, the same for all certificates of one key; nothing unless that one
  /// was given, is accepted and is the claim's device's.
  std::optional<std::size_t> named_key;
  std::optional<std::size_t> key;  ///< likewise, where that key signed it, even if the certificate is not accepted
  verify::Flaws flaws;
};

/// Threads: one examiner a thread.
class FileExaminer {
 public:
  /// `trust` must outlive the examiner.
  static Result<FileExaminer> make(const Trust& trust);

  [[nodiscard]] Examined examine(const claim::Message& message) const;

 private:
  struct Device {
    verify::Signer signer;
    std::size_t key = 0;
    Digest key_hash{};
  };

  void check_in_force(const claim::Reduction& act, verify::Flaws& flaws) const;
  Status add_locks(const std::vector<verify::ListedLock>& locks);
  void examine_evidence(const claim::Claim& claim, verify::Flaws& flaws) const;

  const measure::Library* methodologies_ = nullptr;
  crypto::Hasher hasher_;
  Signers consent_signers_;
  std::map<Digest, Device> devices_;
  bool knows_locks_ = false;
  std::map<std::string, verify::StatementSigner, std::less<>> locks_;
  std::map<std::uint32_t, std::string> lock_roots_;  // under which active ones stand
};

}  // namespace greentill::cli

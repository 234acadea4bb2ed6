// SPDX-License-Identifier: Apache-2.0
// Who the device is, and whom it trusts: its key and certificate, the certificates that may sign receipts, the programme's key.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "daemon/base/error.hpp"
#include "daemon/claim/crypto.hpp"
#include "daemon/claim/message.hpp"
#include "daemon/crypto/secret.hpp"

namespace greentill::identity {

class DeviceIdentity {
 public:
  /// Loads an EC P-256 private key (PEM or DER) and the certificate chain, device certificate first. Refuses a key that does not
  /// fit the certificate, another curve, a common name that is no device id, and a key file that others than its owner can read.
  static Result<std::unique_ptr<DeviceIdentity>> load(const std::filesystem::path& key, const std::filesystem::path& certificate);
  virtual ~DeviceIdentity() = default;
  /// The certificate's common name.
  [[nodiscard]] virtual const std::string& device_id() const = 0;
  [[nodiscard]] virtual const Digest& thumbprint() const = 0;
  /// Unix seconds.
  [[nodiscard]] virtual std::int64_t not_before() const = 0;
  [[nodiscard]] virtual std::int64_t not_after() const = 0;
  /// Whether this key signed the message, under whichever certificate.
  [[nodiscard]] virtual bool has_signed(const claim::Message& message) = 0;
  /// The device's signer. Threads: one at a time.
  virtual claim::Signer& signer() = 0;
};

/// Certificates whose holders may sign receipts. Threads: one thread.
class ReceiptTrust {
 public:
  /// `authorities` and `certificates` are PEM files of one or more certificates. A certificate that does not chain to an
  /// authority, or lacks crypto::kReceiptSigningUsage, is refused by name. Validity times are not checked: a device whose clock
  /// was never set must take receipts too; to end a certificate's trust, take it out of the file.
  static Result<std::unique_ptr<ReceiptTrust>> load(const std::filesystem::path& authorities,
                                                    const std::filesystem::path& certificates);
  virtual ~ReceiptTrust() = default;
  /// Whether one of the certificates signed the message; denied, with which x5t was asked for, where none did.
  virtual Status verify(const claim::Message& message) = 0;
};

/// The programme's secret under which nullifiers are made: a file of one line "<version> <64 hex digits>" that only its owner can
/// read.
struct ProgrammeKey {
  std::uint64_t version = 0;
  crypto::Secret key;
};
Result<ProgrammeKey> load_programme_key(const std::filesystem::path& path);

}  // namespace greentill::identity

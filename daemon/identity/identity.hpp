// SPDX-License-Identifier: Apache-2.0
// The device's key and certificate, and the certificates it trusts, on mbedTLS (in no public header).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/claim/crypto.hpp"
#include "daemon/claim/message.hpp"

namespace greentill::identity {

/// SHA-256 and HMAC by mbedTLS. Threads: safe from any thread.
const claim::Hasher& hasher();

/// The extended key usage that a certificate needs to sign receipts (dotted OID, in the UUID arc 2.25).
inline constexpr std::string_view kReceiptSigningUsage = "2.25.207861434512389410537416087632598513417";

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
  /// A signer with RFC 6979 nonces and its own copy of the curve's tables: one a thread. The identity must outlive it.
  virtual std::unique_ptr<claim::Signer> new_signer() = 0;
};

/// Certificates whose holders may sign receipts. Threads: one thread.
class ReceiptTrust {
 public:
  /// `authorities` and `certificates` are PEM files of one or more certificates. A certificate that does not chain to an
  /// authority, or lacks kReceiptSigningUsage, is refused by name. Validity times are not checked: a device whose clock was never
  /// set must take receipts too; to end a certificate's trust, take it out of the file.
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
  Digest key{};
};
Result<ProgrammeKey> load_programme_key(const std::filesystem::path& path);

}  // namespace greentill::identity

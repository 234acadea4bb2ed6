// SPDX-License-Identifier: Apache-2.0
// Who the device is, and whom it trusts: its key and certificate, the certificates that may sign receipts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "daemon/base/error.hpp"
#include "daemon/claim/crypto.hpp"
#include "daemon/claim/message.hpp"
#include "daemon/identity/vault.hpp"

namespace greentill::crypto {
class Certificate;
}

namespace greentill::identity {

/// The device's private key and certificate. Threads: one at a time; the const calls run concurrently.
class DeviceIdentity {
 public:
  /// Loads a P-256 private key (PEM or DER; sealed where the vault opens it) and the certificates, the device's own first.
  /// not_found or io where a file cannot be read; denied where others than its owner can read the key's file; invalid where the
  /// key is on another curve or does not belong to the certificate, or the common name is no device id. Validity times are not
  /// checked.
  static Result<std::unique_ptr<DeviceIdentity>> load(const std::filesystem::path& key, const std::filesystem::path& certificate,
                                                      const Vault& vault = {});
  virtual ~DeviceIdentity() = default;
  /// The device's id: the certificate's common name. Lifetime: this object's.
  [[nodiscard]] virtual const std::string& device_id() const = 0;
  /// SHA-256 of the certificate's DER, by which messages name it (x5t). Lifetime: this object's.
  [[nodiscard]] virtual const Digest& thumbprint() const = 0;
  /// The certificate's validity in Unix seconds, both ends inclusive.
  [[nodiscard]] virtual std::int64_t not_before() const = 0;
  [[nodiscard]] virtual std::int64_t not_after() const = 0;
  /// What the device signs under. Lifetime: this object's.
  [[nodiscard]] virtual const crypto::Certificate& certificate() const = 0;
  /// Goes on under another certificate for the same key, from the next signature on. invalid where it is another key's or
  /// device's. Threads: safe from any thread.
  virtual Status renewed(const crypto::Certificate& by) = 0;
  /// Whether this key signed the message, under whatever certificate the message names.
  [[nodiscard]] virtual bool has_signed(const claim::Message& message) = 0;
  /// The signer with the device's key. Lifetime: this object's. Threads: one at a time.
  virtual claim::Signer& signer() = 0;
};

/// The certificates whose holders may sign receipts. Threads: one thread, but for not_after().
class ReceiptTrust {
 public:
  /// Loads two PEM files of one or more certificates each; an intermediate authority's in `certificates` is a member of the
  /// others' paths. denied, naming the certificate, where one does not chain to an authority or lacks
  /// crypto::kReceiptSigningUsage; not_found, io or invalid where a file cannot be read. Validity times are not checked: a device
  /// whose clock was never set must take receipts too. To end a certificate's trust, take it out of the file.
  static Result<std::unique_ptr<ReceiptTrust>> load(const std::filesystem::path& authorities,
                                                    const std::filesystem::path& certificates);
  virtual ~ReceiptTrust() = default;
  /// Reads both files anew. After an error those before are trusted still.
  virtual Status reload() = 0;
  /// The last second at which one of the certificates is valid, in Unix seconds. Threads: safe from any thread.
  [[nodiscard]] virtual std::int64_t not_after() const = 0;
  /// ok where one of the certificates signed the message. not_found where it names none of them, which a renewed one is until it
  /// is in their file; denied where it was not signed with the key of the one that it names. Both name the x5t.
  virtual Status verify(const claim::Message& message) = 0;
};

}  // namespace greentill::identity

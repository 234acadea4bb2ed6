// SPDX-License-Identifier: Apache-2.0
// The folder that holds a device's identity in two slots, a and b: each has a private key and its certificate. The link `current`
// names the one that is in use. A new identity is written to the other, tried, and promoted by replacing the link, which is one
// step: before it the old identity is whole, after it the new one, whatever ends the process or the power in between.
// docs/identity.md, "Two slots". Threads: one at a time, of one process at a time; Slots::lock() keeps others out.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/descriptor.hpp"
#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/secret.hpp"
#include "daemon/identity/vault.hpp"

namespace greentill::identity {

enum class Slot : char { a = 'a', b = 'b' };
[[nodiscard]] constexpr Slot other(Slot slot) { return slot == Slot::a ? Slot::b : Slot::a; }

class Slots {
 public:
  explicit Slots(std::filesystem::path folder) : folder_(std::move(folder)) {}

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  /// Where the identity in use is, over the link.
  [[nodiscard]] std::filesystem::path current_key() const { return folder_ / "current" / "device.key"; }
  [[nodiscard]] std::filesystem::path current_certificate() const { return folder_ / "current" / "device.crt"; }
  [[nodiscard]] std::filesystem::path key(Slot slot) const { return in(slot) / "device.key"; }
  [[nodiscard]] std::filesystem::path certificate(Slot slot) const { return in(slot) / "device.crt"; }
  /// PEM: the authorities that were confirmed at enrolment, or that have followed these.
  [[nodiscard]] std::filesystem::path anchors() const { return folder_ / "authorities.pem"; }
  /// PEM: those that are to follow, while they are tried.
  [[nodiscard]] std::filesystem::path next_anchors() const { return folder_ / "authorities.next"; }
  /// The server that answered last in place of the configured one: a line with its URL, and the configured one's.
  [[nodiscard]] std::filesystem::path server() const { return folder_ / "server"; }
  /// PEM: who signs bundles and times, as the server said it last.
  [[nodiscard]] std::filesystem::path signers() const { return folder_ / "signers.pem"; }
  /// The message by which locks know this device as a dock. No secret: it is good with the device's key alone.
  [[nodiscard]] std::filesystem::path licence() const { return folder_ / "licence"; }

  /// Makes the folders that are missing, open to their owner alone. io where that fails.
  [[nodiscard]] Status prepare() const;
  /// Keeps other processes from changing the folder as long as the descriptor lives; conflict where one does so now.
  [[nodiscard]] Result<Descriptor> lock() const;
  /// The slot in use; nothing before the first promotion. corrupt where the link names no slot.
  [[nodiscard]] Result<std::optional<Slot>> current() const;
  /// The slot that is not in use.
  [[nodiscard]] Result<Slot> spare() const;

  /// Writes a key to a slot durably, and takes away the certificate there, in an order that never leaves a certificate beside a
  /// key that is not its own. Requires: it is not in use.
  [[nodiscard]] Status store_key(Slot slot, const Vault& vault, ByteView key, Random& random) const;
  /// The certificate first, its issuers' behind it. Requires: the slot is not in use, and has the certificate's key.
  [[nodiscard]] Status store_certificate(Slot slot, std::string_view pem) const;
  /// Takes the certificate away, so that the slot's key waits for another one.
  [[nodiscard]] Status drop_certificate(Slot slot) const;
  /// Makes the slot the one in use: durable when this returns. On failure the other one still is.
  [[nodiscard]] Status promote(Slot slot) const;
  /// Puts next_anchors() in the place of anchors() in one step, likewise. Requires: the former is durable.
  [[nodiscard]] Status promote_anchors() const;

 private:
  [[nodiscard]] std::filesystem::path in(Slot slot) const { return folder_ / std::string(1, static_cast<char>(slot)); }

  std::filesystem::path folder_;
};

/// A file in memory that no other program sees and no core dump holds, which cannot be changed: for a library that reads a key by
/// its path alone. Lifetime: the path is good in this process as long as the object.
class MemoryFile {
 public:
  static Result<MemoryFile> of(ByteView content);
  [[nodiscard]] std::filesystem::path path() const;
  /// The path leads to the other's content from now on. io where the system does not let it.
  [[nodiscard]] Status become(const MemoryFile& other);

 private:
  explicit MemoryFile(Descriptor file) : file_(std::move(file)) {}
  Descriptor file_;
};

}  // namespace greentill::identity

// SPDX-License-Identifier: Apache-2.0
// How this device keeps its secrets: as files that their owner alone may open, or sealed under one wrapping key that systemd
// hands over as a credential. docs/identity.md, "Keys at rest". Threads: const calls run concurrently, for different files.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/crypto/sealed.hpp"
#include "daemon/crypto/secret_file.hpp"

namespace greentill::identity {

/// The names under which the secrets are sealed: one cannot be put in another's place.
inline constexpr std::string_view kDeviceKeyName = "device.key";
inline constexpr std::string_view kSettingsName = "settings";
inline constexpr std::string_view kBearerKeyName = "bearer.key";
inline constexpr std::string_view kApiTokenName = "api.token";
inline constexpr std::string_view kCodeName = "enrolment.code";

/// Whether it holds a sealed secret; false where it cannot be read.
[[nodiscard]] bool is_sealed_file(const std::filesystem::path& path);

class Vault {
 public:
  /// Keeps secrets as files.
  Vault() = default;
  /// With the wrapping key of that credential, which lies in the folder that $CREDENTIALS_DIRECTORY names (systemd.exec(5),
  /// "CREDENTIALS"); of the empty name: keeps secrets as files. not_found where there is no such credential; invalid where it is
  /// no wrapping key.
  static Result<Vault> open(const std::string& credential);
  /// With that key.
  explicit Vault(crypto::WrappingKey key) : key_(std::move(key)) {}

  [[nodiscard]] bool seals() const { return key_.has_value(); }
  /// The secret that the file holds, sealed or not. Errors of crypto::read_secret() and crypto::WrappingKey::open(), with the
  /// path; denied where the file is sealed and there is no wrapping key here. A sealed file may be open to others.
  [[nodiscard]] Result<crypto::Secret> read(const std::filesystem::path& path, std::string_view name,
                                            crypto::Shared shared = crypto::Shared::with_nobody) const;
  /// Replaces the file durably, in one step; sealed where there is a wrapping key. Mode 0600.
  [[nodiscard]] Status write(const std::filesystem::path& path, std::string_view name, ByteView secret, Random& random) const;
  /// Seals the file where there is a wrapping key and it is not sealed yet; true where that was done.
  [[nodiscard]] Result<bool> seal_in_place(const std::filesystem::path& path, std::string_view name, Random& random) const;
  /// As crypto::load_or_create_secret().
  [[nodiscard]] Result<crypto::Secret> load_or_create(const std::filesystem::path& path, std::string_view name, Random& random,
                                                      crypto::Shared shared = crypto::Shared::with_nobody) const;

 private:
  std::optional<crypto::WrappingKey> key_;
};

}  // namespace greentill::identity

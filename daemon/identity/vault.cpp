// SPDX-License-Identifier: Apache-2.0
#include "daemon/identity/vault.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

#include "daemon/base/descriptor.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/saved_text.hpp"

namespace greentill::identity {
namespace {

constexpr std::size_t kMostFileBytes = 20u << 10;
constexpr std::size_t kHexSecretBytes = 32;

}  // namespace

bool is_sealed_file(const std::filesystem::path& path) {
  // No more than that is read: a secret in plain must not come into memory that is not wiped.
  Bytes<6> begin{};
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const ssize_t size = file ? ::read(file.get(), begin.data(), begin.size()) : 0;
  const bool sealed = size > 0 && crypto::is_sealed(ByteView(begin).first(static_cast<std::size_t>(size)));
  crypto::wipe(begin);
  return sealed;
}

Result<Vault> Vault::open(const std::string& credential) {
  if (credential.empty()) return Vault();
  const std::string what = "the wrapping key (identity.wrapping_key = \"" + credential + "\")";
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr || *folder == '\0') {
    return fail(ErrorCode::not_found, what +
                                          ": CREDENTIALS_DIRECTORY is not set: start this as a service of systemd with "
                                          "LoadCredentialEncrypted=" +
                                          credential + ":FILE");
  }
  // systemd gives the file to its user by an access control list, which the mode shows as a group's right.
  const auto content = crypto::read_secret(std::filesystem::path(folder) / credential, crypto::Shared::with_programs);
  if (!content) return Failure{content.error().with_context(what)};
  auto key = crypto::WrappingKey::from(content->view());
  if (!key) return Failure{key.error().with_context(what)};
  return Vault(std::move(*key));
}

Result<crypto::Secret> Vault::read(const std::filesystem::path& path, std::string_view name, crypto::Shared shared) const {
  if (!is_sealed_file(path)) return crypto::read_secret(path, shared);
  if (!key_) {
    return fail(ErrorCode::denied, path.string() +
                                       ": is sealed, and there is no wrapping key here to open it with; name the "
                                       "credential in identity.wrapping_key");
  }
  const auto sealed = read_file(path, kMostFileBytes);
  if (!sealed) return Failure{sealed.error()};
  auto opened = key_->open(name, as_bytes(*sealed));
  if (!opened) return Failure{opened.error().with_context(path.string())};
  return opened;
}

Status Vault::write(const std::filesystem::path& path, std::string_view name, ByteView secret, Random& random) const {
  if (!key_) return write_file_durably(path, as_text(secret), 0600);
  const auto sealed = key_->seal(name, secret, random);
  if (!sealed) return Failure{sealed.error().with_context(path.string())};
  return write_file_durably(path, as_text(*sealed), 0600);
}

Result<bool> Vault::seal_in_place(const std::filesystem::path& path, std::string_view name, Random& random) const {
  if (!key_ || is_sealed_file(path)) return false;
  const auto secret = crypto::read_secret(path);
  if (!secret) return Failure{secret.error()};
  if (Status written = write(path, name, secret->view(), random); !written) return Failure{written.error()};
  return true;
}

Result<crypto::Secret> Vault::load_or_create(const std::filesystem::path& path, std::string_view name, Random& random,
                                             crypto::Shared shared) const {
  if (!key_ && !is_sealed_file(path)) return crypto::load_or_create_secret(path, random, shared);
  const auto stored = read(path, name, shared);
  if (stored) {
    auto secret = crypto::secret_from_hex(only_line(stored->text()), kHexSecretBytes);
    if (secret) return secret;
    return fail(ErrorCode::corrupt, path.string() + ": " + secret.error().message + "; restore it from a backup or remove it");
  }
  if (stored.error().code != ErrorCode::not_found) return Failure{stored.error()};
  crypto::Secret secret(kHexSecretBytes);
  random.fill(secret.bytes());
  if (Status written = write(path, name, crypto::hex_of(secret.view()).view(), random); !written) return Failure{written.error()};
  return secret;
}

}  // namespace greentill::identity

// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/sealed.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "daemon/base/hex.hpp"
#include "daemon/base/saved_text.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/owned.hpp"
#include "daemon/crypto/secret_file.hpp"

namespace greentill::crypto {
namespace {

using OwnedCipher = Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

constexpr std::string_view kMagic = "GTSEAL";
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kMostSealedBytes = 16u << 10;
constexpr std::size_t kIdAt = kMagic.size() + 1;
constexpr std::size_t kNameAt = kIdAt + WrappingKey::kIdBytes;

/// Magic, version, key id and name with its length: what is authenticated besides the secret.
std::vector<std::uint8_t> head_of(ByteView id, std::string_view name) {
  std::vector<std::uint8_t> head(kNameAt + 1 + name.size());
  std::ranges::copy(kMagic, head.begin());
  head[kMagic.size()] = kVersion;
  std::ranges::copy(id, head.begin() + static_cast<std::ptrdiff_t>(kIdAt));
  head[kNameAt] = static_cast<std::uint8_t>(name.size());
  std::ranges::copy(name, head.begin() + static_cast<std::ptrdiff_t>(kNameAt + 1));
  return head;
}

int length(ByteView bytes) { return static_cast<int>(bytes.size()); }

bool encrypt(ByteView key, ByteView nonce, ByteView head, ByteView secret, std::uint8_t* out, std::uint8_t* tag) {
  const OwnedCipher cipher(EVP_CIPHER_CTX_new());
  int size = 0;
  return cipher && EVP_EncryptInit_ex2(cipher.get(), EVP_aes_256_gcm(), key.data(), nonce.data(), nullptr) == 1 &&
         EVP_EncryptUpdate(cipher.get(), nullptr, &size, head.data(), length(head)) == 1 &&
         EVP_EncryptUpdate(cipher.get(), out, &size, secret.data(), length(secret)) == 1 &&
         EVP_EncryptFinal_ex(cipher.get(), out + size, &size) == 1 &&
         EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag) == 1;
}

bool decrypt(ByteView key, ByteView nonce, ByteView head, ByteView sealed, ByteView tag, std::uint8_t* out) {
  const OwnedCipher cipher(EVP_CIPHER_CTX_new());
  int size = 0;
  // OpenSSL takes the tag to compare with as a pointer that it does not write through.
  return cipher && EVP_DecryptInit_ex2(cipher.get(), EVP_aes_256_gcm(), key.data(), nonce.data(), nullptr) == 1 &&
         EVP_DecryptUpdate(cipher.get(), nullptr, &size, head.data(), length(head)) == 1 &&
         EVP_DecryptUpdate(cipher.get(), out, &size, sealed.data(), length(sealed)) == 1 &&
         EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, const_cast<std::uint8_t*>(tag.data())) == 1 &&
         EVP_DecryptFinal_ex(cipher.get(), out + size, &size) == 1;
}

}  // namespace

bool is_sealed(ByteView bytes) { return as_text(bytes).starts_with(kMagic); }

Result<WrappingKey> WrappingKey::from(ByteView content) {
  WrappingKey made;
  if (content.size() == kBytes) {
    made.key_ = Secret(content);
  } else {
    auto read = secret_from_hex(only_line(as_text(content)), kBytes);
    if (!read) return fail(ErrorCode::invalid, "is no wrapping key: that is 32 bytes, or 64 hexadecimal digits");
    made.key_ = std::move(*read);
  }
  const Digest told = hasher().hmac_sha256(made.key_.view(), {as_bytes("greentill wrapping key id")});
  std::copy_n(told.begin(), kIdBytes, made.id_.begin());
  return made;
}

std::string WrappingKey::id() const { return to_hex(id_); }

Result<std::vector<std::uint8_t>> WrappingKey::seal(std::string_view name, ByteView secret, Random& random) const {
  if (name.empty() || name.size() > 255 || secret.size() > kMostSealedBytes) {
    return fail(ErrorCode::invalid,
                "a secret of " + std::to_string(secret.size()) + " bytes cannot be sealed; 16384 are the most");
  }
  std::vector<std::uint8_t> sealed = head_of(id_, name);
  const std::size_t head_bytes = sealed.size();
  sealed.resize(head_bytes + kNonceBytes + secret.size() + kTagBytes);
  const MutableBytes nonce = MutableBytes(sealed).subspan(head_bytes, kNonceBytes);
  random.fill(nonce);
  std::uint8_t* const body = sealed.data() + head_bytes + kNonceBytes;
  if (!encrypt(key_.view(), nonce, ByteView(sealed).first(head_bytes), secret, body, body + secret.size())) {
    return openssl_failure(ErrorCode::bug, "OpenSSL does not encrypt with AES-256-GCM");
  }
  return sealed;
}

Result<Secret> WrappingKey::open(std::string_view name, ByteView sealed) const {
  if (!is_sealed(sealed)) return fail(ErrorCode::invalid, "is not sealed");
  if (sealed.size() <= kNameAt) return fail(ErrorCode::corrupt, "is cut short");
  if (sealed[kMagic.size()] != kVersion) {
    return fail(ErrorCode::unsupported, "was sealed by a newer version of Greentill, in version " +
                                            std::to_string(sealed[kMagic.size()]) + " of its format; this one knows version 1");
  }
  const ByteView id = sealed.subspan(kIdAt, kIdBytes);
  if (!std::ranges::equal(id, id_)) {
    return fail(ErrorCode::denied,
                "was sealed under another wrapping key, with the id " + to_hex(id) + ", and the one here has the id " +
                    this->id() +
                    ". Was the TPM cleared, or the disk put into another machine? Give the former key back, or "
                    "enrol the device with a new code as its own replacement");
  }
  const std::size_t named = sealed[kNameAt];
  const std::size_t head_bytes = kNameAt + 1 + named;
  if (sealed.size() < head_bytes + kNonceBytes + kTagBytes) return fail(ErrorCode::corrupt, "is cut short");
  const std::string_view stored = as_text(sealed.subspan(kNameAt + 1, named));
  if (stored != name) return fail(ErrorCode::corrupt, "holds another secret than '" + std::string(name) + "'; restore it");
  const ByteView rest = sealed.subspan(head_bytes);
  const ByteView body = rest.subspan(kNonceBytes, rest.size() - kNonceBytes - kTagBytes);
  if (body.size() > kMostSealedBytes) return fail(ErrorCode::corrupt, "is larger than a sealed secret can be");
  Secret secret(body.size());
  if (!decrypt(key_.view(), rest.first(kNonceBytes), sealed.first(head_bytes), body, rest.last(kTagBytes),
               secret.bytes().data())) {
    ERR_clear_error();
    return fail(ErrorCode::corrupt, "is damaged, and cannot be opened; restore it");
  }
  return secret;
}

}  // namespace greentill::crypto

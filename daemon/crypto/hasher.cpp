// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>

#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/owned.hpp"
#include "daemon/crypto/secret.hpp"

namespace greentill::crypto {
namespace {

constexpr std::size_t kBlockBytes = 64;

void require(int result) {
  if (result != 1) std::abort();
}

// Fetched once: looking the algorithm up takes longer than hashing a claim.
const EVP_MD* sha256_algorithm() {
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (algorithm == nullptr) std::abort();
  return algorithm;
}

EVP_MD_CTX* begin_digest() {
  thread_local const OwnedDigestContext context(EVP_MD_CTX_new());
  if (!context) std::abort();
  require(EVP_DigestInit_ex2(context.get(), sha256_algorithm(), nullptr));
  return context.get();
}

void update(EVP_MD_CTX* context, ByteView part) { require(EVP_DigestUpdate(context, part.data(), part.size())); }

Digest finish(EVP_MD_CTX* context) {
  Digest digest{};
  require(EVP_DigestFinal_ex(context, digest.data(), nullptr));
  return digest;
}

}  // namespace

Digest Hasher::sha256(std::initializer_list<ByteView> parts) const noexcept {
  EVP_MD_CTX* context = begin_digest();
  for (const ByteView part : parts) update(context, part);
  return finish(context);
}

// RFC 2104 over the same context: EVP_MAC would fetch and allocate for each call.
Digest Hasher::hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) const noexcept {
  Bytes<kBlockBytes> inner{};
  if (key.size() > kBlockBytes) {
    Digest shortened = sha256({key});
    std::copy(shortened.begin(), shortened.end(), inner.begin());
    wipe(shortened);
  } else {
    std::copy(key.begin(), key.end(), inner.begin());
  }
  Bytes<kBlockBytes> outer = inner;
  for (std::uint8_t& byte : inner) byte ^= 0x36;
  for (std::uint8_t& byte : outer) byte ^= 0x5c;

  EVP_MD_CTX* context = begin_digest();
  update(context, inner);
  for (const ByteView part : parts) update(context, part);
  const Digest mac = sha256({outer, finish(context)});
  wipe(inner);
  wipe(outer);
  return mac;
}

const Hasher& hasher() {
  static const Hasher instance;
  return instance;
}

}  // namespace greentill::crypto

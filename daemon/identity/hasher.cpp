// SPDX-License-Identifier: Apache-2.0
#include <mbedtls/platform_util.h>
#include <mbedtls/sha256.h>

#include <algorithm>
#include <cstdlib>

#include "daemon/identity/identity.hpp"

namespace greentill::identity {
namespace {

using Block = Bytes<64>;

/// The functions below fail only with a hardware accelerator, which this build of mbedTLS has none of.
class Sha256 {
 public:
  Sha256() {
    mbedtls_sha256_init(&context_);
    check(mbedtls_sha256_starts_ret(&context_, 0));
  }
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  ~Sha256() { mbedtls_sha256_free(&context_); }

  Sha256& add(ByteView bytes) {
    check(mbedtls_sha256_update_ret(&context_, bytes.data(), bytes.size()));
    return *this;
  }
  Digest finish() {
    Digest digest;
    check(mbedtls_sha256_finish_ret(&context_, digest.data()));
    return digest;
  }

 private:
  static void check(int code) {
    if (code != 0) std::abort();
  }
  mbedtls_sha256_context context_;
};

class MbedtlsHasher final : public claim::Hasher {
 public:
  [[nodiscard]] Digest sha256(std::initializer_list<ByteView> parts) const noexcept override {
    Sha256 hash;
    for (const ByteView part : parts) hash.add(part);
    return hash.finish();
  }

  // RFC 2104 by hand: mbedtls_md_hmac_starts allocates, and this call must not fail.
  [[nodiscard]] Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) const noexcept override {
    Block pad{};
    if (key.size() > pad.size()) {
      const Digest hashed = sha256({key});
      std::ranges::copy(hashed, pad.begin());
    } else {
      std::ranges::copy(key, pad.begin());
    }
    for (std::uint8_t& byte : pad) byte ^= 0x36;
    Sha256 inner;
    inner.add(pad);
    for (const ByteView part : parts) inner.add(part);
    for (std::uint8_t& byte : pad) byte ^= 0x36 ^ 0x5c;
    const Digest mac = Sha256().add(pad).add(inner.finish()).finish();
    mbedtls_platform_zeroize(pad.data(), pad.size());
    return mac;
  }
};

}  // namespace

const claim::Hasher& hasher() {
  static const MbedtlsHasher instance;
  return instance;
}

}  // namespace greentill::identity

// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/key_verifier.hpp"

#include <algorithm>

#include "daemon/crypto/owned.hpp"
#include "daemon/crypto/points.hpp"

namespace greentill::crypto {
namespace {

constexpr std::size_t kNumberBytes = 32;
// SEQUENCE { INTEGER r, INTEGER s }: each number may have one leading zero byte.
constexpr std::size_t kDerBytes = 2 + 2 * (2 + kNumberBytes + 1);

struct DerSignature {
  Bytes<kDerBytes> bytes{};
  std::size_t size = 2;

  void append(ByteView number) {
    while (number.size() > 1 && number.front() == 0) number = number.subspan(1);
    const bool needs_zero = (number.front() & 0x80) != 0;
    bytes[size++] = 0x02;
    bytes[size++] = static_cast<std::uint8_t>(number.size() + (needs_zero ? 1 : 0));
    if (needs_zero) bytes[size++] = 0;
    std::copy(number.begin(), number.end(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    size += number.size();
  }
};

DerSignature to_der(const claim::Signature& signature) {
  DerSignature der;
  der.append(ByteView(signature).first(kNumberBytes));
  der.append(ByteView(signature).last(kNumberBytes));
  der.bytes[0] = 0x30;
  der.bytes[1] = static_cast<std::uint8_t>(der.size - 2);
  return der;
}

class KeyVerifier final : public claim::Verifier {
 public:
  KeyVerifier(std::shared_ptr<EVP_PKEY> key, OwnedKeyContext context) : key_(std::move(key)), context_(std::move(context)) {}

  [[nodiscard]] bool verify(const Digest& digest, const claim::Signature& signature) noexcept override {
    const DerSignature der = to_der(signature);
    if (EVP_PKEY_verify(context_.get(), der.bytes.data(), der.size, digest.data(), digest.size()) == 1) return true;
    ERR_clear_error();
    return false;
  }

 private:
  std::shared_ptr<EVP_PKEY> key_;
  OwnedKeyContext context_;
};

}  // namespace

Result<std::unique_ptr<claim::Verifier>> verifier_of(std::shared_ptr<evp_pkey_st> key) {
  OwnedKeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr));
  if (!context || EVP_PKEY_verify_init(context.get()) != 1) {
    return openssl_failure(ErrorCode::bug, "OpenSSL cannot verify with this key");
  }
  return std::unique_ptr<claim::Verifier>(std::make_unique<KeyVerifier>(std::move(key), std::move(context)));
}

Result<std::unique_ptr<claim::Verifier>> verifier_from_point(ByteView uncompressed) {
  EVP_PKEY* const key = uncompressed.size() == 1 + 2 * kNumberBytes ? key_from_point(uncompressed, kP256) : nullptr;
  if (key == nullptr) return openssl_failure(ErrorCode::invalid, "these bytes are no point of P-256");
  return verifier_of({key, EVP_PKEY_free});
}

}  // namespace greentill::crypto

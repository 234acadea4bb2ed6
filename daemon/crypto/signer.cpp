// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/signer.hpp"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>

#include "daemon/crypto/owned.hpp"
#include "daemon/crypto/pem_text.hpp"
#include "daemon/crypto/points.hpp"
#include "daemon/crypto/private_keys.hpp"
#include "daemon/crypto/secret.hpp"

namespace greentill::crypto {
namespace {

constexpr std::size_t kMaxDerBytes = 72;

/// Takes one INTEGER of OpenSSL's DER as 32 bytes, big-endian. Requires: it is positive and fits, as in every signature on P-256.
bool take_number(ByteView& der, MutableBytes out) {
  if (der.size() < 2 || der[0] != 0x02 || der[1] > der.size() - 2) return false;
  ByteView number = der.subspan(2, der[1]);
  der = der.subspan(2 + number.size());
  while (number.size() > out.size() && number.front() == 0) number = number.subspan(1);
  if (number.size() > out.size()) return false;
  std::ranges::fill(out, std::uint8_t{0});
  std::ranges::copy(number, out.end() - static_cast<std::ptrdiff_t>(number.size()));
  return true;
}

std::shared_ptr<EVP_PKEY> read_key(std::string_view text) {
  if (text.find("-----BEGIN") != std::string_view::npos) {
    // Without the callback OpenSSL would ask the terminal for a passphrase.
    const auto no_passphrase = [](char*, int, int, void*) { return -1; };
    return {PEM_read_bio_PrivateKey(read_from(text).get(), nullptr, no_passphrase, nullptr), EVP_PKEY_free};
  }
  const unsigned char* cursor = as_bytes(text).data();
  return {d2i_AutoPrivateKey(nullptr, &cursor, static_cast<long>(text.size())), EVP_PKEY_free};
}

}  // namespace

Result<std::shared_ptr<EVP_PKEY>> read_private_key(std::string_view text, X509* certificate) {
  if (Status ready = set_up_secure_heap(); !ready) return Failure{ready.error()};
  if (Status plain = check_plain_pem(text); !plain) return Failure{plain.error()};
  std::shared_ptr<EVP_PKEY> key = read_key(text);
  if (!key) return openssl_failure(ErrorCode::invalid, "holds no private key");
  if (!is_p256(key.get()))
    return fail(ErrorCode::invalid, "the key is on " +
                                        (curve_of(key.get()).empty() ? "no named curve" : "the curve " + curve_of(key.get())) +
                                        ", and must be on P-256");
  if (certificate != nullptr && X509_check_private_key(certificate, key.get()) != 1) {
    ERR_clear_error();
    return fail(ErrorCode::invalid, "the certificate is not that of the key");
  }
  return key;
}

Result<Signer> Signer::from(std::string_view text, const Certificate& certificate) {
  auto read = read_private_key(text, certificate.certificate_.get());
  if (!read) return Failure{read.error()};
  std::shared_ptr<EVP_PKEY> key = std::move(*read);
  Context context(EVP_PKEY_CTX_new(key.get(), nullptr), EVP_PKEY_CTX_free);
  if (!context || EVP_PKEY_sign_init(context.get()) != 1) {
    return openssl_failure(ErrorCode::bug, "OpenSSL cannot sign with this key");
  }
  return Signer(std::move(key), std::move(context), certificate.thumbprint());
}

bool Signer::sign(const Digest& digest, claim::Signature& out) noexcept {
  Bytes<kMaxDerBytes> der{};
  std::size_t size = der.size();
  if (EVP_PKEY_sign(context_.get(), der.data(), &size, digest.data(), digest.size()) != 1) {
    ERR_clear_error();
    return false;
  }
  ByteView rest = ByteView(der).first(size);
  claim::Signature signature{};
  if (size < 2 || rest[0] != 0x30) return false;
  rest = rest.subspan(2);
  if (!take_number(rest, MutableBytes(signature).first(32)) || !take_number(rest, MutableBytes(signature).last(32))) return false;
  out = signature;
  return true;
}

}  // namespace greentill::crypto

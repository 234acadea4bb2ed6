// SPDX-License-Identifier: Apache-2.0
#include "tests/support/mbedtls_crypto.hpp"

#include <mbedtls/asn1.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/md.h>
#include <mbedtls/pk.h>
#include <mbedtls/sha256.h>
#include <mbedtls/x509_crt.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace greentill::test {
namespace {

/// An mbedTLS structure between its init and free functions.
template <typename T, void (*Init)(T*), void (*Free)(T*)>
class Owned {
 public:
  Owned() { Init(&value_); }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() { Free(&value_); }
  T* get() { return &value_; }
  T* operator->() { return &value_; }

 private:
  T value_;
};
using Certificate = Owned<mbedtls_x509_crt, mbedtls_x509_crt_init, mbedtls_x509_crt_free>;
using PrivateKey = Owned<mbedtls_pk_context, mbedtls_pk_init, mbedtls_pk_free>;
using KeyPair = Owned<mbedtls_ecp_keypair, mbedtls_ecp_keypair_init, mbedtls_ecp_keypair_free>;
using Number = Owned<mbedtls_mpi, mbedtls_mpi_init, mbedtls_mpi_free>;

void require(int code, const char* what) {
  if (code != 0) throw std::runtime_error(std::string("mbedTLS cannot ") + what);
}

bool is_pem(const std::string& content) { return content.find("-----BEGIN") != std::string::npos; }
/// PEM is parsed with its terminating zero.
std::size_t length_of(const std::string& content) { return content.size() + (is_pem(content) ? 1 : 0); }
const unsigned char* data_of(const std::string& content) { return as_bytes(content).data(); }

/// No secret is kept here that blinding would protect.
int no_blinding(void*, unsigned char* out, std::size_t length) {
  std::fill_n(out, length, std::uint8_t{0x5a});
  return 0;
}

}  // namespace

Digest MbedtlsHasher::sha256(std::initializer_list<ByteView> parts) const noexcept {
  Owned<mbedtls_sha256_context, mbedtls_sha256_init, mbedtls_sha256_free> context;
  Digest digest{};
  mbedtls_sha256_starts_ret(context.get(), 0);
  for (const ByteView part : parts) mbedtls_sha256_update_ret(context.get(), part.data(), part.size());
  mbedtls_sha256_finish_ret(context.get(), digest.data());
  return digest;
}

Digest MbedtlsHasher::hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) const noexcept {
  std::vector<std::uint8_t> message;
  for (const ByteView part : parts) message.insert(message.end(), part.begin(), part.end());
  Digest digest{};
  mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), key.data(), key.size(), message.data(), message.size(),
                  digest.data());
  return digest;
}

struct MbedtlsSigner::Key {
  PrivateKey key;
  Digest thumbprint{};
};

MbedtlsSigner::MbedtlsSigner(const std::string& key, const std::string& certificate) : key_(std::make_unique<Key>()) {
  require(mbedtls_pk_parse_key(key_->key.get(), data_of(key), length_of(key), nullptr, 0), "read the key");
  Certificate parsed;
  require(mbedtls_x509_crt_parse(parsed.get(), data_of(certificate), length_of(certificate)), "read the certificate");
  key_->thumbprint = MbedtlsHasher().sha256({ByteView(parsed->raw.p, parsed->raw.len)});
}

MbedtlsSigner::~MbedtlsSigner() = default;

Digest MbedtlsSigner::thumbprint() const noexcept { return key_->thumbprint; }

bool MbedtlsSigner::sign(const Digest& digest, claim::Signature& out) noexcept {
  mbedtls_ecp_keypair* const pair = mbedtls_pk_ec(*key_->key.get());
  Number r;
  Number s;
  return mbedtls_ecdsa_sign_det_ext(&pair->grp, r.get(), s.get(), &pair->d, digest.data(), digest.size(), MBEDTLS_MD_SHA256,
                                    no_blinding, nullptr) == 0 &&
         mbedtls_mpi_write_binary(r.get(), out.data(), 32) == 0 && mbedtls_mpi_write_binary(s.get(), out.data() + 32, 32) == 0;
}

struct MbedtlsVerifier::Key {
  KeyPair pair;
};

MbedtlsVerifier MbedtlsVerifier::from_certificate(const std::string& pem) {
  Certificate parsed;
  require(mbedtls_x509_crt_parse(parsed.get(), data_of(pem), length_of(pem)), "read the certificate");
  const mbedtls_ecp_keypair* const pair = mbedtls_pk_ec(parsed->pk);
  auto key = std::make_shared<Key>();
  require(mbedtls_ecp_group_copy(&key->pair->grp, &pair->grp), "copy the curve");
  require(mbedtls_ecp_copy(&key->pair->Q, &pair->Q), "copy the point");
  return MbedtlsVerifier(std::move(key));
}

std::optional<MbedtlsVerifier> MbedtlsVerifier::from_point(ByteView uncompressed) {
  auto key = std::make_shared<Key>();
  require(mbedtls_ecp_group_load(&key->pair->grp, MBEDTLS_ECP_DP_SECP256R1), "load the curve");
  if (mbedtls_ecp_point_read_binary(&key->pair->grp, &key->pair->Q, uncompressed.data(), uncompressed.size()) != 0 ||
      mbedtls_ecp_check_pubkey(&key->pair->grp, &key->pair->Q) != 0) {
    return std::nullopt;
  }
  return MbedtlsVerifier(std::move(key));
}

bool MbedtlsVerifier::verify(const Digest& digest, const claim::Signature& signature) noexcept {
  Number r;
  Number s;
  return mbedtls_mpi_read_binary(r.get(), signature.data(), 32) == 0 &&
         mbedtls_mpi_read_binary(s.get(), signature.data() + 32, 32) == 0 &&
         mbedtls_ecdsa_verify(&key_->pair->grp, digest.data(), digest.size(), &key_->pair->Q, r.get(), s.get()) == 0;
}

namespace {

/// Whether its two INTEGERs are as DER has them: no more bytes than they need, not negative. mbedTLS is not so strict.
bool is_canonical(ByteView der) {
  std::size_t at = 2;  // of a SEQUENCE whose length is one byte
  if (der.size() < 8 || der.size() > 72 || der[1] != der.size() - 2) return false;
  for (int number = 0; number < 2; ++number) {
    if (at + 2 > der.size() || der[at + 1] == 0 || at + 2 + der[at + 1] > der.size()) return false;
    const ByteView bytes = der.subspan(at + 2, der[at + 1]);
    if ((bytes[0] & 0x80) != 0 || (bytes.size() > 1 && bytes[0] == 0 && (bytes[1] & 0x80) == 0)) return false;
    at += 2 + bytes.size();
  }
  return at == der.size();
}

}  // namespace

std::optional<claim::Signature> signature_from_der(ByteView der) {
  if (!is_canonical(der)) return std::nullopt;
  auto* cursor = const_cast<unsigned char*>(der.data());
  const unsigned char* const end = cursor + der.size();
  std::size_t length = 0;
  Number r;
  Number s;
  if (mbedtls_asn1_get_tag(&cursor, end, &length, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE) != 0 ||
      cursor + length != end || mbedtls_asn1_get_mpi(&cursor, end, r.get()) != 0 ||
      mbedtls_asn1_get_mpi(&cursor, end, s.get()) != 0 || cursor != end) {
    return std::nullopt;
  }
  claim::Signature raw{};
  if (mbedtls_mpi_write_binary(r.get(), raw.data(), 32) != 0 || mbedtls_mpi_write_binary(s.get(), raw.data() + 32, 32) != 0) {
    return std::nullopt;
  }
  return raw;
}

}  // namespace greentill::test

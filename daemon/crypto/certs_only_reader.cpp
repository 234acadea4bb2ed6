// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/certs_only_reader.hpp"

#include <openssl/pem.h>
#include <openssl/pkcs7.h>

#include "daemon/crypto/owned.hpp"
#include "daemon/crypto/pem_certificates.hpp"

namespace greentill::crypto {
namespace {

using OwnedMessage = Owned<PKCS7, PKCS7_free>;

CertificateDer bytes_of(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  CertificateDer copy;
  if (size > 0) copy.assign(der, der + size);
  OPENSSL_free(der);
  return copy;
}

}  // namespace

Result<std::vector<CertificateDer>> read_certs_only(ByteView bytes) {
  const unsigned char* cursor = bytes.data();
  const OwnedMessage message(d2i_PKCS7(nullptr, &cursor, static_cast<long>(bytes.size())));
  if (!message || cursor != bytes.data() + bytes.size()) {
    return openssl_failure(ErrorCode::invalid, "these bytes are not one PKCS #7 message");
  }
  const STACK_OF(X509)* stack =
      PKCS7_type_is_signed(message.get()) && message->d.sign != nullptr ? message->d.sign->cert : nullptr;
  const int count = stack == nullptr ? 0 : sk_X509_num(stack);
  if (count <= 0) return fail(ErrorCode::invalid, "the PKCS #7 message holds no certificates");
  if (static_cast<std::size_t>(count) > kMostCertificates) {
    return fail(ErrorCode::invalid, "the PKCS #7 message holds " + std::to_string(count) + " certificates, and may hold " +
                                        std::to_string(kMostCertificates));
  }
  std::vector<CertificateDer> all;
  for (int i = 0; i < count; ++i) {
    all.push_back(bytes_of(sk_X509_value(stack, i)));
    if (all.back().empty()) return openssl_failure(ErrorCode::invalid, "the PKCS #7 message holds a damaged certificate");
  }
  return all;
}

Result<std::string> pem_of_all(const std::vector<CertificateDer>& certificates) {
  const OwnedBio bio(BIO_new(BIO_s_mem()));
  for (const CertificateDer& der : certificates) {
    const unsigned char* cursor = der.data();
    const Owned<X509, X509_free> one(d2i_X509(nullptr, &cursor, static_cast<long>(der.size())));
    if (!one || PEM_write_bio_X509(bio.get(), one.get()) != 1) {
      return openssl_failure(ErrorCode::invalid, "these bytes are not one DER certificate");
    }
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

Result<std::vector<CertificateDer>> ders_of(std::string_view pem) {
  const auto found = read_pem(pem);
  if (!found) return Failure{found.error()};
  std::vector<CertificateDer> all;
  for (const auto& one : *found) all.push_back(bytes_of(one.get()));
  return all;
}

}  // namespace greentill::crypto

// SPDX-License-Identifier: Apache-2.0
#include "daemon/identity/certificate.hpp"

#include <mbedtls/error.h>
#include <mbedtls/oid.h>

#include <cstring>

#include "daemon/base/file.hpp"
#include "daemon/identity/identity.hpp"

namespace greentill::identity {

Failure<Error> refused(const std::filesystem::path& path, std::string_view what, int mbedtls_code) {
  char reason[128] = "";
  mbedtls_strerror(mbedtls_code, reason, sizeof reason);
  return fail(ErrorCode::invalid, path.string() + ": " + std::string(what) + ": " + reason);
}

bool is_pem(std::string_view content) { return content.find("-----BEGIN") != std::string_view::npos; }

Status load_certificates(const std::filesystem::path& path, Certificates& into) {
  const auto content = read_file(path, 1u << 20);
  if (!content) return Failure{content.error()};
  // PEM is parsed with its terminating zero.
  const std::size_t length = content->size() + (is_pem(*content) ? 1 : 0);
  const int code = mbedtls_x509_crt_parse(into.get(), as_bytes(*content).data(), length);
  if (code < 0) return refused(path, "holds no certificate", code);
  if (code > 0)
    return fail(ErrorCode::invalid, path.string() + ": " + std::to_string(code) + " of its certificates cannot be read");
  return Done{};
}

Digest thumbprint_of(const mbedtls_x509_crt& certificate) {
  return hasher().sha256({ByteView(certificate.raw.p, certificate.raw.len)});
}

std::string common_name_of(const mbedtls_x509_crt& certificate) {
  for (const mbedtls_x509_name* name = &certificate.subject; name != nullptr; name = name->next) {
    if (MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &name->oid) == 0) return std::string(as_text(ByteView(name->val.p, name->val.len)));
  }
  return {};
}

bool is_p256(const mbedtls_pk_context& key) {
  return mbedtls_pk_can_do(&key, MBEDTLS_PK_ECDSA) != 0 && mbedtls_pk_ec(key)->grp.id == MBEDTLS_ECP_DP_SECP256R1;
}

}  // namespace greentill::identity

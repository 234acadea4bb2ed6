// SPDX-License-Identifier: Apache-2.0
// mbedTLS objects that free themselves, and certificates read from files. Private to daemon/identity.
#pragma once

#include <mbedtls/ecp.h>
#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"

namespace greentill::identity {

/// An mbedTLS structure between its init and free functions.
template <typename T, void (*Init)(T*), void (*Free)(T*)>
class Owned {
 public:
  Owned() { Init(&value_); }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() { Free(&value_); }
  T* get() { return &value_; }
  const T* get() const { return &value_; }
  T* operator->() { return &value_; }
  const T* operator->() const { return &value_; }

 private:
  T value_;
};

/// A list of certificates, linked by `next`.
using Certificates = Owned<mbedtls_x509_crt, mbedtls_x509_crt_init, mbedtls_x509_crt_free>;
using PrivateKey = Owned<mbedtls_pk_context, mbedtls_pk_init, mbedtls_pk_free>;
using Group = Owned<mbedtls_ecp_group, mbedtls_ecp_group_init, mbedtls_ecp_group_free>;
using Number = Owned<mbedtls_mpi, mbedtls_mpi_init, mbedtls_mpi_free>;

/// `what` went wrong with the file, in mbedTLS's own words.
[[nodiscard]] Failure<Error> refused(const std::filesystem::path& path, std::string_view what, int mbedtls_code);

[[nodiscard]] bool is_pem(std::string_view content);

/// Every certificate of a PEM file, or the one of a DER file; invalid where one of them does not parse.
Status load_certificates(const std::filesystem::path& path, Certificates& into);

/// SHA-256 of the DER certificate (x5t).
[[nodiscard]] Digest thumbprint_of(const mbedtls_x509_crt& certificate);

/// Empty where the subject has none.
[[nodiscard]] std::string common_name_of(const mbedtls_x509_crt& certificate);

[[nodiscard]] bool is_p256(const mbedtls_pk_context& key);

}  // namespace greentill::identity

// SPDX-License-Identifier: Apache-2.0
#include "firmware/port/mbedtls/mbedtls_sha256.hpp"

#include <mbedtls/sha256.h>

#include <new>

namespace greentill::firmware {
namespace {

mbedtls_sha256_context* of(Bytes<112>& memory) {
  static_assert(sizeof(mbedtls_sha256_context) <= sizeof(Bytes<112>));
  return std::launder(reinterpret_cast<mbedtls_sha256_context*>(memory.data()));
}

}  // namespace

MbedtlsSha256::MbedtlsSha256() { mbedtls_sha256_init(new (context_.data()) mbedtls_sha256_context); }

MbedtlsSha256::~MbedtlsSha256() { mbedtls_sha256_free(of(context_)); }

void MbedtlsSha256::begin() { mbedtls_sha256_starts_ret(of(context_), 0); }

void MbedtlsSha256::add(ByteView piece) { mbedtls_sha256_update_ret(of(context_), piece.data(), piece.size()); }

Digest MbedtlsSha256::finish() {
  Digest digest{};
  mbedtls_sha256_finish_ret(of(context_), digest.data());
  return digest;
}

}  // namespace greentill::firmware

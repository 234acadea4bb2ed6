// SPDX-License-Identifier: Apache-2.0
#include "tools/fleet-sim/tls.hpp"

#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <bit>

namespace greentill::fleet_sim {
namespace {

// Two copies of a private number, for TLS and for claims, each in a block of 64 bytes, and what a handshake draws.
constexpr std::size_t kBytesOfADevice = 512;
constexpr std::size_t kLeastHeap = 1u << 20;
constexpr std::size_t kLeastBlock = 16;

std::unique_ptr<BIO, decltype(&BIO_free_all)> reader(std::string_view text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free_all};
}

}  // namespace

Status make_room_for_keys(std::size_t devices) {
  const std::size_t bytes = std::bit_ceil(std::max(kLeastHeap, devices * kBytesOfADevice));
  // 2: the memory is not locked, which RLIMIT_MEMLOCK may forbid; these keys are a simulation's.
  if (CRYPTO_secure_malloc_init(bytes, kLeastBlock) != 0) return Done{};
  return fail(ErrorCode::unavailable,
              "the system gives no " + std::to_string(bytes >> 20) + " MiB for " + std::to_string(devices) + " devices' keys");
}

Result<Credential> Credential::from(std::string_view key, std::string_view certificate) {
  Credential made;
  made.key_ = {PEM_read_bio_PrivateKey(reader(key).get(), nullptr, nullptr, nullptr), EVP_PKEY_free};
  made.certificate_ = {PEM_read_bio_X509(reader(certificate).get(), nullptr, nullptr, nullptr), X509_free};
  if (!made.key_ || !made.certificate_) return fail(ErrorCode::invalid, "a device's key or certificate cannot be read");
  return made;
}

Result<std::unique_ptr<Tls>> Tls::make(const std::string& authorities, const std::string& host) {
  std::unique_ptr<Tls> tls(new Tls());
  tls->context_ = {SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
  SSL_CTX* context = tls->context_.get();
  if (context == nullptr) return fail(ErrorCode::unavailable, "OpenSSL makes no TLS context");
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  // A partial write is gone on with from the client library's own buffer, which may have moved.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (SSL_CTX_load_verify_file(context, authorities.c_str()) != 1) {
    return fail(ErrorCode::invalid, authorities + ": it holds no authority's certificate");
  }
  if (X509_VERIFY_PARAM_set1_host(SSL_CTX_get0_param(context), host.c_str(), host.size()) != 1) {
    return fail(ErrorCode::invalid, host + ": it is no host's name");
  }
  SSL_CTX_set_cert_cb(
      context,
      [](SSL* connection, void* self) {
        const Credential* shown = static_cast<const Tls*>(self)->current_;
        if (shown == nullptr) return 0;
        return SSL_use_certificate(connection, shown->certificate_.get()) == 1 &&
                       SSL_use_PrivateKey(connection, shown->key_.get()) == 1
                   ? 1
                   : 0;
      },
      tls.get());
  return tls;
}

}  // namespace greentill::fleet_sim

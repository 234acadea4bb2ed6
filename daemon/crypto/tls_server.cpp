// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/tls_server.hpp"

#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>

#include <algorithm>

#include "daemon/crypto/owned.hpp"
#include "daemon/crypto/secret.hpp"

namespace greentill::crypto {
namespace {

using OwnedPem = Owned<X509, X509_free>;
using OwnedPrivateKey = Owned<EVP_PKEY, EVP_PKEY_free>;

/// Of a client's path, with its issuers.
constexpr int kMostPeerDepth = 4;

int take_any(int /*verified*/, X509_STORE_CTX* /*context*/) { return 1; }

/// The certificate, and those behind it as its path.
Status use_certificate(SSL_CTX& context, std::string_view pem) {
  const OwnedBio bio = read_from(pem);
  const OwnedPem own(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!own || SSL_CTX_use_certificate(&context, own.get()) != 1) {
    return openssl_failure(ErrorCode::invalid, "the server's certificate cannot be used");
  }
  while (X509* issuer = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    if (SSL_CTX_add_extra_chain_cert(&context, issuer) == 1) continue;
    X509_free(issuer);
    return openssl_failure(ErrorCode::invalid, "what stands behind the server's certificate cannot be used");
  }
  ERR_clear_error();
  return Done{};
}

Status use_key(SSL_CTX& context, std::string_view pem) {
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  const OwnedPrivateKey key(PEM_read_bio_PrivateKey(read_from(pem).get(), nullptr, no_passphrase, nullptr));
  if (!key) return openssl_failure(ErrorCode::invalid, "the server's key cannot be read");
  if (SSL_CTX_use_PrivateKey(&context, key.get()) == 1 && SSL_CTX_check_private_key(&context) == 1) return Done{};
  return openssl_failure(ErrorCode::invalid, "the server's key is not that of its certificate");
}

Status set_up(SSL_CTX& context, const TlsServerIdentity& identity) {
  if (Status ready = set_up_secure_heap(); !ready) return ready;
  if (Status used = use_certificate(context, identity.certificate); !used) return used;
  if (Status used = use_key(context, identity.key); !used) return used;
  if (SSL_CTX_set_min_proto_version(&context, TLS1_2_VERSION) != 1) {
    return openssl_failure(ErrorCode::bug, "OpenSSL has no TLS 1.2");
  }
  SSL_CTX_set_options(&context,
                      SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(&context, 0);
  SSL_CTX_set_verify(&context, SSL_VERIFY_PEER, take_any);
  SSL_CTX_set_verify_depth(&context, kMostPeerDepth);
  for (const Certificate& one : identity.authorities) {
    const std::vector<std::uint8_t> der = one.to_der();
    const unsigned char* cursor = der.data();
    const OwnedPem authority(d2i_X509(nullptr, &cursor, static_cast<long>(der.size())));
    if (authority) SSL_CTX_add_client_CA(&context, authority.get());
  }
  return Done{};
}

}  // namespace

Result<TlsServerContext> TlsServerContext::make(const TlsServerIdentity& identity) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context) return openssl_failure(ErrorCode::full, "OpenSSL has no room for a server");
  if (Status ready = set_up(*context, identity); !ready) return Failure{ready.error()};
  return TlsServerContext(std::move(context));
}

Result<std::unique_ptr<TlsServerStream>> TlsServerStream::accept(const TlsServerContext& context, int socket,
                                                                 Clock::time_point deadline) {
  if (::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK) != 0) {
    return fail(ErrorCode::io, "a connection cannot be made non-blocking");
  }
  ERR_clear_error();
  SSL* connection = SSL_new(context.context_.get());
  if (connection == nullptr) return openssl_failure(ErrorCode::full, "OpenSSL has no room for a connection");
  std::unique_ptr<TlsServerStream> stream(new TlsServerStream(connection, socket, deadline));
  if (SSL_set_fd(connection, socket) != 1) return openssl_failure(ErrorCode::bug, "OpenSSL takes no socket");
  for (;;) {
    const int result = SSL_accept(connection);
    if (result == 1) return stream;
    if (!stream->wait(result))
      return openssl_failure(ErrorCode::unavailable, "the client broke off the TLS handshake, or took too long");
  }
}

TlsServerStream::~TlsServerStream() { SSL_free(connection_); }

bool TlsServerStream::wait(int result) {
  const int wants = SSL_get_error(connection_, result);
  const bool goes_on = wants == SSL_ERROR_WANT_READ || wants == SSL_ERROR_WANT_WRITE;
  while (goes_on && !broken_) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
    if (left <= 0) break;
    pollfd entry{socket_, static_cast<short>(wants == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT), 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) break;
  }
  broken_ = true;
  return false;
}

std::size_t TlsServerStream::read(MutableBytes into) {
  while (!broken_) {
    ERR_clear_error();
    std::size_t count = 0;
    const int result = SSL_read_ex(connection_, into.data(), into.size(), &count);
    if (result == 1) return count;
    if (!wait(result)) break;
  }
  ERR_clear_error();
  return 0;
}

bool TlsServerStream::write(std::string_view bytes) {
  while (!bytes.empty() && !broken_) {
    ERR_clear_error();
    std::size_t count = 0;
    const int result = SSL_write_ex(connection_, bytes.data(), bytes.size(), &count);
    if (result == 1) {
      bytes.remove_prefix(count);
    } else {
      wait(result);
    }
  }
  return !broken_;
}

void TlsServerStream::close() {
  ERR_clear_error();
  if (!broken_) SSL_shutdown(connection_);
  ERR_clear_error();
}

std::optional<Certificate> TlsServerStream::peer() const {
  const OwnedPem shown(SSL_get1_peer_certificate(connection_));
  unsigned char* der = nullptr;
  const int size = shown ? i2d_X509(shown.get(), &der) : 0;
  const Owned<unsigned char, [](unsigned char* p) { OPENSSL_free(p); }> owner(der);
  if (size <= 0) return std::nullopt;
  auto certificate = Certificate::from_der({der, static_cast<std::size_t>(size)});
  return certificate ? std::optional(std::move(*certificate)) : std::nullopt;
}

}  // namespace greentill::crypto

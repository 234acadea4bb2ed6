// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/tls_client.hpp"

#include <netdb.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <optional>

#include "daemon/base/descriptor.hpp"
#include "daemon/base/descriptors.hpp"
#include "daemon/crypto/owned.hpp"
#include "daemon/crypto/pem_certificates.hpp"

namespace greentill::crypto {
namespace {

using OwnedContext = Owned<SSL_CTX, SSL_CTX_free>;
using OwnedConnection = Owned<SSL, SSL_free>;
using Addresses = Owned<addrinfo, freeaddrinfo>;

constexpr std::chrono::milliseconds kSlice{50};

/// A line that breaks off while we write must not end the program.
class WithoutPipeSignal {
 public:
  WithoutPipeSignal() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~WithoutPipeSignal() {
    const timespec now{};
    if (sigismember(&before_, SIGPIPE) == 0) ::sigtimedwait(&pipe_, nullptr, &now);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  WithoutPipeSignal(const WithoutPipeSignal&) = delete;
  WithoutPipeSignal& operator=(const WithoutPipeSignal&) = delete;

 private:
  sigset_t pipe_{};
  sigset_t before_{};
};

class Wait {
 public:
  Wait(TlsClientStream::Clock::time_point deadline, const std::atomic<bool>& cancelled)
      : deadline_(deadline), cancelled_(cancelled) {}

  /// Whether one of the events came before the deadline and before the cancellation.
  [[nodiscard]] bool until(int socket, short events) const {
    while (!cancelled_) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - TlsClientStream::Clock::now());
      if (left.count() <= 0) return false;
      pollfd one{socket, events, 0};
      if (::poll(&one, 1, static_cast<int>(std::min(left, kSlice).count())) > 0) return true;
    }
    return false;
  }

 private:
  TlsClientStream::Clock::time_point deadline_;
  const std::atomic<bool>& cancelled_;
};

Result<Addresses> look_up(const TlsClientOptions& options) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(options.host.c_str(), options.port.c_str(), &hints, &found);
  if (code == 0) return Addresses(found);
  return fail(ErrorCode::unavailable, "the host name " + options.host + " cannot be looked up (" + ::gai_strerror(code) +
                                          "); is the name right, and is there a network?");
}

/// 0 or an errno.
int connect_to(const addrinfo& address, const Descriptor& socket, const Wait& wait) {
  if (!socket) return errno;
  if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  if (!wait.until(socket.get(), POLLOUT)) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

Result<Descriptor> reach(const TlsClientOptions& options, const Wait& wait) {
  const auto addresses = look_up(options);
  if (!addresses) return Failure{addresses.error()};
  int error = 0;
  for (const addrinfo* one = addresses->get(); one != nullptr; one = one->ai_next) {
    Descriptor socket(::socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, one->ai_protocol));
    error = connect_to(*one, socket, wait);
    if (error == 0) return socket;
  }
  const std::string why = error == ECONNREFUSED ? "nothing listens there (connection refused); is the port right?"
                          : error == ETIMEDOUT  ? "nobody answers there; is there a network, or a firewall on the way?"
                                                : system_words(error);
  return fail(ErrorCode::unavailable, "cannot connect: " + why);
}

Status trust(SSL_CTX* context, std::string_view anchors) {
  const auto found = read_pem(anchors);
  if (!found) return Failure{found.error().with_context("the trust anchors")};
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  for (const auto& one : *found) {
    if (X509_STORE_add_cert(store, one.get()) != 1) return openssl_failure(ErrorCode::invalid, "a trust anchor cannot be used");
  }
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  return Done{};
}

Status show(SSL_CTX* context, const TlsClientOptions& options) {
  const auto path = read_pem(options.certificate);
  if (!path) return Failure{path.error().with_context("our certificate")};
  bool usable = SSL_CTX_use_certificate(context, path->front().get()) == 1;
  for (std::size_t i = 1; i < path->size(); ++i) usable = usable && SSL_CTX_add1_chain_cert(context, (*path)[i].get()) == 1;
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  const Owned<EVP_PKEY, EVP_PKEY_free> key(
      PEM_read_bio_PrivateKey(read_from(options.key).get(), nullptr, no_passphrase, nullptr));
  if (usable && key && SSL_CTX_use_PrivateKey(context, key.get()) == 1) return Done{};
  return openssl_failure(ErrorCode::invalid, "our certificate and key cannot be used together");
}

/// Takes whatever dates a certificate has. OpenSSL's flag for that gives way to a time that VerificationTime sets.
int whatever_dates(int good, X509_STORE_CTX* context) {
  const int error = X509_STORE_CTX_get_error(context);
  if (error != X509_V_ERR_CERT_HAS_EXPIRED && error != X509_V_ERR_CERT_NOT_YET_VALID) return good;
  X509_STORE_CTX_set_error(context, X509_V_OK);
  return 1;
}

Result<OwnedContext> context_for(const TlsClientOptions& options) {
  if (Status ready = set_up_secure_heap(); !ready) return Failure{ready.error()};
  OwnedContext context(SSL_CTX_new(TLS_client_method()));
  if (!context) return openssl_failure(ErrorCode::bug, "OpenSSL gives no TLS client");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), options.anchors.empty() ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, whatever_dates);
  if (!options.anchors.empty()) {
    if (Status trusted = trust(context.get(), options.anchors); !trusted) return Failure{trusted.error()};
  }
  if (!options.certificate.empty()) {
    if (Status shown = show(context.get(), options); !shown) return Failure{shown.error()};
  }
  return context;
}

void expect(SSL* connection, const std::string& host) {
  X509_VERIFY_PARAM* terms = SSL_get0_param(connection);
  if (X509_VERIFY_PARAM_set1_ip_asc(terms, host.c_str()) == 1) return;
  SSL_set1_host(connection, host.c_str());
  SSL_set_tlsext_host_name(connection, host.c_str());
}

std::int64_t unix_of(const ASN1_TIME* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? timegm(&parts) : 0;
}

class Stream final : public TlsClientStream {
 public:
  Stream(OwnedContext context, OwnedConnection connection, Descriptor socket, Wait wait)
      : context_(std::move(context)), socket_(std::move(socket)), connection_(std::move(connection)), wait_(wait) {}
  ~Stream() override { SSL_shutdown(connection_.get()); }

  Status shake_hands(bool judged) {
    const WithoutPipeSignal quiet;
    if (const Step step = take([this] { return SSL_connect(connection_.get()); }); step != Step::done) return why_not(step);
    X509* own = SSL_get0_peer_certificate(connection_.get());
    if (own == nullptr) return fail(ErrorCode::denied, "the server shows no certificate");
    note(own);
    STACK_OF(X509)* path = judged ? SSL_get0_verified_chain(connection_.get()) : nullptr;
    for (int i = 0; path != nullptr && i < sk_X509_num(path); ++i) note(sk_X509_value(path, i));
    return Done{};
  }

  Status write(std::string_view bytes) override {
    const WithoutPipeSignal quiet;
    std::size_t written = 0;
    const Step step = take([&] { return SSL_write_ex(connection_.get(), bytes.data(), bytes.size(), &written); });
    return step == Step::done ? Status(Done{}) : why_not(step);
  }

  Result<std::size_t> read(MutableBytes into) override {
    const WithoutPipeSignal quiet;
    std::size_t count = 0;
    const Step step = take([&] { return SSL_read_ex(connection_.get(), into.data(), into.size(), &count); });
    if (step == Step::done) return count;
    if (step == Step::ended) return std::size_t{0};
    return Failure{why_not(step).error()};
  }

  [[nodiscard]] std::int64_t not_before() const override { return not_before_; }
  [[nodiscard]] std::int64_t not_after() const override { return not_after_; }

 private:
  enum class Step { done, ended, silent, failed };

  template <typename F>
  Step take(F step) {
    for (;;) {
      ERR_clear_error();
      const int result = step();
      if (result > 0) return Step::done;
      const int error = SSL_get_error(connection_.get(), result);
      if (error == SSL_ERROR_ZERO_RETURN) return Step::ended;
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return Step::failed;
      if (!wait_.until(socket_.get(), error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT)) return Step::silent;
    }
  }

  void note(const X509* certificate) {
    not_before_ = std::max(not_before_, unix_of(X509_get0_notBefore(certificate)));
    not_after_ = std::min(not_after_, unix_of(X509_get0_notAfter(certificate)));
  }

  Status why_not(Step step) {
    if (step == Step::silent) return fail(ErrorCode::unavailable, "the server fell silent");
    if (step == Step::ended) return fail(ErrorCode::unavailable, "the server closed the connection");
    const long verified = SSL_get_verify_result(connection_.get());
    if (verified == X509_V_ERR_HOSTNAME_MISMATCH || verified == X509_V_ERR_IP_ADDRESS_MISMATCH) {
      ERR_clear_error();
      return fail(ErrorCode::denied, "the server's certificate names another host; is the address right?");
    }
    if (verified != X509_V_OK && SSL_get_verify_mode(connection_.get()) != SSL_VERIFY_NONE) {
      ERR_clear_error();
      return fail(ErrorCode::denied, "the server's certificate does not lead to the confirmed authorities (" +
                                         std::string(X509_verify_cert_error_string(verified)) +
                                         "); does something on the way open TLS, such as a proxy?");
    }
    const unsigned long error = ERR_peek_error();
    const int alert = ERR_GET_REASON(error) - SSL_AD_REASON_OFFSET;
    if (ERR_GET_LIB(error) == ERR_LIB_SSL && alert > 0 && alert < 256) {
      ERR_clear_error();
      return fail(ErrorCode::unavailable,
                  "the server refuses the TLS connection (" + std::string(SSL_alert_desc_string_long(alert)) + ")");
    }
    return openssl_failure(ErrorCode::unavailable, "the connection broke off");
  }

  OwnedContext context_;
  Descriptor socket_;
  OwnedConnection connection_;
  Wait wait_;
  std::int64_t not_before_ = INT64_MIN;
  std::int64_t not_after_ = INT64_MAX;
};

}  // namespace

Result<std::unique_ptr<TlsClientStream>> TlsClientStream::connect(const TlsClientOptions& options, Clock::time_point deadline,
                                                                  const std::atomic<bool>& cancelled) {
  auto context = context_for(options);
  if (!context) return Failure{context.error()};
  const Wait wait(deadline, cancelled);
  auto socket = reach(options, wait);
  if (!socket) return Failure{socket.error()};
  OwnedConnection connection(SSL_new(context->get()));
  if (!connection || SSL_set_fd(connection.get(), socket->get()) != 1) {
    return openssl_failure(ErrorCode::bug, "OpenSSL gives no TLS connection");
  }
  expect(connection.get(), options.host);
  auto stream = std::make_unique<Stream>(std::move(*context), std::move(connection), std::move(*socket), wait);
  if (Status shaken = stream->shake_hands(!options.anchors.empty()); !shaken) return Failure{shaken.error()};
  return std::unique_ptr<TlsClientStream>(std::move(stream));
}

}  // namespace greentill::crypto

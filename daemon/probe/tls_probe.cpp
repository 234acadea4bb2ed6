// SPDX-License-Identifier: Apache-2.0
#include "daemon/probe/tls_probe.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>
#include <memory>
#include <optional>
#include <utility>

#include "daemon/probe/certificate_cause.hpp"

namespace greentill::probe {
namespace {

// How long to wait after the client's handshake: a broker that refuses our certificate says so within a round trip.
constexpr std::chrono::milliseconds kAlertTime{1'000};

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using Connection = std::unique_ptr<SSL, decltype(&SSL_free)>;

// Loads the certificates and the key; returns a sentence about the file that cannot be used, or empty.
std::string load(SSL_CTX* context, const Target& target) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  if (SSL_CTX_load_verify_file(context, target.authorities.c_str()) != 1) return target.authorities.string();
  if (target.certificate.empty()) return {};
  if (SSL_CTX_use_certificate_chain_file(context, target.certificate.c_str()) != 1) return target.certificate.string();
  if (SSL_CTX_use_PrivateKey_file(context, target.key.c_str(), SSL_FILETYPE_PEM) != 1) return target.key.string();
  return {};
}

void expect(SSL* connection, const std::string& host) {
  SSL_set_verify(connection, SSL_VERIFY_PEER, nullptr);
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), host.c_str()) == 1) return;
  SSL_set1_host(connection, host.c_str());
  SSL_set_tlsext_host_name(connection, host.c_str());
}

// The alert that the broker sent, if the error is one.
std::optional<int> alert_of(unsigned long error) {
  const int reason = ERR_GET_REASON(error) - SSL_AD_REASON_OFFSET;
  return ERR_GET_LIB(error) == ERR_LIB_SSL && reason >= 0 && reason < 256 ? std::optional(reason) : std::nullopt;
}

bool about_certificate(int alert) {
  return (alert >= SSL_AD_BAD_CERTIFICATE && alert <= SSL_AD_CERTIFICATE_UNKNOWN) || alert == SSL_AD_UNKNOWN_CA ||
         alert == SSL_AD_ACCESS_DENIED || alert == SSL_AD_CERTIFICATE_REQUIRED;
}

/// What a certificate's subject or issuer is called.
std::string name_of(const X509_NAME* name) {
  std::array<char, 256> text{};
  if (X509_NAME_get_text_by_NID(name, NID_commonName, text.data(), text.size()) <= 0) {
    X509_NAME_oneline(name, text.data(), text.size());
  }
  return text.data();
}

std::int64_t seconds_of(const ASN1_TIME* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? timegm(&parts) : 0;
}

std::optional<Peer> peer_of(SSL* connection) {
  const STACK_OF(X509)* sent = SSL_get_peer_cert_chain(connection);
  if (sent == nullptr || sk_X509_num(sent) < 1) return std::nullopt;
  const X509* leaf = sk_X509_value(sent, 0);
  return Peer{name_of(X509_get_subject_name(leaf)), name_of(X509_get_issuer_name(leaf)), seconds_of(X509_get0_notBefore(leaf)),
              seconds_of(X509_get0_notAfter(leaf))};
}

/// What an alert of the broker's says. One about a certificate that we did not show is none.
Finding explain_alert(const Target& target, int alert) {
  const std::string name = SSL_alert_desc_string_long(alert);
  if (target.certificate.empty() && (about_certificate(alert) || alert == SSL_AD_HANDSHAKE_FAILURE)) return {};
  if (!about_certificate(alert)) return {Stage::tls, "TLS broke off (" + name + ")"};
  return {Stage::own_certificate,
          "the broker refuses our certificate " + target.certificate.string() + " (" + name + ")" + why_refused(target, alert)};
}

Finding explain(const Target& target, SSL* connection) {
  const long verified = SSL_get_verify_result(connection);
  if (verified == X509_V_ERR_HOSTNAME_MISMATCH || verified == X509_V_ERR_IP_ADDRESS_MISMATCH) {
    return {Stage::peer, "the broker's certificate names another host than " + target.address.host};
  }
  if (auto dated = date_cause(connection)) return {Stage::peer_dates, std::move(*dated)};
  if (verified != X509_V_OK) {
    return {Stage::peer, "the broker's certificate is not vouched for by " + target.authorities.string() + " (" +
                             X509_verify_cert_error_string(verified) + ")"};
  }
  const unsigned long error = ERR_peek_error();
  if (const auto alert = alert_of(error)) return explain_alert(target, *alert);
  if (SSL_get_current_cipher(connection) == nullptr)
    return {Stage::no_tls, "cannot connect: what listens there does not speak TLS; is the port right?"};
  const char* reason = ERR_reason_error_string(error);
  return {Stage::tls, "TLS broke off (" + std::string(reason == nullptr ? "the connection was closed" : reason) + ")"};
}

enum class Step { done, silent, failed };

template <typename F>
Step take(SSL* connection, const Socket& socket, const Deadline& deadline, F step) {
  for (;;) {
    ERR_clear_error();
    const int result = step();
    if (result > 0) return Step::done;
    const int error = SSL_get_error(connection, result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return Step::failed;
    if (!deadline.wait(socket.fd(), error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT)) return Step::silent;
  }
}

}  // namespace

Finding find_tls_cause(const Target& target, const Socket& socket, const Deadline& deadline) {
  Finding unusable{Stage::own_files, "TLS cannot be used on this machine"};
  const Context context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (!context) return unusable;
  if (const std::string file = load(context.get(), target); !file.empty()) {
    ERR_clear_error();
    return {Stage::own_files, file + " cannot be used: it must be there, be PEM, and the key be the certificate's"};
  }
  const Connection connection(SSL_new(context.get()), SSL_free);
  if (!connection || SSL_set_fd(connection.get(), socket.fd()) != 1) return unusable;
  SSL* tls = connection.get();
  expect(tls, target.address.host);
  Finding finding;
  const Step shaken = take(tls, socket, deadline, [tls] { return SSL_connect(tls); });
  if (shaken == Step::silent) {
    return {Stage::no_tls, "cannot connect: what listens there does not answer with TLS; is the port right?"};
  }
  if (shaken == Step::failed) {
    finding = explain(target, tls);
  } else {
    char byte = 0;
    const Step heard = take(tls, socket, deadline.at_most(kAlertTime), [tls, &byte] { return SSL_read(tls, &byte, 1); });
    if (heard == Step::failed) finding = explain(target, tls);
  }
  finding.peer = peer_of(tls);
  ERR_clear_error();
  return finding;
}

}  // namespace greentill::probe

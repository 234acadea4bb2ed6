// SPDX-License-Identifier: Apache-2.0
#include "daemon/probe/certificate_cause.hpp"

#include <openssl/x509_vfy.h>

#include <ctime>

#include "daemon/base/file.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/base/system.hpp"
#include "daemon/crypto/certificate.hpp"

namespace greentill::probe {
namespace {

constexpr std::size_t kMostBytes = 1u << 20;

std::string text_of(const ASN1_TIME* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? utc_text(timegm(&parts)) : "a time that cannot be read";
}

/// Where the clock must be wrong, that; else what it shows.
std::string clock_words(const Clock& clock) {
  if (auto fault = clock_fault(clock)) return *fault;
  return "this machine's clock shows " + shown_by(clock);
}

/// The certificate that the dates are wrong of: the broker's own or one behind it, else an authority's.
const X509* out_of_date(SSL* connection, bool expired) {
  const STACK_OF(X509)* sent = SSL_get_peer_cert_chain(connection);
  for (int i = 0; i < sk_X509_num(sent); ++i) {
    const X509* one = sk_X509_value(sent, i);
    if (expired ? X509_cmp_current_time(X509_get0_notAfter(one)) < 0 : X509_cmp_current_time(X509_get0_notBefore(one)) > 0)
      return one;
  }
  return nullptr;
}

}  // namespace

std::optional<std::string> date_cause(SSL* connection) {
  const long verified = SSL_get_verify_result(connection);
  const bool expired = verified == X509_V_ERR_CERT_HAS_EXPIRED;
  if (!expired && verified != X509_V_ERR_CERT_NOT_YET_VALID) return std::nullopt;
  const SystemClock clock;
  const X509* certificate = out_of_date(connection, expired);
  std::string words =
      certificate == nullptr ? "an authority's certificate, on which the broker's rests, " : "the broker's certificate ";
  words += expired ? "expired" : "is not valid yet";
  if (certificate != nullptr && expired) words += " on " + text_of(X509_get0_notAfter(certificate));
  if (certificate != nullptr && !expired) words += ", but from " + text_of(X509_get0_notBefore(certificate)) + " on";
  words += ", and " + clock_words(clock);
  if (!clock_fault(clock)) words += ". Where the clock is right, the broker needs another certificate";
  return words;
}

std::string why_refused(const Target& target, int alert) {
  const auto pem = read_file(target.certificate, kMostBytes);
  const auto ours = pem ? crypto::Certificate::leaf_from(*pem) : Result<crypto::Certificate>(Failure{pem.error()});
  if (!ours) return {};
  const SystemClock clock;
  const auto defects = ours->own_defects(clock.unix_seconds());
  if (!defects.empty()) return ": " + to_words(defects, clock_words(clock));
  if (ours->is_self_signed()) return ": it is self-signed, with its own key and not by an authority";
  if (alert == SSL_AD_CERTIFICATE_EXPIRED || alert == SSL_AD_BAD_CERTIFICATE) {
    return ": it is valid from " + utc_text(ours->not_before()) + " to " + utc_text(ours->not_after()) + ", and " +
           clock_words(clock) + ". Is the broker's clock right?";
  }
  if (alert != SSL_AD_UNKNOWN_CA) return {};
  return ": it was issued by '" + ours->issuer() +
         "'. The broker must trust that authority; where an intermediate authority issued " +
         "it, that one's certificate belongs behind ours in the same file";
}

}  // namespace greentill::probe

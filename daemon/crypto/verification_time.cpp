// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/verification_time.hpp"

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <atomic>

namespace greentill::crypto {
namespace {

// OpenSSL's; it lives until the process ends.
std::atomic<X509_VERIFY_PARAM*> terms{nullptr};

}  // namespace

Status VerificationTime::prepare() {
  if (terms != nullptr) return Done{};
  // What OpenSSL's own entry of that name says: ours hides it.
  X509_VERIFY_PARAM* made = X509_VERIFY_PARAM_new();
  const bool good = made != nullptr && X509_VERIFY_PARAM_set1_name(made, "ssl_server") == 1 &&
                    X509_VERIFY_PARAM_set_purpose(made, X509_PURPOSE_SSL_SERVER) == 1 &&
                    X509_VERIFY_PARAM_set_trust(made, X509_TRUST_SSL_SERVER) == 1 && X509_VERIFY_PARAM_add0_table(made) == 1;
  if (!good) {
    X509_VERIFY_PARAM_free(made);
    return fail(ErrorCode::bug, "OpenSSL does not let the time be set by which certificates are judged");
  }
  terms = made;
  return Done{};
}

void VerificationTime::set(std::optional<std::int64_t> unix_seconds) {
  X509_VERIFY_PARAM* changed = terms;
  if (changed == nullptr) return;
  if (unix_seconds) {
    X509_VERIFY_PARAM_set_time(changed, static_cast<time_t>(*unix_seconds));
  } else {
    X509_VERIFY_PARAM_clear_flags(changed, X509_V_FLAG_USE_CHECK_TIME);
  }
}

}  // namespace greentill::crypto

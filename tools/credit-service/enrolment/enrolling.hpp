// SPDX-License-Identifier: Apache-2.0
// Who gets a certificate for which key: with a code, or with the certificate before it. docs/enrolment.md has the rules.
// Whatever is decided is written in the transaction in which it is asked, with what was issued; so the same request again, also
// after the program died or the line broke, has the same answer. Threads: one; within the store's transaction.
#pragma once

#include <optional>
#include <string>

#include "daemon/base/calendar.hpp"
#include "daemon/crypto/certificate_request.hpp"
#include "daemon/crypto/issuer.hpp"
#include "tools/credit-service/ledger/store.hpp"
#include "tools/credit-service/registry/registry.hpp"

namespace greentill::credit {

/// How long certificates last, and for how long an expired one still gets the next.
struct EnrolmentTerms {
  std::int64_t lifetime = 397 * kSecondsADay;
  std::int64_t grace = 180 * kSecondsADay;
  std::int64_t licence = 30 * kSecondsADay;  ///< of a dock's licence
};

/// How far a certificate's begin lies before its issue, for clocks that are behind.
inline constexpr std::int64_t kBackdated = kSecondsAnHour;
/// Within this time of its issue a certificate is the answer to further renewals of its key.
inline constexpr std::int64_t kIssuedOnce = kSecondsADay;

struct EnrolmentAnswer {
  enum class Kind : std::uint8_t {
    issued,        ///< `certificate`
    wait,          ///< until a person has confirmed the key
    unknown_code,  ///< the device has no such code that is good; what became of it, only who knows it is told
    refused,       ///< for a reason that trying again does not change
  };
  Kind kind = Kind::refused;
  std::string words;                               ///< why, for people at both ends
  std::optional<crypto::Certificate> certificate;  ///< with its issuer behind it
  bool is_new = false;                             ///< it was made just now
  std::optional<Digest> replaced;                  ///< the key whose place the request's took just now
};

/// What is said of a code that the device does not have, and of a certificate that the registry does not have.
[[nodiscard]] EnrolmentAnswer no_such_code();
[[nodiscard]] EnrolmentAnswer not_registered(const crypto::Certificate& shown);

class Enrolling {
 public:
  /// All must outlive it. `registry`: of the same store, in whose transaction this is.
  Enrolling(Store& store, Registry& registry, const crypto::Issuer& issuer, const EnrolmentTerms& terms, std::int64_t now)
      : store_(store), registry_(registry), issuer_(issuer), terms_(terms), now_(now) {}

  /// `code`: crypto::code_hash() of what was given. The request's key is the device's first, the one that it has, or, where the
  /// code says so, takes that one's place, which is good up to where the ledger stands. Errors: those of the store.
  Result<EnrolmentAnswer> enrol(const std::string& device, const Digest& code, const crypto::CertificateRequest& request);
  /// `shown`: the certificate with whose key the client proved who it is. The same key is certified anew; another one takes its
  /// place. Errors: likewise.
  Result<EnrolmentAnswer> renew(const crypto::Certificate& shown, const crypto::CertificateRequest& request);

 private:
  Result<EnrolmentAnswer> enrol_with(const EnrolmentCode& code, const crypto::CertificateRequest& request);
  Result<EnrolmentAnswer> renew_key(const DeviceKey& key, const crypto::CertificateRequest& request);
  /// What the registry holds against this key for the device; empty: nothing. `current`: the key that the device has.
  Result<std::string> why_not(const std::string& device, const Digest& key, const std::optional<DeviceKey>& current,
                              bool replaces);
  Result<std::optional<DeviceKey>> current_key(const std::string& device);
  Result<EnrolmentAnswer> issue(const std::string& device, const crypto::CertificateRequest& request,
                                const std::optional<DeviceKey>& current);
  /// How far the key is good that was replaced: to where the device's chain stands.
  Status end_key_before(const std::string& device, const Digest& key);

  Store& store_;
  Registry& registry_;
  const crypto::Issuer& issuer_;
  const EnrolmentTerms terms_;
  const std::int64_t now_;
};

}  // namespace greentill::credit

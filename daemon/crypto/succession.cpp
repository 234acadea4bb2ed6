// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/succession.hpp"

#include <algorithm>
#include <ctime>
#include <memory>
#include <string>

#include "daemon/base/moment.hpp"
#include "daemon/base/printable.hpp"
#include "daemon/crypto/owned.hpp"
#include "daemon/crypto/pem_certificates.hpp"

namespace greentill::crypto {
namespace {

constexpr std::int64_t kSlackSeconds = 600;  // clocks of two machines

struct Anchor {
  std::shared_ptr<X509> certificate;
  const CertificateDer* der = nullptr;

  [[nodiscard]] X509* get() const { return certificate.get(); }
  [[nodiscard]] const X509_NAME* subject() const { return X509_get_subject_name(get()); }
  [[nodiscard]] const X509_NAME* issuer() const { return X509_get_issuer_name(get()); }
  [[nodiscard]] bool is_self_issued() const { return X509_NAME_cmp(subject(), issuer()) == 0; }
  [[nodiscard]] std::string name() const { return "'" + printable(name_of(subject())) + "'"; }
};
using Anchors = std::vector<Anchor>;

bool signed_by(const Anchor& one, const Anchor& authority) {
  const bool named = X509_NAME_cmp(one.issuer(), authority.subject()) == 0;
  const bool verified = named && X509_verify(one.get(), X509_get0_pubkey(authority.get())) == 1;
  ERR_clear_error();
  return verified;
}

bool is_root(const Anchor& one) { return is_authority(one.get()) && one.is_self_issued() && signed_by(one, one); }

bool same_key(const Anchor& a, const Anchor& b) {
  const bool same = EVP_PKEY_eq(X509_get0_pubkey(a.get()), X509_get0_pubkey(b.get())) == 1;
  ERR_clear_error();
  return same;
}

bool is_younger(const Anchor& a, const Anchor& b) {
  int days = 0;
  int seconds = 0;
  const bool told = ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(b.get()), X509_get0_notBefore(a.get())) == 1;
  return told && (days > 0 || seconds > 0);
}

bool holds_at(const Anchor& one, std::optional<std::int64_t> at) {
  if (!at) return true;
  std::time_t latest = *at;
  std::time_t earliest = *at + kSlackSeconds;
  return X509_cmp_time(X509_get0_notAfter(one.get()), &latest) >= 0 &&
         X509_cmp_time(X509_get0_notBefore(one.get()), &earliest) <= 0;
}

bool is_among(const Anchor& one, const Anchors& all) {
  return std::ranges::any_of(all, [&one](const Anchor& other) { return *one.der == *other.der; });
}

Result<Anchors> read_all(const std::vector<CertificateDer>& ders) {
  Anchors all;
  for (const CertificateDer& der : ders) {
    const unsigned char* next = der.data();
    std::shared_ptr<X509> one(d2i_X509(nullptr, &next, static_cast<long>(der.size())), X509_free);
    if (!one || next != der.data() + der.size() || X509_get0_pubkey(one.get()) == nullptr) {
      return openssl_failure(ErrorCode::invalid, "an authority's certificate cannot be read");
    }
    all.push_back({std::move(one), &der});
  }
  return all;
}

class Succession {
 public:
  Succession(Anchors held, Anchors offered, std::optional<std::int64_t> at)
      : held_(std::move(held)), offered_(std::move(offered)), at_(at) {}

  Result<std::vector<CertificateDer>> run() {
    std::ranges::copy_if(held_, std::back_inserter(roots_), is_root);
    if (roots_.empty()) {
      return fail(ErrorCode::denied, "none of the authorities that were confirmed here is a root, whose word could bring others");
    }
    const Anchor youngest = *std::ranges::max_element(roots_, [](const Anchor& a, const Anchor& b) { return is_younger(b, a); });
    while (find_root()) continue;
    if (!goes_on(youngest)) {
      return fail(ErrorCode::denied, "the root " + youngest.name() + " that is trusted here is missing, and none follows it");
    }
    std::vector<CertificateDer> anchors;
    for (const Anchor& one : offered_) {
      if (is_link(one)) continue;
      if (Status trusted = check(one); !trusted) return Failure{trusted.error()};
      anchors.push_back(*one.der);
    }
    return anchors;
  }

 private:
  /// Another key of a root's name, certified by a root: it vouches, and is no anchor.
  static bool is_link(const Anchor& one) { return is_authority(one.get()) && one.is_self_issued() && !signed_by(one, one); }

  /// Takes one offered root that a trusted one vouches for; false where there is none any more.
  bool find_root() {
    for (const Anchor& next : offered_) {
      if (!is_root(next) || is_among(next, roots_) || !holds_at(next, at_)) continue;
      for (const Anchor& before : roots_) {
        if (!is_younger(next, before) || !vouches(before, next)) continue;
        roots_.push_back(next);
        followers_.push_back(next);
        return true;
      }
    }
    return false;
  }

  /// What a root has certified for an authority below it is no word for another root: that has the root's own name, and may have
  /// authorities below it.
  [[nodiscard]] bool vouches(const Anchor& before, const Anchor& next) const {
    if (signed_by(next, before)) return true;  // another certificate for the root's own key
    return std::ranges::any_of(offered_, [&](const Anchor& link) {
      return is_link(link) && X509_get_pathlen(link.get()) != 0 && holds_at(link, at_) && same_key(link, next) &&
             X509_NAME_cmp(link.subject(), next.subject()) == 0 && signed_by(link, before);
    });
  }

  [[nodiscard]] bool goes_on(const Anchor& youngest) const { return !followers_.empty() || is_among(youngest, offered_); }

  [[nodiscard]] Status check(const Anchor& one) const {
    if (is_among(one, held_) || is_among(one, roots_)) return Done{};
    if (!is_authority(one.get())) return fail(ErrorCode::denied, one.name() + " is offered as an authority, and is none");
    if (is_root(one)) {
      return fail(ErrorCode::denied, "the root " + one.name() +
                                         " is new, and no older root of its name that is trusted here has certified it, as it "
                                         "stands and at this time");
    }
    const bool issued = std::ranges::any_of(roots_, [&one](const Anchor& root) { return signed_by(one, root); });
    if (!issued) return fail(ErrorCode::denied, "the authority " + one.name() + " was issued by no root that is trusted here");
    if (!holds_at(one, at_))
      return fail(ErrorCode::denied, "the authority " + one.name() + " is new, and not valid at this time");
    return Done{};
  }

  const Anchors held_;
  const Anchors offered_;
  const std::optional<std::int64_t> at_;
  Anchors roots_;      // that are trusted
  Anchors followers_;  // those of them that are new
};

}  // namespace

Result<std::vector<CertificateDer>> succeeding_anchors(const std::vector<CertificateDer>& held,
                                                       const std::vector<CertificateDer>& offered,
                                                       std::optional<std::int64_t> at) {
  auto before = read_all(held);
  if (!before) return Failure{before.error()};
  auto after = read_all(offered);
  if (!after) return Failure{after.error()};
  return Succession(std::move(*before), std::move(*after), at).run();
}

}  // namespace greentill::crypto

// SPDX-License-Identifier: Apache-2.0
#include "daemon/credential/check.hpp"

#include <algorithm>

#include "daemon/base/hex.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/base/printable.hpp"
#include "daemon/credential/printed.hpp"
#include "daemon/crypto/certs_only_reader.hpp"
#include "daemon/crypto/hasher.hpp"

namespace greentill::credential {
namespace {

constexpr std::int64_t kClockSlack = 300;  // by which two honest clocks may differ

/// Tells one check after the other.
class Telling {
 public:
  explicit Telling(Verdict& verdict) : verdict_(verdict) {}
  void tell(std::string_view name, bool holds, std::string why) {
    verdict_.checks.push_back({name, holds ? Outcome::holds : Outcome::fails, std::move(why)});
  }
  void tell(std::string_view name, const Status& status, const std::string& holds) {
    tell(name, status.ok(), status ? holds : status.error().message);
  }
  void leave(std::string_view name, std::string why) {
    verdict_.checks.push_back({name, Outcome::not_looked_at, std::move(why)});
  }

 private:
  Verdict& verdict_;
};

/// The newest of the lists that the certificate names for that purpose; null: none of them.
const StatusList* list_for(const TreeCertificate& certificate, StatusPurpose purpose, const std::vector<ListSeen>& lists) {
  const StatusList* newest = nullptr;
  for (const ListSeen& seen : lists) {
    if (!seen.list || seen.list->purpose != purpose || seen.list->number != certificate.status.list) continue;
    if (seen.list->programme.url != certificate.programme.url) continue;
    if (newest == nullptr || seen.list->valid_from > newest->valid_from) newest = &*seen.list;
  }
  return newest;
}

void check_state(Telling& telling, StatusPurpose purpose, const TreeCertificate& certificate, const Given& given,
                 std::int64_t now) {
  const std::string_view name = to_string(purpose);
  const std::string_view done = purpose == StatusPurpose::revocation ? "revoked" : "suspended";
  if (given.lists == nullptr)
    return telling.leave(name, "no list of states was given: whether it was " + std::string(done) + " is not seen");
  const StatusList* list = list_for(certificate, purpose, *given.lists);
  const std::string url = list_url(certificate.programme, purpose, certificate.status.list);
  if (list == nullptr) {
    const std::string why = "none of the given lists that count is " + url;
    // Whoever gives lists wants revocation to be looked at; of suspensions they may have none.
    if (purpose == StatusPurpose::revocation) return telling.tell(name, false, why);
    return telling.leave(name, why);
  }
  const std::string age = "as of a list that is " + span_text(std::max<std::int64_t>(0, now - list->valid_from)) + " old, of " +
                          utc_text(list->valid_from);
  if (list->bits.at(certificate.status.index)) return telling.tell(name, false, "it is " + std::string(done) + ", " + age);
  telling.tell(name, true, "it is not " + std::string(done) + ", " + age + "; what came later is not seen");
}

void check_dates(Telling& telling, const TreeCertificate& certificate, std::int64_t now) {
  if (certificate.issued_at > now + kClockSlack)
    return telling.tell(
        "dates", false,
        "it is said to be issued at " + utc_text(certificate.issued_at) + ", which is to come; or this machine's clock is wrong");
  telling.tell("dates", true, "issued at " + utc_text(certificate.issued_at) + ", each tree planted and then inspected before");
}

void check_paper(Telling& telling, const Given& given, const Verdict& verdict) {
  if (given.paper.empty()) return telling.leave("paper", "what the QR code of a paper says was not given");
  const auto printed = read_printed(given.paper);
  if (!printed) return telling.tell("paper", false, printed.error().message);
  if (printed->payload_sha256 != verdict.payload_sha256)
    return telling.tell("paper", false, "the paper is of another certificate, or of another edition of it");
  if (!printed->message && verdict.certificate && printed->number != verdict.certificate->number)
    return telling.tell("paper", false, "the paper has another number, " + printable(printed->number));
  telling.tell("paper", true, "the paper's code is of this certificate");
}

/// Whether all lists that were given count.
void check_lists_given(Telling& telling, const Given& given) {
  if (given.lists == nullptr) return telling.leave("lists", "none was given");
  for (const ListSeen& seen : *given.lists) {
    if (!seen.list) return telling.tell("lists", false, "one of the given lists does not count: " + seen.why);
  }
  telling.tell("lists", true, "all that were given are signed under the anchors, and of now");
}

/// Those that hang on content.
void check_content(Telling& telling, const Given& given, const Verdict& verdict, std::int64_t now) {
  if (!verdict.certificate) {
    for (const std::string_view name : {"dates", "revocation", "suspension"}) telling.leave(name, "its content cannot be read");
    return;
  }
  check_dates(telling, *verdict.certificate, now);
  for (const StatusPurpose purpose : {StatusPurpose::revocation, StatusPurpose::suspension})
    check_state(telling, purpose, *verdict.certificate, given, now);
}

void check_signer(Telling& telling, const Secured& secured, const crypto::Authority& anchors, Verdict& verdict,
                  std::int64_t now) {
  // Where the content cannot be read there is no time at which the signer's certificate was to be valid.
  const std::int64_t at = verdict.certificate ? verdict.certificate->issued_at : now;
  const auto signer = find_signer(secured, anchors, at);
  if (!signer) {
    telling.tell("signer", false, signer.error().message);
    return telling.leave("signature", "there is no signer to check it by");
  }
  verdict.signer = signer->common_name();
  std::string words = '"' + printable(verdict.signer) +
                      "\" signs certificates of trees under the anchors, and its certificate was valid when this was issued";
  if (signer->not_after() < now) words += "; it ended on " + utc_text(signer->not_after());
  telling.tell("signer", true, std::move(words));
  telling.tell("signature", check_signature(secured, *signer), "its signature is over this content");
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::holds: return "holds";
    case Outcome::fails: return "fails";
    default: return "not-looked-at";
  }
}

bool Verdict::holds() const {
  return !checks.empty() && std::ranges::none_of(checks, [](const Check& one) { return one.outcome == Outcome::fails; });
}

Result<crypto::Certificate> find_signer(const Secured& secured, const crypto::Authority& anchors, std::int64_t at) {
  if (secured.chain.empty()) return fail(ErrorCode::denied, "the message brings no certificate (x5chain)");
  std::vector<crypto::CertificateDer> ders;
  for (const ByteView one : secured.chain) ders.emplace_back(one.begin(), one.end());
  const auto pem = crypto::pem_of_all(ders);
  if (!pem) return Failure{pem.error().with_context("x5chain")};
  auto leaf = crypto::Certificate::leaf_from(*pem);
  if (!leaf) return Failure{leaf.error().with_context("x5chain")};
  if (leaf->thumbprint() != secured.thumbprint)
    return fail(ErrorCode::denied, "the first certificate of the message is not the one that its protected header names");
  if (!leaf->has_usage(crypto::kTreeSigningUsage)) {
    return fail(ErrorCode::denied, "the certificate of \"" + printable(leaf->common_name()) +
                                       "\" lacks the usage for certificates of trees, " + std::string(crypto::kTreeSigningUsage));
  }
  if (Status trusted = anchors.check(*leaf, at); !trusted) return Failure{trusted.error()};
  return leaf;
}

Status check_signature(const Secured& secured, const crypto::Certificate& signer) {
  const auto verifier = signer.make_verifier();
  if (!verifier) return Failure{verifier.error()};
  const Digest digest = digest_to_sign(crypto::hasher(), secured.thumbprint, secured.payload);
  if ((*verifier)->verify(digest, secured.signature)) return Done{};
  return fail(ErrorCode::denied, "\"" + printable(signer.common_name()) + "\" did not sign this content");
}

Verdict check_certificate(const Given& given, const crypto::Authority& anchors, std::int64_t now) {
  Verdict verdict;
  Telling telling(verdict);
  const auto secured = parse_secured(as_bytes(given.message));
  if (!secured) {
    telling.tell("message", false, secured.error().message);
    return verdict;
  }
  telling.tell("message", true, "it is a verifiable credential secured with COSE (ES256)");
  verdict.payload_sha256 = crypto::hasher().sha256({secured->payload});
  auto certificate = read_tree_certificate(as_text(secured->payload));
  telling.tell("content", certificate.ok(),
               certificate ? "it is a certificate of trees: " + std::to_string(certificate->trees.size()) +
                                 (certificate->trees.size() == 1 ? " tree" : " trees")
                           : certificate.error().message);
  if (certificate) verdict.certificate = std::move(*certificate);
  check_signer(telling, *secured, anchors, verdict, now);
  check_lists_given(telling, given);
  check_content(telling, given, verdict, now);
  check_paper(telling, given, verdict);
  return verdict;
}

}  // namespace greentill::credential

// SPDX-License-Identifier: Apache-2.0
// ca init, new-root, retire-root, show, issue and crl: the programme's authorities in a folder.
#include <array>

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/base/system.hpp"
#include "daemon/base/text.hpp"
#include "daemon/crypto/fingerprint.hpp"
#include "tools/broker-guard/names.hpp"
#include "tools/common/table.hpp"
#include "tools/credit-service/authority/authority.hpp"
#include "tools/credit-service/authority/revoked.hpp"
#include "tools/credit-service/authority/succession.hpp"
#include "tools/credit-service/cli/enrolment.hpp"
#include "tools/credit-service/cli/opening.hpp"
#include "tools/credit-service/cli/registry_change.hpp"
#include "tools/credit-service/enrolment/enrolling.hpp"
#include "tools/credit-service/registry/names.hpp"

namespace greentill::credit {
namespace {

constexpr std::int64_t kDaysAYear = 365;

/// A number that an option gives; `absent` where it was left out.
Result<std::int64_t> number_of(const Given& given, const std::string& name, std::int64_t most, std::int64_t absent) {
  if (given[name].empty()) return absent;
  const auto number = parse_integer<std::int64_t>(given[name]);
  if (number && *number >= 1 && *number <= most) return *number;
  return fail(ErrorCode::invalid, "--" + name + ": a number from 1 to " + std::to_string(most));
}

Result<Branch> branch_of(const std::string& word) {
  for (std::size_t i = 0; i < std::size(kBranchNames); ++i) {
    if (word == kBranchNames[i]) return static_cast<Branch>(i);
  }
  return fail(ErrorCode::invalid, "AUTHORITY: \"" + word + "\" is none of devices, workers, signers");
}

/// What `ca issue` makes of a kind.
struct Issue {
  Branch branch = Branch::devices;
  crypto::CertificateTerms terms;
};

/// Of who signs for the operator; empty for another kind.
std::string_view signing_usage(const std::string& kind) {
  if (kind == "consents") return crypto::kConsentSigningUsage;
  if (kind == "bundles") return crypto::kBundleSigningUsage;
  return kind == "trees" ? crypto::kTreeSigningUsage : std::string_view();
}

Result<Issue> issue_of(const Given& given) {
  const std::string& kind = given["kind"];
  if (kind == "server") {
    if (given.hosts.empty())
      return fail(ErrorCode::invalid, "--host: a server's certificate names its host; devices look for it");
    return Issue{Branch::devices, {given.hosts.front().substr(0, 64), given.hosts, "", {crypto::kServerUsage}, 0, 0}};
  }
  if (!given.hosts.empty()) return fail(ErrorCode::invalid, "--host: only a server has one");
  if (kind == "worker") {
    return Issue{Branch::workers,
                 {std::string(guard::kServiceName), {}, "", {crypto::kClientUsage, crypto::kReceiptSigningUsage}, 0, 0}};
  }
  if (const auto usage = signing_usage(kind); !usage.empty()) {
    if (Status name = check_id("--name", given["name"]); !name) return Failure{name.error()};
    return Issue{Branch::signers, {given["name"], {}, "", {usage}, 0, 0}};
  }
  return fail(ErrorCode::invalid,
              "KIND: \"" + kind + "\" is none of server, worker, consents, bundles, trees; devices are enrolled");
}

Status tell_authorities(const std::filesystem::path& folder, const Output& output) {
  const auto anchors = load_anchors(folder);
  if (!anchors) return Failure{anchors.error()};
  const Digest digest = digest_of(*anchors);
  tools::Table table({{"authority"}, {"until"}, {"sha256"}});
  Json all = Json::array();
  for (const crypto::Certificate& one : *anchors) {
    table.add({one.common_name(), utc_text(one.not_after()), to_hex(one.thumbprint())});
    all.push_back({{"name", one.common_name()}, {"not_after", one.not_after()}, {"sha256", to_hex(one.thumbprint())}});
  }
  const std::string fingerprint = crypto::fingerprint_of(digest);
  output.answer({{"authorities", all}, {"fingerprint", fingerprint}, {"sha256", to_hex(digest)}},
                table.text() + "fingerprint of them all: " + fingerprint + '\n');
  return Done{};
}

}  // namespace

namespace {

struct Years {
  std::int64_t root = 0;  ///< in seconds, both
  std::int64_t others = 0;
};

Result<Years> years_of(const Given& given) {
  const auto root_years = number_of(given, "root-years", 50, 30);
  const auto years = number_of(given, "years", 30, 10);
  if (!root_years) return Failure{root_years.error()};
  if (!years) return Failure{years.error()};
  if (*years > *root_years) return fail(ErrorCode::invalid, "--years: none below the root lasts longer than it");
  return Years{*root_years * kDaysAYear * kSecondsADay, *years * kDaysAYear * kSecondsADay};
}

}  // namespace

Status init_authority(const std::filesystem::path& /*config*/, const Given& given, const Output& output) {
  const auto years = years_of(given);
  if (!years) return Failure{years.error()};
  const std::int64_t now = SystemClock().unix_seconds();
  if (Status made = make_authorities(given["folder"], {given["name"], now, now + years->root, now + years->others}); !made) {
    return made;
  }
  return tell_authorities(given["folder"], output);
}

Status renew_root(const std::filesystem::path& /*config*/, const Given& given, const Output& output) {
  const auto years = years_of(given);
  if (!years) return Failure{years.error()};
  const std::int64_t now = SystemClock().unix_seconds();
  if (Status made = make_next_root(given["folder"], {now, now + years->root, now + years->others}); !made) return made;
  return tell_authorities(given["folder"], output);
}

Status retire_root(const std::filesystem::path& /*config*/, const Given& given, const Output& output) {
  if (Status retired = retire_former_root(given["folder"]); !retired) return retired;
  return tell_authorities(given["folder"], output);
}

Status show_authority(const std::filesystem::path& /*config*/, const Given& given, const Output& output) {
  return tell_authorities(given["folder"], output);
}

Status issue_certificate(const std::filesystem::path& /*config*/, const Given& given, const Output& output) {
  const auto days = number_of(given, "days", 3660, 397);
  if (!days) return Failure{days.error()};
  auto wanted = issue_of(given);
  if (!wanted) return Failure{wanted.error()};
  const auto text = read_named(given["request"]);
  if (!text) return Failure{text.error()};
  const auto request = crypto::CertificateRequest::from_file(*text);
  if (!request) return Failure{request.error().with_context(given["request"])};
  const auto issuer = load_issuer(given["folder"], wanted->branch);
  if (!issuer) return Failure{issuer.error()};
  const std::int64_t now = SystemClock().unix_seconds();
  wanted->terms.not_before = now - kBackdated;
  wanted->terms.not_after = now + *days * kSecondsADay;
  const auto certificate = issuer->issue(*request, wanted->terms);
  if (!certificate) return Failure{certificate.error()};
  if (Status written = write_file_durably(given["out"], certificate->path_to_pem()); !written) return written;
  output.answer({{"name", certificate->common_name()},
                 {"sha256", to_hex(certificate->thumbprint())},
                 {"not_after", certificate->not_after()},
                 {"file", given["out"]}},
                "the certificate of \"" + printable(certificate->common_name()) + "\" until " +
                    utc_text(certificate->not_after()) + " is in " + printable(given["out"]) + '\n');
  return Done{};
}

Status write_revoked(const std::filesystem::path& config, const Given& given, const Output& output) {
  const auto days = number_of(given, "days", 3660, 30);
  const auto branch = branch_of(given["branch"]);
  if (!days) return Failure{days.error()};
  if (!branch) return Failure{branch.error()};
  const auto issuer = load_issuer(given["folder"], *branch);
  if (!issuer) return Failure{issuer.error()};
  const std::int64_t now = SystemClock().unix_seconds();
  std::vector<crypto::RevokedCertificate> revoked;
  if (*branch == Branch::devices) {
    const auto reading = Reading::open(config);
    if (!reading) return Failure{reading.error()};
    auto found = revoked_by_registry((*reading)->books->registry(), now);
    if (!found) return Failure{found.error()};
    revoked = std::move(*found);
  }
  if (!given["also"].empty()) {
    const auto text = read_named(given["also"]);
    if (!text) return Failure{text.error()};
    const auto all = crypto::Certificate::all_from_pem(*text);
    if (!all) return Failure{all.error().with_context(given["also"])};
    for (const crypto::Certificate& one : *all) revoked.push_back({one, now});
  }
  std::erase_if(revoked, [&](const crypto::RevokedCertificate& one) { return !issuer->issued(one.certificate); });
  const auto list = issuer->revoked_list(revoked, now, now + *days * kSecondsADay);
  if (!list) return Failure{list.error()};
  if (Status written = write_file_durably(given["out"], *list); !written) return written;
  output.answer({{"revoked", revoked.size()}, {"next_update", now + *days * kSecondsADay}, {"file", given["out"]}},
                tools::counted(revoked.size(), "certificate") + " revoked; the list in " + printable(given["out"]) +
                    " is good until " + utc_text(now + *days * kSecondsADay) + '\n');
  return Done{};
}

}  // namespace greentill::credit

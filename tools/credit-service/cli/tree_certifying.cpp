// SPDX-License-Identifier: Apache-2.0
// tree certify, certificate, certificates, revoke and lists.
#include <sstream>

#include "daemon/base/base32.hpp"
#include "daemon/base/calendar.hpp"
#include "daemon/base/file.hpp"
#include "daemon/credential/secured.hpp"
#include "tools/common/text.hpp"
#include "tools/credit-service/certificate/loading.hpp"
#include "tools/credit-service/certificate/printing.hpp"
#include "tools/credit-service/cli/holdings.hpp"
#include "tools/credit-service/cli/listing.hpp"
#include "tools/credit-service/registry/names.hpp"

namespace greentill::credit {
namespace {

constexpr std::int64_t kListDays = 30;

Result<std::unique_ptr<CertificateSigner>> load_certifier(const TreesConfig& config) {
  if (config.url.empty()) return fail(ErrorCode::invalid, "trees.url: the configuration names nobody who certifies trees");
  return load_certificate_signer(config.certificate, config.key);
}

Result<std::string> print(const credential::TreeCertificate& content, const std::string& message, const Given& given) {
  const auto printer = CertificatePrinter::make(given["language"].empty() ? "en" : given["language"]);
  if (!printer) return Failure{printer.error()};
  return (*printer)->print(content, message);
}

/// Writes a certificate that is kept.
Status write_files(Counter& counter, const std::string& number, const Given& given) {
  const auto kept = counter.trees.certificate(number);
  if (!kept) return Failure{kept.error()};
  if (!*kept) return fail(ErrorCode::not_found, "there is no certificate \"" + number + '"');
  const std::string& message = (*kept)->message;
  if (!given["pdf"].empty()) {
    const auto secured = credential::parse_secured(as_bytes(message));
    if (!secured) return Failure{secured.error()};
    const auto content = credential::read_tree_certificate(as_text(secured->payload));
    if (!content) return Failure{content.error()};
    const auto paper = print(*content, message, given);
    if (!paper) return Failure{paper.error()};
    if (Status written = write_file_durably(given["pdf"], *paper, 0644); !written) return written;
  }
  return write_file_durably(given["out"], message, 0644);
}

Result<Deed> certify(Counter& counter, const Given& given) {
  const auto signer = load_certifier(counter.config.trees);
  if (!signer) return Failure{signer.error()};
  const auto year = read_number("--year", given["year"], 2000, 2999);
  if (!year) return Failure{year.error()};
  Certifying certifier = certifying(counter);
  const auto issued = certifier.issue(given["account"], static_cast<int>(*year), **signer, counter.random);
  if (!issued) return Failure{issued.error()};
  // Before it is kept: what cannot be printed is not issued.
  if (!given["pdf"].empty()) {
    if (const auto paper = print(issued->content, issued->message, given); !paper) return Failure{paper.error()};
  }
  const credential::TreeCertificate& content = issued->content;
  std::string text = "certificate " + content.number + " is of " + tools::counted(content.trees.size(), "tree") + '\n';
  if (issued->left > 0) text += tools::counted(issued->left, "tree") + " more want another certificate\n";
  return Deed{{{{"certificate", content.number},
                {"trees", content.trees.size()},
                {"credit_mg", content.credit_mg()},
                {"left", issued->left}},
               text},
              content.number,
              {{"certified", given["account"]}, {"trees", content.trees.size()}}};
}

Result<Deed> revoke(Counter& counter, const Given& given) {
  if (Status why = check_why(given["why"]); !why) return Failure{why.error()};
  const auto revoked = certifying(counter).revoke(given["number"]);
  if (!revoked) return Failure{revoked.error()};
  return Deed{{to_json(*revoked), "certificate " + revoked->number + " is revoked; sign the lists anew, so that others see it\n"},
              revoked->number,
              {{"revoked", true}}};
}

}  // namespace

Status revoke_certificate(const std::filesystem::path& config, const Given& given, const Output& output) {
  return do_at_counter(config, given, output, [&](Counter& counter) { return revoke(counter, given); });
}

Status certify_trees(const std::filesystem::path& config, const Given& given, const Output& output) {
  std::string number;
  Status done = do_at_counter(config, given, output, [&](Counter& counter) {
    auto deed = certify(counter, given);
    if (deed) number = deed->subject;
    return deed;
  });
  if (!done) return done;
  // Only now: one that got out and was not kept could never be revoked.
  Given again = given;
  again.fields["number"] = number;
  std::ostringstream said;
  Status written = write_certificate(config, again, Output{false, said});
  if (written && !output.json) output.out << said.str();
  return written;
}

Status write_certificate(const std::filesystem::path& config, const Given& given, const Output& output) {
  return look_at_counter(config, output, [&](Counter& counter) -> Result<Outcome> {
    if (Status written = write_files(counter, given["number"], given); !written) return Failure{written.error()};
    std::string text = "it is in " + printable(given["out"]) + '\n';
    if (!given["pdf"].empty()) text += "to print: " + printable(given["pdf"]) + '\n';
    return Outcome{{{"certificate", given["number"]}, {"out", given["out"]}}, text};
  });
}

Status list_certificates(const std::filesystem::path& config, const Given& given, const Output& output) {
  return look_at_counter(config, output, [&](Counter& counter) -> Result<Outcome> {
    auto all = Result<std::vector<CertifiedTrees>>(std::vector<CertifiedTrees>());
    if (given["account"].empty()) {
      all = counter.trees.certificates();
    } else {
      const auto found = counter.accounts.find(given["account"]);
      if (!found) return Failure{found.error()};
      all = counter.trees.certificates_of(found->id);
    }
    if (!all) return Failure{all.error()};
    Listing listing("certificates", {{"certificate"}, {"account"}, {"year"}, {"state"}, {"issued"}});
    for (const CertifiedTrees& one : *all) {
      listing.add(to_json(one), {one.number, in_fours(one.account), std::to_string(one.year), std::string(to_words(one.state)),
                                 tools::time_text(one.issued_at)});
    }
    return listing.outcome("no certificate was issued\n");
  });
}

Status write_status_lists(const std::filesystem::path& config, const Given& given, const Output& output) {
  return look_at_counter(config, output, [&](Counter& counter) -> Result<Outcome> {
    const auto signer = load_certifier(counter.config.trees);
    if (!signer) return Failure{signer.error()};
    std::int64_t days = kListDays;
    if (!given["days"].empty()) {
      const auto read = read_number("--days", given["days"], 1, 366);
      if (!read) return Failure{read.error()};
      days = *read;
    }
    const auto lists = certifying(counter).lists(**signer, days * kSecondsADay);
    if (!lists) return Failure{lists.error()};
    Json files = Json::array();
    std::string text;
    for (const auto& [name, message] : *lists) {
      const std::filesystem::path file = std::filesystem::path(given["out"]) / name;
      if (Status written = write_file_durably(file, message, 0644); !written) return Failure{written.error()};
      files.push_back(file.string());
      text += printable(file.string()) + '\n';
    }
    return Outcome{{{"lists", files}}, text};
  });
}

}  // namespace greentill::credit

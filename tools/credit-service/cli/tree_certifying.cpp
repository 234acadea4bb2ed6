// SPDX-License-Identifier: Apache-2.0
// tree certify, certificates, revoke and lists.
#include "daemon/base/base32.hpp"
#include "daemon/base/calendar.hpp"
#include "daemon/base/file.hpp"
#include "daemon/crypto/secret_file.hpp"
#include "tools/common/table.hpp"
#include "tools/common/text.hpp"
#include "tools/credit-service/certificate/certifying.hpp"
#include "tools/credit-service/certificate/printing.hpp"
#include "tools/credit-service/cli/holdings.hpp"
#include "tools/credit-service/registry/names.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kMostPem = 1u << 20;
constexpr std::int64_t kListDays = 30;

Result<std::unique_ptr<CertificateSigner>> load_certifier(const TreesConfig& config) {
  if (config.url.empty()) return fail(ErrorCode::invalid, "trees.url: the configuration names nobody who certifies trees");
  const auto certificate = read_file(config.certificate, kMostPem);
  if (!certificate) return Failure{certificate.error()};
  const auto key = crypto::read_secret(config.key);
  if (!key) return Failure{key.error()};
  return CertificateSigner::make(*certificate, key->text());
}

Certifying certifying(Counter& counter) {
  const TreesConfig& trees = counter.config.trees;
  return {counter.trees,
          counter.holders,
          counter.accounts,
          credential::Programme{trees.url, trees.name},
          TreeDuty{trees.duty, static_cast<std::uint32_t>(trees.duty_least), static_cast<std::uint32_t>(trees.duty_most)},
          counter.now};
}

Json to_json(const CertifiedTrees& one) {
  return {{"certificate", one.number}, {"account", one.account}, {"year", one.year},          {"state", to_words(one.state)},
          {"list", one.list},          {"place", one.index},     {"issued_at", one.issued_at}};
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
    const auto printer = CertificatePrinter::make(given["language"].empty() ? "en" : given["language"]);
    if (!printer) return Failure{printer.error()};
    const auto paper = (*printer)->print(issued->content, issued->message);
    if (!paper) return Failure{paper.error()};
    if (Status written = write_file_durably(given["pdf"], *paper, 0644); !written) return Failure{written.error()};
  }
  if (Status written = write_file_durably(given["out"], issued->message, 0644); !written) return Failure{written.error()};
  const credential::TreeCertificate& content = issued->content;
  std::string text = "certificate " + content.number + " of " + tools::counted(content.trees.size(), "tree") + " is in " +
                     printable(given["out"]) + '\n';
  if (!given["pdf"].empty()) text += "to print: " + printable(given["pdf"]) + '\n';
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

Status change_certificates(const std::filesystem::path& config, const Given& given, const Output& output) {
  return do_at_counter(config, given, output, [&](Counter& counter) {
    return given.command.ends_with("certify") ? certify(counter, given) : revoke(counter, given);
  });
}

Status list_certificates(const std::filesystem::path& config, const Given& given, const Output& output) {
  return look_at_counter(config, output, [&](Counter& counter) -> Result<Outcome> {
    std::string account;
    if (!given["account"].empty()) {
      const auto found = counter.accounts.find(given["account"]);
      if (!found) return Failure{found.error()};
      account = found->id;
    }
    const auto all = counter.trees.certificates(account);
    if (!all) return Failure{all.error()};
    Json list = Json::array();
    tools::Table table({{"certificate"}, {"account"}, {"year"}, {"state"}, {"issued"}});
    for (const CertifiedTrees& one : *all) {
      list.push_back(to_json(one));
      table.add({one.number, in_fours(one.account), std::to_string(one.year), std::string(to_words(one.state)),
                 tools::time_text(one.issued_at)});
    }
    return Outcome{{{"certificates", list}}, all->empty() ? "no certificate was issued\n" : table.text()};
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

// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/verify/verify_certificate.hpp"

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/system.hpp"
#include "daemon/base/time_text.hpp"
#include "daemon/credential/check.hpp"
#include "daemon/credential/dates.hpp"
#include "daemon/credential/printed.hpp"

namespace greentill::cli {
namespace {

using credential::ListSeen;
using credential::TreeCertificate;
using credential::Verdict;

constexpr std::size_t kMostLists = std::size_t{16} << 20;  // bytes of a file with lists

struct Loaded {
  std::string message;
  std::string paper;
  std::optional<crypto::Authority> anchors;
  std::vector<std::pair<std::string, ListSeen>> lists;  // with the file that it is of
};

/// The secured credential of a file, which may be what a paper's code says.
Result<std::string> load_message(const std::filesystem::path& file) {
  auto bytes = read_file(file, credential::kMaxSecuredBytes);
  if (!bytes || !credential::is_printed(*bytes)) return bytes;
  auto printed = credential::read_printed(*bytes);
  if (!printed) return Failure{printed.error().with_context(file.string())};
  if (printed->message) return std::move(*printed->message);
  return fail(ErrorCode::invalid, file.string() + ": the code names certificate " + printed->number +
                                      " by its hash and does not hold it: give its own file, and the code as --paper");
}

Result<Loaded> load(const VerifyCertificateCommand& command, std::int64_t now) {
  Loaded loaded;
  auto message = load_message(command.file);
  if (!message) return Failure{message.error()};
  loaded.message = std::move(*message);
  const auto pem = read_file(command.anchors);
  if (!pem) return Failure{pem.error()};
  auto anchors = crypto::Authority::from_pem(*pem);
  if (!anchors) return Failure{anchors.error().with_context(command.anchors.string())};
  loaded.anchors = std::move(*anchors);
  for (const std::filesystem::path& file : command.lists) {
    const auto bytes = read_file(file, kMostLists);
    if (!bytes) return Failure{bytes.error()};
    for (ListSeen& seen : credential::check_lists(*bytes, *loaded.anchors, now)) {
      if (!seen.list) seen.why = file.string() + ": " + seen.why;
      loaded.lists.emplace_back(file.string(), std::move(seen));
    }
  }
  if (command.paper.empty()) return loaded;
  auto paper = read_file(command.paper, credential::kMaxSecuredBytes);
  if (!paper) return Failure{paper.error()};
  if (paper->empty()) return fail(ErrorCode::invalid, command.paper.string() + ": it is empty");
  loaded.paper = std::move(*paper);
  return loaded;
}

Json document_of(const credential::Duty& duty) {
  return {{"name", duty.name}, {"year", duty.year}, {"trees", duty.trees}, {"least", duty.least}, {"most", duty.most}};
}

Json document_of(const credential::Tree& tree) {
  return {{"number", tree.number.text()},
          {"scientific_name", tree.scientific_name},
          {"name", tree.local_name},
          {"site", tree.site},
          {"region", tree.region},
          {"latitude", tree.latitude_e2 / 100.0},
          {"longitude", tree.longitude_e2 / 100.0},
          {"planted_on", date_text(tree.planted_day)},
          {"inspected_on", date_text(tree.inspected_day)},
          {"inspector", tree.inspector},
          {"credit_mg", tree.credit_mg}};
}

Json document_of(const TreeCertificate& certificate) {
  Json trees = Json::array();
  for (const credential::Tree& tree : certificate.trees) trees.push_back(document_of(tree));
  return {{"number", certificate.number},
          {"programme", {{"url", certificate.programme.url}, {"name", certificate.programme.name}}},
          {"holder", certificate.holder.empty() ? Json() : Json(certificate.holder)},
          {"issued_at", certificate.issued_at},
          {"trees", trees},
          {"credit_mg", certificate.credit_mg()},
          {"duty", certificate.duty ? document_of(*certificate.duty) : Json()},
          {"statement", certificate.statement}};
}

Json document_of(const std::string& file, const ListSeen& seen) {
  Json json{{"file", file}, {"counts", seen.list.has_value()}};
  if (seen.list) {
    json["purpose"] = credential::to_string(seen.list->purpose);
    json["number"] = seen.list->number;
    json["valid_from"] = seen.list->valid_from;
    json["valid_until"] = seen.list->valid_until;
  } else {
    json["why"] = seen.why;
  }
  return json;
}

Json document_of(const Verdict& verdict, const Loaded& loaded) {
  Json checks = Json::array();
  for (const credential::Check& one : verdict.checks)
    checks.push_back({{"name", one.name}, {"outcome", credential::to_string(one.outcome)}, {"why", one.why}});
  Json lists = Json::array();
  for (const auto& [file, seen] : loaded.lists) lists.push_back(document_of(file, seen));
  return {{"holds", verdict.holds()},
          {"checks", checks},
          {"certificate", verdict.certificate ? document_of(*verdict.certificate) : Json()},
          {"signer", verdict.signer.empty() ? Json() : Json(verdict.signer)},
          {"payload_sha256", to_hex(verdict.payload_sha256)},
          {"lists", lists}};
}

std::string to_text(const TreeCertificate& certificate) {
  std::string text =
      "certificate " + certificate.number + " of " + certificate.programme.name + " (" + certificate.programme.url + ")";
  if (!certificate.holder.empty()) text += ", held by " + certificate.holder;
  text += '\n';
  for (const credential::Tree& tree : certificate.trees) {
    text += "  " + tree.number.text() + ": " + tree.local_name + " (" + tree.scientific_name + "), " + tree.site + ", " +
            tree.region + ", planted " + date_text(tree.planted_day) + ", inspected " + date_text(tree.inspected_day) + " by " +
            tree.inspector + ", for " + grams_text(tree.credit_mg) + " of credit\n";
  }
  if (certificate.duty) {
    text += "counts for " + certificate.duty->name + ", " + std::to_string(certificate.duty->year) + ": " +
            counted(certificate.duty->trees, "tree") + '\n';
  }
  return text;
}

std::string to_text(const Verdict& verdict) {
  std::string text;
  for (const credential::Check& one : verdict.checks) {
    const std::string_view outcome =
        one.outcome == credential::Outcome::not_looked_at ? "not looked at" : credential::to_string(one.outcome);
    text += std::string(one.name) + ": " + std::string(outcome) + ": " + printable(one.why) + '\n';
  }
  if (verdict.certificate) text += to_text(*verdict.certificate);
  return text + (verdict.holds() ? "it holds\n" : "it does not hold\n") +
         "not seen: whether the signer's certificate was revoked or its key stolen, and whether the trees stand: for that the "
         "programme vouches\n";
}

}  // namespace

ExitCode verify_certificate(const VerifyCertificateCommand& command, const Output& output) {
  const std::int64_t now = SystemClock().unix_seconds();
  const auto loaded = load(command, now);
  if (!loaded) return output.fail(ExitCode::bad_file, loaded.error().message);
  std::vector<ListSeen> lists;
  for (const auto& [file, seen] : loaded->lists) lists.push_back(seen);
  const Verdict verdict = credential::check_certificate(
      {loaded->message, command.lists.empty() ? nullptr : &lists, loaded->paper}, *loaded->anchors, now);
  output.answer(document_of(verdict, *loaded), output.json ? "" : to_text(verdict));
  return verdict.holds() ? ExitCode::ok : ExitCode::does_not_hold;
}

}  // namespace greentill::cli

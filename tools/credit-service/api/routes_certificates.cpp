// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "daemon/credential/secured.hpp"
#include "tools/credit-service/api/call.hpp"
#include "tools/credit-service/certificate/certifying.hpp"
#include "tools/credit-service/certificate/loading.hpp"
#include "tools/credit-service/certificate/printing.hpp"

namespace greentill::credit {
namespace {

ApiResult list_certificates(Call& call) {
  const auto account = account_of(call, call.names[0]);
  if (!account) return Failure{account.error()};
  return answer_list("certificates", call.counter.trees.certificates_of(account->id));
}

ApiResult certify(Call& call) {
  const auto account = account_of(call, call.names[0]);
  if (!account) return Failure{account.error()};
  Fields fields(call.body);
  const auto year = static_cast<int>(fields.integer("year", 2000, 2999));
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  const TreesConfig& trees = call.counter.config.trees;
  if (trees.url.empty()) return refuse(409, "conflict", "this service issues no certificates: trees.url is not set");
  const auto signer = load_certificate_signer(trees.certificate, trees.key);
  if (!signer) return refuse(signer.error());
  Certifying certifier = certifying(call.counter);
  const auto issued = certifier.issue(account->id, year, **signer, call.counter.random);
  if (!issued) return refuse(issued.error());
  const credential::TreeCertificate& content = issued->content;
  return ApiAnswer{201,
                   {{"certificate", content.number},
                    {"trees", content.trees.size()},
                    {"credit_mg", content.credit_mg()},
                    {"left", issued->left}},
                   "/v1/certificates/" + content.number,
                   content.number,
                   {{"certified", account->id}, {"trees", content.trees.size()}}};
}

/// As it was signed, or to print.
ApiResult show_certificate(Call& call) {
  const auto none = [&] { return refuse(404, "not-found", "there is no certificate \"" + call.names[0] + '"'); };
  const auto kept = call.counter.trees.certificate(call.names[0]);
  if (!kept) return refuse(kept.error());
  if (!*kept) return none();
  if (!call.is_service()) {
    const auto own = own_account(call);
    if (!own) return Failure{own.error()};
    if (own->id != (*kept)->account) return none();
  }
  const std::string& message = (*kept)->message;
  if (call.request.accept.find("application/pdf") == std::string::npos) {
    return ApiAnswer{200, {}, {}, {}, Json::object(), "application/vc+cose", message};
  }
  Fields fields(call.body);
  const std::string language = fields.text_or_none("language");
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  const auto secured = credential::parse_secured(as_bytes(message));
  if (!secured) return refuse(secured.error());
  const auto content = credential::read_tree_certificate(as_text(secured->payload));
  if (!content) return refuse(content.error());
  const auto printer = CertificatePrinter::make(language.empty() ? "en" : language);
  if (!printer) return refuse(printer.error());
  auto paper = (*printer)->print(*content, message);
  if (!paper) return refuse(paper.error());
  return ApiAnswer{200, {}, {}, {}, Json::object(), "application/pdf", std::move(*paper)};
}

ApiResult revoke_certificate(Call& call) {
  Fields fields(call.body);
  read_why(fields);
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  const auto revoked = certifying(call.counter).revoke(call.names[0]);
  if (!revoked) return refuse(revoked.error());
  return ApiAnswer{200, to_json(*revoked), {}, revoked->number, {{"revoked", true}}};
}

constexpr std::array kCertificateRoutes{
    Route{"GET", "/v1/accounts/{account}/certificates", kService | kAccount, list_certificates},
    Route{"POST", "/v1/accounts/{account}/certificates", kService | kAccount, certify},
    Route{"GET", "/v1/certificates/{certificate}", kService | kAccount, show_certificate, false, "language"},
    Route{"POST", "/v1/certificates/{certificate}/revocation", kService, revoke_certificate},
};

}  // namespace

std::span<const Route> certificate_routes() { return kCertificateRoutes; }

}  // namespace greentill::credit

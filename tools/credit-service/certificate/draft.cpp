// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/certificate/draft.hpp"

#include <nlohmann/json.hpp>

#include "daemon/credential/status_list.hpp"

namespace greentill::credit {
namespace {

using Json = nlohmann::ordered_json;

std::int64_t credit_of(const Json& subject) {
  std::int64_t sum = 0;
  const auto trees = subject.find("trees");
  if (trees == subject.end() || !trees->is_array()) return 0;
  for (const Json& tree : *trees) {
    if (!tree.is_object()) continue;
    const auto credit = tree.find("creditMg");
    // What is out of its bounds is told where the tree is read.
    if (credit != tree.end() && credit->is_number_unsigned() && credit->get<std::uint64_t>() < std::uint64_t{1} << 43)
      sum += credit->get<std::int64_t>();
  }
  return sum;
}

/// Members of a whole certificate that the draft leaves out, of a certificate that has nothing else.
void fill(Json& draft, const Json& whole) {
  for (const auto& [name, value] : whole.items()) {
    if (!draft.contains(name)) draft[name] = value;
  }
}

std::string text_of(const Json& json, const char* object, const char* name) {
  const auto found = json.find(object);
  if (found == json.end() || !found->is_object()) return {};
  const auto text = found->find(name);
  return text != found->end() && text->is_string() ? text->get<std::string>() : std::string();
}

}  // namespace

Result<credential::TreeCertificate> read_draft(std::string_view json, std::int64_t now, const GivePlace& give_place) {
  if (json.size() > credential::kMaxCertificateJson) return fail(ErrorCode::invalid, "it is larger than 512 KiB");
  Json draft = Json::parse(json, nullptr, false);
  if (!draft.is_object()) return fail(ErrorCode::invalid, "it is no JSON object");
  if (draft.contains("credentialStatus"))
    return fail(ErrorCode::invalid, "credentialStatus: signing gives the certificate its place; leave it out");
  credential::TreeCertificate frame;  // of which the members are taken that follow from these
  frame.programme = {text_of(draft, "issuer", "id"), text_of(draft, "issuer", "name")};
  frame.number = text_of(draft, "credentialSubject", "certificateNumber");
  frame.issued_at = now;
  frame.status = {1, 0};
  if (Status sound = credential::check(frame.programme); !sound) return Failure{sound.error()};
  Json whole = Json::parse(credential::to_json(frame));
  whole.erase("credentialSubject");
  if (draft.contains("credentialSubject") && draft["credentialSubject"].is_object()) {
    const std::int64_t credit = credit_of(draft["credentialSubject"]);
    fill(draft["credentialSubject"], {{"creditMg", credit}, {"statement", credential::kStatement}});
  }
  fill(draft, whole);
  auto certificate = credential::read_tree_certificate(draft.dump(-1, ' ', false, Json::error_handler_t::replace));
  if (!certificate) return certificate;
  const auto place = give_place(certificate->programme, certificate->number);
  if (!place) return Failure{place.error()};
  certificate->status = *place;
  return certificate;
}

}  // namespace greentill::credit

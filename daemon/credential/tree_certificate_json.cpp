// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/text.hpp"
#include "daemon/base/time_text.hpp"
#include "daemon/credential/dates.hpp"
#include "daemon/credential/json_parts.hpp"
#include "daemon/credential/status_list.hpp"

namespace greentill::credential {
namespace {

constexpr std::size_t kMostIdText = 40;
constexpr std::size_t kMostUrlBytes = 300;
constexpr std::int64_t kMostExact = std::int64_t{1} << 53;

/// What a member means that the standard's own context does not define: a name under the project's UUID, which nobody looks up.
Json contexts() { return {kCredentialsContext, {{"@vocab", "urn:uuid:9c60a7f6-3d5d-51ec-7813-cfd8227bb709#"}}}; }

Json certificate_types() { return {"VerifiableCredential", "TreeCertificate"}; }

Json entry_of(const TreeCertificate& certificate, StatusPurpose purpose) {
  return {{"type", "BitstringStatusListEntry"},
          {"statusPurpose", to_string(purpose)},
          {"statusListIndex", std::to_string(certificate.status.index)},
          {"statusListCredential", list_url(certificate.programme, purpose, certificate.status.list)}};
}

Json states_of(const TreeCertificate& certificate) {
  return Json::array({entry_of(certificate, StatusPurpose::revocation), entry_of(certificate, StatusPurpose::suspension)});
}

Json to_json_part(const Tree& tree) {
  return {{"number", tree.number.text()},
          {"species", {{"scientificName", tree.scientific_name}, {"name", tree.local_name}}},
          {"site",
           {{"name", tree.site},
            {"region", tree.region},
            {"latitude", tree.latitude_e2 / 100.0},
            {"longitude", tree.longitude_e2 / 100.0}}},
          {"plantedOn", date_text(tree.planted_day)},
          {"inspectedOn", date_text(tree.inspected_day)},
          {"inspector", tree.inspector},
          {"creditMg", tree.credit_mg}};
}

Json to_json_part(const Duty& duty) {
  return {{"name", duty.name}, {"year", duty.year}, {"trees", duty.trees}, {"least", duty.least}, {"most", duty.most}};
}

Tree read_tree(Members members) {
  Tree tree;
  const std::string number = members.text("number", kMaxNameBytes);
  if (auto parsed = TreeNumber::parse(number)) {
    tree.number = std::move(*parsed);
  } else {
    members.fault("number", "it is no tree's number: programme/species/site/year/serial");
  }
  Members species = members.object("species");
  tree.scientific_name = species.text("scientificName", kMaxNameBytes);
  tree.local_name = species.text("name", kMaxNameBytes);
  species.end();
  Members site = members.object("site");
  tree.site = site.text("name", kMaxNameBytes);
  tree.region = site.text("region", kMaxNameBytes);
  tree.latitude_e2 = site.hundredths("latitude", -9000, 9000);
  tree.longitude_e2 = site.hundredths("longitude", -18000, 18000);
  site.end();
  tree.planted_day = members.day("plantedOn");
  tree.inspected_day = members.day("inspectedOn");
  tree.inspector = members.text("inspector", kMostIdText);
  tree.credit_mg = members.integer("creditMg", 0, kMostExact);
  members.end();
  return tree;
}

Duty read_duty(Members members) {
  Duty duty;
  duty.name = members.text("name", kMaxNameBytes);
  duty.year = static_cast<std::int32_t>(members.integer("year", 0, 9999));
  duty.trees = static_cast<std::uint32_t>(members.integer("trees", 0, kMaxTrees));
  duty.least = static_cast<std::uint32_t>(members.integer("least", 0, INT32_MAX));
  duty.most = static_cast<std::uint32_t>(members.integer("most", 0, INT32_MAX));
  members.end();
  return duty;
}

void read_subject(Members subject, TreeCertificate& certificate) {
  certificate.number = subject.text("certificateNumber", kMostIdText);
  certificate.holder = subject.text_if("name", kMaxNameBytes);
  const Json& trees = subject.array("trees", kMaxTrees);
  for (std::size_t i = 0; i < trees.size(); ++i)
    certificate.trees.push_back(read_tree({trees[i], subject.path_of("trees[" + std::to_string(i) + "]"), subject.faults()}));
  subject.must_be("creditMg", certificate.credit_mg());
  if (subject.has("duty")) certificate.duty = read_duty(subject.object("duty"));
  certificate.statement = subject.text("statement", kMaxStatementBytes);
  subject.end();
}

/// Both entries are held to what the certificate's own place gives, which the first one tells.
void read_states(Members& members, TreeCertificate& certificate) {
  const Json& states = members.array("credentialStatus", 2);
  if (states.empty()) return;
  Members first(states[0], members.path_of("credentialStatus[0]"), members.faults());
  const std::string url = first.text("statusListCredential", kMostUrlBytes);
  const std::string index = first.text("statusListIndex", kMostIdText);
  certificate.status.list = number_of(url, certificate.programme, StatusPurpose::revocation);
  certificate.status.index = parse_integer<std::uint32_t>(index).value_or(kStatusListEntries);
  if (states != states_of(certificate))
    members.fault("credentialStatus",
                  "it is not the place in a list of the programme's revocations and the same in its suspensions");
}

}  // namespace

std::string to_json(const TreeCertificate& certificate) {
  Json subject{{"certificateNumber", certificate.number}};
  if (!certificate.holder.empty()) subject["name"] = certificate.holder;
  subject["trees"] = Json::array();
  for (const Tree& tree : certificate.trees) subject["trees"].push_back(to_json_part(tree));
  subject["creditMg"] = certificate.credit_mg();
  if (certificate.duty) subject["duty"] = to_json_part(*certificate.duty);
  subject["statement"] = certificate.statement;
  const Json json{{"@context", contexts()},
                  {"id", certificate_url(certificate.programme, certificate.number)},
                  {"type", certificate_types()},
                  {"issuer", to_json_part(certificate.programme)},
                  {"validFrom", moment_text(certificate.issued_at)},
                  {"credentialStatus", states_of(certificate)},
                  {"credentialSubject", subject}};
  return json.dump();
}

Result<TreeCertificate> read_tree_certificate(std::string_view json) {
  if (json.size() > kMaxCertificateJson) return fail(ErrorCode::invalid, "it is larger than 512 KiB");
  const auto object = parse_object(json);
  if (!object) return Failure{object.error()};
  Faults faults;
  TreeCertificate certificate;
  Members members(*object, {}, faults);
  members.must_be("@context", contexts());
  members.must_be("type", certificate_types());
  certificate.programme = read_programme(members.object("issuer"));
  certificate.issued_at = members.moment("validFrom");
  read_subject(members.object("credentialSubject"), certificate);
  members.must_be("id", certificate_url(certificate.programme, certificate.number));
  read_states(members, certificate);
  members.end();
  if (!faults.none()) return faults.failure();
  if (Status sound = check(certificate); !sound) return Failure{sound.error()};
  return certificate;
}

}  // namespace greentill::credential

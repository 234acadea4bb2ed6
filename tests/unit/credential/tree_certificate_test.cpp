// SPDX-License-Identifier: Apache-2.0
#include "daemon/credential/tree_certificate.hpp"
#include "daemon/base/time_text.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "daemon/base/file.hpp"
#include "daemon/credential/dates.hpp"
#include "tests/unit/credential/programme.hpp"

namespace greentill::credential::tree_certificate_test {
namespace {

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

std::string why_not(const std::string& json) {
  const auto read = read_tree_certificate(json);
  return read ? "" : read.error().message;
}

std::string unsound(const std::function<void(TreeCertificate&)>& change) {
  TreeCertificate certificate = test::two_trees();
  change(certificate);
  const Status sound = check(certificate);
  return sound ? "" : sound.error().message;
}

}  // namespace

TEST_CASE("tree certificate: what is written is read, with and without what may be left out") {
  TreeCertificate certificate = test::two_trees();
  CHECK(check(certificate).ok());
  const auto read = read_tree_certificate(to_json(certificate));
  REQUIRE_MESSAGE(read.ok(), read.error().message);
  CHECK(*read == certificate);
  certificate.holder.clear();
  certificate.duty.reset();
  certificate.trees.front().latitude_e2 = -1;
  certificate.trees.front().longitude_e2 = -17'999;
  CHECK(read_tree_certificate(to_json(certificate)).value() == certificate);
}

TEST_CASE("tree certificate: its JSON is the vector's, byte for byte") {
  const auto vector = read_file(GREENTILL_SOURCE_DIR "/tests/vectors/credential/certificate.json");
  REQUIRE(vector.ok());
  CHECK(to_json(test::two_trees()) + '\n' == *vector);
}

TEST_CASE("tree certificate: every sort of fault is told by its member") {
  const std::string json = to_json(test::two_trees());
  CHECK(why_not("[]") == "it is no JSON object");
  CHECK(why_not(json.substr(1)) == "it is no JSON");
  CHECK(why_not(replaced(json, "\"validFrom\":", "\"validfrom\":")) == "validFrom: it is missing");
  CHECK(why_not(replaced(json, "{\"@context\"", "{\"proof\":{},\"@context\"")) == "proof: nothing of that name is known here");
  CHECK(why_not(replaced(json, "\"plantedOn\":\"2026-05-02\"", "\"plantedOn\":\"2026-05-32\"")) ==
        "credentialSubject.trees[0].plantedOn: it is no day, as 2026-11-30");
  CHECK(why_not(replaced(json, "\"creditMg\":17900000", "\"creditMg\":17900001")) ==
        "credentialSubject.creditMg: it is not 35800001");
  CHECK(why_not(replaced(json, "60.17", "60.171")).starts_with("credentialSubject.trees[0].site.latitude: it is no number with"));
  CHECK(why_not(replaced(json, "/status/revocation/1", "/status/revocation/2"))
            .starts_with("credentialStatus: it is not the place"));
  CHECK(why_not(replaced(json, "EX-2026-000123\",\"type", "EX-2026-000124\",\"type")).starts_with("id: it is not"));
  CHECK(why_not(replaced(json, "\"inspector\":", "\"inspector\":\"inspector-4\",\"inspector\":")) ==
        "the member \"inspector\" stands twice in one object");
  CHECK(why_not(replaced(json, "harbour/2026/17", "harbour/2026/017"))
            .starts_with("credentialSubject.trees[0].number: it is no tree's"));
  CHECK(why_not(replaced(json, "\"name\":\"A walker", "\"name\":\"A \\u202ewalker"))
            .starts_with("credentialSubject.name: it is no text"));
  CHECK(why_not(replaced(json, "\"@vocab\"", std::string(100, '[') + "\"@vocab\"")) == "it is no JSON");
  CHECK(
      why_not(replaced(json, "\"statement\":", "\"deep\":" + std::string(20, '[') + std::string(20, ']') + ",\"statement\":")) ==
      "it is nested too deeply");
  CHECK(why_not(std::string(kMaxCertificateJson + 1, ' ')) == "it is larger than 512 KiB");
}

TEST_CASE("tree certificate: what does not go together is not issued") {
  CHECK(unsound([](auto& c) { c.trees.clear(); }) == "credentialSubject.trees: it is no list of 1 to 500 trees");
  CHECK(unsound([](auto& c) { c.trees[1].number = c.trees[0].number; }) ==
        "credentialSubject.trees[1].number: the tree is listed twice");
  CHECK(unsound([](auto& c) {
          c.trees[1].number.programme = "other";
        }).ends_with("it is of another programme than the first tree's"));
  CHECK(unsound([](auto& c) {
          c.trees[0].inspected_day = c.trees[0].planted_day - 1;
        }).ends_with("it is before the tree was planted"));
  CHECK(unsound([](auto& c) { c.issued_at = 0; }).ends_with("it is after the certificate was issued"));
  CHECK(unsound([](auto& c) { c.duty->trees = 3; }) == "credentialSubject.duty.trees: it is not from 1 to the number of trees");
  CHECK(unsound([](auto& c) { c.duty->least = 6; }) == "credentialSubject.duty.least: it is above most");
  CHECK(unsound([](auto& c) { c.programme.url = "http://trees.example/"; }) ==
        "issuer.id: it is no https URL that ends with a slash");
  CHECK(unsound([](auto& c) { c.number = "EX 1"; }).starts_with("credentialSubject.certificateNumber: it is no number"));
  CHECK(unsound([](auto& c) { c.status.index = kStatusListEntries; }).starts_with("credentialStatus: it is no place"));
  CHECK(unsound([](auto& c) { c.trees[0].local_name = "a\nb"; }).starts_with("credentialSubject.trees[0].species.name"));
  CHECK(unsound([](auto& c) { c.trees[0].credit_mg = -1; }) == "credentialSubject.trees[0].creditMg: it is not from 0 to 2^43");
}

TEST_CASE("tree certificate: days and moments have one form") {
  CHECK(date_text(kFirstDay) == "0001-01-01");
  CHECK(date_text(kLastDay) == "9999-12-31");
  CHECK(parse_day("2024-02-29") == 19'782);
  for (const char* text : {"", "2026-2-03", "2026-02-29", "2026-02-03 ", "0000-12-31", "26-02-03"})
    CHECK_FALSE(parse_day(text).has_value());
  CHECK(moment_text(test::kIssued) == "2026-11-30T12:00:00Z");
  CHECK(moment_text(-1) == "1969-12-31T23:59:59Z");
}

TEST_CASE("tree certificate: a tree's number has one form") {
  CHECK(TreeNumber::parse("example/oak/harbour/2026/17") == TreeNumber{"example", "oak", "harbour", 2026, 17});
  for (const char* text :
       {"", "example/oak/harbour/2026", "example/oak/harbour/2026/0", "example/oak/harbour/26/1", "Example/oak/harbour/2026/1",
        "example//harbour/2026/1", "example/oak/harbour/2026/1/2", "example/oak/harbour/2026/+1"})
    CHECK_FALSE(TreeNumber::parse(text).has_value());
}

}  // namespace greentill::credential::tree_certificate_test

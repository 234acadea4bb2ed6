// SPDX-License-Identifier: Apache-2.0
// What an authority takes of a request, and what it gives: OpenSSL's own tool reads it.
#include "daemon/crypto/issuer.hpp"

#include <doctest/doctest.h>

#include "daemon/base/calendar.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/crypto/base64.hpp"
#include "daemon/crypto/certs_only.hpp"
#include "daemon/crypto/fingerprint.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/support/corpora.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_request.hpp"

namespace greentill::crypto::issuer_test {
namespace {

using test::make_request;
using test::say;

constexpr std::int64_t kNow = 1'796'000'000;
constexpr std::int64_t kYear = 365 * kSecondsADay;

struct Programme {
  NewAuthority root = Issuer::make_root("Root", 1, kNow - kSecondsADay, kNow + 20 * kYear).value();
  Issuer top = Issuer::from(root.key.text(), root.certificate).value();
  NewAuthority devices = top.make_authority("Root, devices", kNow - kSecondsADay, kNow + 10 * kYear).value();
  Issuer issuer = Issuer::from(devices.key.text(), devices.certificate).value();

  [[nodiscard]] Certificate issue(const std::string& name, const CertificateRequest& request) const {
    auto made = issuer.issue(request, {name, {}, "urn:greentill:device:" + name, {kClientUsage}, kNow, kNow + kYear});
    REQUIRE_MESSAGE(made, (made ? "" : made.error().message));
    return *made;
  }
};

CertificateRequest request_of(const std::string& pem) {
  auto request = CertificateRequest::from_file(pem);
  REQUIRE_MESSAGE(request, (request ? "" : request.error().message));
  return *request;
}

std::string error_of(const std::string& file) {
  const auto request = CertificateRequest::from_file(file);
  return request ? "" : request.error().message;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("request: its key is that of openssl, in PEM and in DER") {
  const auto made = make_request();
  const auto hash =
      say("openssl req -in {}/in -pubkey -noout | openssl pkey -pubin -outform der | openssl sha256 -r", made.request);
  CHECK(to_hex(request_of(made.request).key_hash()) == hash.text.substr(0, 64));
  CHECK(request_of(test::der_of(made.request)).key_hash() == request_of(made.request).key_hash());
}

TEST_CASE("request: whatever proves no key, or not in one form alone, is refused") {
  const std::string der = test::der_of(make_request().request);
  std::string altered = der;
  altered.back() = static_cast<char>(altered.back() ^ 1);
  CHECK(has(error_of(altered), "not signed with the key that it holds"));
  CHECK(has(error_of(der + "x"), "not one certificate request"));
  CHECK(has(error_of(der.substr(0, der.size() - 1)), "not one certificate request"));
  CHECK(has(error_of(""), "not one certificate request"));
  CHECK(has(error_of("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"),
            "holds no certificate request"));
  CHECK(has(error_of(make_request("/CN=x", "", "rsa:2048").request), "not on P-256"));
  CHECK(has(error_of(make_request("/CN=x", "", "ec -pkeyopt ec_paramgen_curve:P-384").request), "not on P-256"));
  CHECK(has(error_of(make_request("/CN=x", "", "ec -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit").request),
            "P-256"));
  CHECK(has(error_of(make_request("/CN=x", "-sha1").request), "SHA-256, SHA-384 or SHA-512"));
  CHECK(error_of(make_request("/CN=x", "-sha384").request).empty());
}

TEST_CASE("issuer: a certificate says what it was told to, and nothing that the request asked for") {
  const Programme programme;
  const auto made = make_request("/CN=credit/O=Evil",
                                 "-addext basicConstraints=critical,CA:TRUE -addext subjectAltName=DNS:bank.example "
                                 "-addext extendedKeyUsage=serverAuth");
  const Certificate certificate = programme.issue("dock-7", request_of(made.request));
  CHECK(certificate.common_name() == "dock-7");
  CHECK(certificate.key_hash() == request_of(made.request).key_hash());
  CHECK_FALSE(certificate.may_issue());
  const std::string text = say("openssl x509 -in {}/in -noout -text", certificate.to_pem()).text;
  CHECK(has(text, "Subject: CN = dock-7\n"));
  CHECK(has(text, "URI:urn:greentill:device:dock-7"));
  CHECK(has(text, "TLS Web Client Authentication\n"));
  for (const char* asked : {"Evil", "bank.example", "Server Authentication", "CA:TRUE"}) CHECK_FALSE(has(text, asked));
  const auto authority = Authority::from_pem(programme.root.certificate.to_pem());
  REQUIRE(authority);
  const auto again = Certificate::leaf_from(certificate.path_to_pem());
  REQUIRE(again);
  CHECK(authority->check(*again, kNow + 10));
  CHECK(programme.issuer.issued(certificate));
  CHECK_FALSE(programme.top.issued(certificate));
}

TEST_CASE("issuer: a door that knows one authority opens to those below it alone") {
  const Programme programme;
  const NewAuthority workers = programme.top.make_authority("Root, workers", kNow, kNow + kYear).value();
  const Certificate door = Issuer::from(workers.key.text(), workers.certificate).value().certify_itself().value();
  const Certificate own_door = programme.issuer.certify_itself().value();
  const Certificate device = programme.issue("dock-7", request_of(make_request().request));
  const test::TempDir folder;
  REQUIRE(write_file_durably(folder / "device", device.to_pem()));
  REQUIRE(write_file_durably(folder / "path", programme.devices.certificate.to_pem()));
  REQUIRE(write_file_durably(folder / "workers", door.to_pem()));
  REQUIRE(write_file_durably(folder / "devices", own_door.to_pem()));
  const std::string in = folder.path().string();
  const auto verify = [&](const std::string& trusted) {
    return say("openssl verify -attime " + std::to_string(kNow + 10) + " -CAfile " + in + '/' + trusted + " -untrusted " + in +
               "/path " + in + "/device")
        .code;
  };
  CHECK(verify("devices") == 0);
  CHECK(verify("workers") != 0);
}

TEST_CASE("issuer: none lasts longer than its authority, and an authority without its key is none") {
  const Programme programme;
  const auto request = request_of(make_request().request);
  const auto long_one = programme.issuer.issue(request, {"a", {}, "", {kClientUsage}, kNow, kNow + 50 * kYear});
  REQUIRE(long_one);
  CHECK(long_one->not_after() == programme.devices.certificate.not_after());
  CHECK_FALSE(programme.issuer.issue(request, {"a", {"no host at all"}, "", {kServerUsage}, kNow, kNow + kYear}));
  CHECK_FALSE(programme.issuer.issue(request, {std::string(65, 'a'), {}, "", {kServerUsage}, kNow, kNow + kYear}));
  CHECK_FALSE(Issuer::from(programme.root.key.text(), programme.devices.certificate));
  const auto made = make_request();
  const auto leaf = programme.issue("dock-7", request_of(made.request));
  const auto no_authority = Issuer::from(made.key, leaf);
  REQUIRE_FALSE(no_authority);
  CHECK(has(no_authority.error().message, "no authority's"));
}

TEST_CASE("issuer: a server's certificate names its hosts and addresses") {
  const Programme programme;
  const auto server = programme.issuer.issue(
      request_of(make_request().request),
      {"est.example", {"est.example", "192.0.2.7", "2001:db8::7"}, "", {kServerUsage}, kNow, kNow + kYear});
  REQUIRE(server);
  const std::string text = say("openssl x509 -in {}/in -noout -ext subjectAltName", server->to_pem()).text;
  CHECK(has(text, "DNS:est.example, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:7"));
}

TEST_CASE("issuer: its list of revoked certificates names what it issued") {
  const Programme programme;
  const Certificate one = programme.issue("dock-7", request_of(make_request().request));
  const auto list = programme.issuer.revoked_list(
      {{one, kNow - 5, RevokedCertificate::Reason::key_compromise}, {programme.devices.certificate, kNow}}, kNow, kNow + kYear);
  REQUIRE(list);
  const test::TempDir folder;
  REQUIRE(write_file_durably(folder / "ca", programme.devices.certificate.to_pem()));
  const auto read = say("openssl crl -in {}/in -CAfile " + (folder / "ca").string() + " -noout -text", *list);
  CHECK(read.code == 0);
  CHECK(has(read.text, "verify OK"));
  CHECK(has(read.text, "Key Compromise"));
  const auto serial = say("openssl x509 -in {}/in -noout -serial", one.to_pem()).text.substr(7, 32);
  CHECK(has(read.text, "Serial Number: " + serial));
  CHECK(has(say("openssl crl -in {}/in -noout -crlnumber", *list).text, "crlNumber=0x6B0"));
  std::size_t entries = 0;
  for (std::size_t at = read.text.find("Serial Number:"); at != std::string::npos; at = read.text.find("Serial Number:", at + 1))
    ++entries;
  CHECK(entries == 1);
}

TEST_CASE("certificates alone travel in a PKCS #7 message that openssl reads") {
  const Programme programme;
  const auto message = certs_only({programme.root.certificate, programme.devices.certificate});
  REQUIRE(message);
  const std::string base64 = to_base64(*message);
  CHECK(base64.find('\n') == std::string::npos);
  const auto read = say("base64 -d {}/in | openssl pkcs7 -inform der -print_certs -noout", base64);
  CHECK(read.code == 0);
  CHECK(has(read.text, "subject=CN = Root\n"));
  CHECK(has(read.text, "subject=CN = \"Root, devices\"\n"));
}

TEST_CASE("fingerprints: of a set in any order, and as people type them") {
  const Programme programme;
  const Digest a = programme.root.certificate.thumbprint();
  const Digest b = programme.devices.certificate.thumbprint();
  CHECK(digest_of_set({a, b}, hasher()) == digest_of_set({b, a, a}, hasher()));
  CHECK(digest_of_set({a, b}, hasher()) != digest_of_set({a}, hasher()));
  CHECK(digest_of_set({a, b}, hasher()) == hasher().sha256({std::min(a, b), std::max(a, b)}));
  Digest known{};
  for (std::size_t i = 0; i < known.size(); ++i) known[i] = static_cast<std::uint8_t>(i);
  CHECK(fingerprint_of(known) == "000G-40R4-0M30-E209-185G-R38E-1W81-24GK");
  CHECK(is_fingerprint("000g-4or4-om30 e209 185GR38E1W8124GK", known));
  CHECK(is_fingerprint(to_hex(known) + "\n", known));
  for (const char* wrong :
       {"", "000G", "000G-40R4-0M30-E209-185G-R38E-1W81-24GM", "u", "000G-40R4-0M30-E209-185G-R38E-1W81-24GK0"}) {
    CHECK_FALSE(is_fingerprint(wrong, known));
  }
}

TEST_CASE("corpus est: requests of another EST client are taken, its certificates are nobody's here") {
  const auto folder = test::corpus("est");
  if (!folder) return;
  for (const char* name : {"estCA_proxy-csr.pem", "mfgCAs_TestMfgCA0_test.csr"}) {
    const auto text = read_file(*folder / name);
    REQUIRE(text);
    CHECK_MESSAGE(error_of(*text).empty(), name, ": ", error_of(*text));
  }
  const Programme programme;
  const auto authority = Authority::from_pem(programme.root.certificate.to_pem());
  REQUIRE(authority);
  for (const char* name : {"estCA_cacert.crt", "estCA_estserver.crt", "mfgCAs_TestMfgCA0_cacert.crt"}) {
    const auto text = read_file(*folder / name);
    REQUIRE(text);
    const auto certificate = Certificate::leaf_from(*text);
    CAPTURE(name);
    REQUIRE(certificate);
    CHECK_FALSE(authority->check(*certificate, kNow));
    CHECK_FALSE(programme.issuer.issued(*certificate));
    CHECK_FALSE(error_of(*text).empty());
  }
}

}  // namespace greentill::crypto::issuer_test

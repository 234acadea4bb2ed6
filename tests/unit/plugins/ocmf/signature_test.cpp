// SPDX-License-Identifier: Apache-2.0
// Tables are those of the OCMF specification, revision 1.2. All keys are made for the test.
#include "plugins/ocmf/signature.hpp"

#include <doctest/doctest.h>
#include <openssl/pem.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "plugins/common/readers/configuration.hpp"
#include "tests/support/corpora.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/plugins/ocmf/signing.hpp"

namespace greentill::ocmf {
namespace {

using test::base64;
using test::hex;
using test::TestMeter;

std::string refused(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return {};
}

Meters meters(const std::string& tables) {
  const toml::Table toml = plugin::read_configuration(tables, "ocmf");
  Meters read(toml);
  toml.check();
  return read;
}

std::string meter(const std::string& serial, const std::string& key, const std::string& more = {}) {
  return "[[meter]]\nserial = \"" + serial + "\"\nkey = \"" + key + "\"\n" + more + "\n";
}

struct Method {
  const char* algorithm;
  const char* group;  // OpenSSL's name of the curve
  const char* curve;
};
// Table 22, all of it.
constexpr Method kMethods[] = {{"ECDSA-secp192k1-SHA256", "secp192k1", "secp192k1"},
                               {"ECDSA-secp256k1-SHA256", "secp256k1", "secp256k1"},
                               {"ECDSA-secp192r1-SHA256", "prime192v1", "secp192r1"},
                               {"ECDSA-secp256r1-SHA256", "prime256v1", "secp256r1"},
                               {"ECDSA-brainpool256r1-SHA256", "brainpoolP256r1", "brainpool256r1"},
                               {"ECDSA-secp384r1-SHA256", "secp384r1", "secp384r1"},
                               {"ECDSA-brainpool384r1-SHA256", "brainpoolP384r1", "brainpool384r1"}};

TEST_CASE("ocmf signature: every method of table 22, in both encodings of table 8, with the key in every form") {
  const std::string payload = R"({"PG":"T1"})";
  for (const Method& method : kMethods) {
    CAPTURE(std::string(method.algorithm));
    const TestMeter signer(method.group);
    const std::string der = signer.sign(payload);
    const std::string head = R"({"SA":")" + std::string(method.algorithm) + "\",";
    const Signature in_hex = Signature::parse(head + R"("SD":")" + hex(der) + "\"}");
    const Signature in_base64 = Signature::parse(head + R"("SE":"base64","SM":"application/x-der","SD":")" + base64(der) + "\"}");
    CHECK(in_hex.data == der);
    CHECK(in_base64.data == der);
    const std::string curve = "curve = \"" + std::string(method.curve) + "\"";
    for (const std::string& table : {meter("M", hex(signer.public_key())), meter("M", base64(signer.public_key()), curve),
                                     meter("M", hex(signer.point()), curve)}) {
      const Meters known = meters(table);
      CHECK(refused([&] { known.check("M", payload, in_hex); }).empty());
      CHECK(refused([&] { known.check("M", payload, in_base64); }).empty());
      CHECK(refused([&] { known.check("M", R"({"PG":"T2"})", in_hex); }) ==
            "its signature is wrong: it was changed, or another meter signed it");
      CHECK(refused([&] { known.check("M", payload + " ", in_hex); }).find("its signature is wrong") == 0);
    }
  }
}

TEST_CASE("ocmf signature: a curve under each name that it has") {
  struct Names {
    const char* group;
    std::vector<const char*> names;
  };
  const Names all[] = {{"prime256v1", {"prime256v1", "P-256", "nistp256", "secp256r1", "SECP256R1", "NIST P-256"}},
                       {"prime192v1", {"prime192v1", "P-192", "secp192r1"}},
                       {"secp384r1", {"secp384r1", "P-384", "nistp384", "prime384v1"}},
                       {"secp256k1", {"secp256k1", "Secp256k1"}},
                       {"secp192k1", {"secp192k1"}},
                       {"brainpoolP256r1", {"brainpoolP256r1", "brainpool256r1", "BrainpoolP256r1", "brainpool-p256r1"}},
                       {"brainpoolP384r1", {"brainpoolP384r1", "brainpool384r1"}}};
  for (const Names& one : all) {
    const TestMeter signer(one.group);
    for (const char* name : one.names) {
      CAPTURE(std::string(name));
      const Meters known = meters(meter("M", hex(signer.point()), "curve = \"" + std::string(name) + "\""));
      for (const char* behind : {"-SHA256", "-sha256", "-SHA-256"}) {
        const Signature signature =
            Signature::parse(R"({"SA":"ECDSA-)" + std::string(name) + behind + R"(","SD":")" + hex(signer.sign("x")) + "\"}");
        CHECK(refused([&] { known.check("M", "x", signature); }).empty());
      }
    }
  }
}

TEST_CASE("ocmf signature: a key as OCPP sends it and meters have it printed") {
  const TestMeter signer;
  const Signature signature = Signature::parse(R"({"SD":")" + hex(signer.sign("x")) + "\"}");
  const std::string printed = "oca:base16:asn1:" + hex(signer.public_key());
  for (const std::string& key : {printed, base64(printed), base64(hex(signer.public_key()))}) {
    const Meters known = meters(meter("M", key));
    CHECK(refused([&] { known.check("M", "x", signature); }).empty());
  }
}

TEST_CASE("ocmf signature: table 8's defaults, and what is none of its values") {
  const auto problem = [](const std::string& json) { return refused([&] { (void)Signature::parse(json); }); };
  CHECK(Signature::parse(R"({"SD":"3006020101020101"})").algorithm == "ECDSA-secp256r1-SHA256");
  CHECK(problem(R"({"SD":"3006020101020101","A1":{"x":[]}})").empty());  // "Extension Points in Signature Section"
  CHECK(problem(R"({"SA":"ECDSA-secp521r1-SHA512","SD":"30"})") == "SA is none of the algorithms of OCMF's table 22");
  CHECK(problem(R"({"SA":"ECDSA-secp256r1-SHA1","SD":"30"})") == "SA is none of the algorithms of OCMF's table 22");
  CHECK(problem(R"({"SA":"RSA-SHA256","SD":"30"})") == "SA is none of the algorithms of OCMF's table 22");
  CHECK(problem(R"({"SA":"","SD":"30"})") == "SA is none of the algorithms of OCMF's table 22");
  CHECK(problem(R"({"SA":7,"SD":"30"})") == "SA must be a text");
  CHECK(problem(R"({"SM":"text/plain","SD":"30"})") == "SM must be application/x-der");
  CHECK(problem(R"({"SE":"base58","SD":"30"})") == "SE must be hex or base64");
  for (const char* data : {"", "3", "3g", "xyz"}) {
    CAPTURE(std::string(data));
    CHECK(problem(std::string(R"({"SD":")") + data + "\"}") == "SD is not in the encoding that SE says");
  }
  CHECK(problem(R"({"SE":"base64","SD":"abc"})") == "SD is not in the encoding that SE says");
  CHECK(problem("[]") == "the signature must be an object");
  CHECK(problem("{") != "");
}

TEST_CASE("ocmf signature: a meter that is not configured, another meter's key, and a key on another curve") {
  const TestMeter a;
  const TestMeter b;
  const TestMeter brainpool("brainpoolP256r1");
  const std::string payload = "{}";
  const Signature by_a = Signature::parse(R"({"SD":")" + hex(a.sign(payload)) + "\"}");
  const Meters known =
      meters(meter("A", hex(a.public_key())) + meter("B", hex(b.public_key())) + meter("P", hex(brainpool.public_key())));
  CHECK(refused([&] { known.check("A", payload, by_a); }).empty());
  CHECK(refused([&] { known.check("B", payload, by_a); }).find("its signature is wrong") == 0);
  CHECK(refused([&] { known.check("C", payload, by_a); }) ==
        "there is no public key for its meter: add its serial number as a [[meter]], if it is yours");
  CHECK(refused([&] { known.check("P", payload, by_a); }) == "it is signed on secp256r1, its meter's key is on brainpool256r1");
}

TEST_CASE("ocmf signature: a meter whose key was replaced has two") {
  const TestMeter before;
  const TestMeter after("secp384r1");
  const Meters known = meters(meter("M", hex(before.public_key())) + meter("M", hex(after.public_key())));
  const Signature old = Signature::parse(R"({"SD":")" + hex(before.sign("x")) + "\"}");
  const Signature young = Signature::parse(R"({"SA":"ECDSA-secp384r1-SHA256","SD":")" + hex(after.sign("x")) + "\"}");
  CHECK(refused([&] { known.check("M", "x", old); }).empty());
  CHECK(refused([&] { known.check("M", "x", young); }).empty());
}

TEST_CASE("ocmf signature: keys from files, in PEM, DER and hexadecimal with line ends") {
  const greentill::test::TempDir folder;
  const TestMeter signer;
  const Signature signature = Signature::parse(R"({"SD":")" + hex(signer.sign("x")) + "\"}");
  const std::string pem = "-----BEGIN PUBLIC KEY-----\n" + base64(signer.public_key()).substr(0, 64) + "\n" +
                          base64(signer.public_key()).substr(64) + "\n-----END PUBLIC KEY-----\n";
  const std::string digits = hex(signer.public_key());
  for (const std::string& content : {pem, signer.public_key(), digits.substr(0, 50) + "\n" + digits.substr(50) + "\n"}) {
    const auto path = folder / "key";
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
    const Meters known = meters("[[meter]]\nserial = \"M\"\nkey_file = \"" + path.string() + "\"\n");
    CHECK(refused([&] { known.check("M", "x", signature); }).empty());
  }
}

TEST_CASE("ocmf signature: a wrong key in the configuration is refused with its line and what is wrong") {
  const TestMeter signer;
  const TestMeter large("secp521r1");
  const auto problem = [](const std::string& text) { return refused([&] { (void)meters(text); }); };
  CHECK(problem("") == "ocmf:1:1: key 'meter' is missing: without the meters' public keys no record can be believed");
  CHECK(problem("[[meter]]\nserial = \"M\"\n").find("needs either a key or a key_file") != std::string::npos);
  CHECK(problem("[[meter]]\nserial = \"\"\nkey = \"00\"\n").find("key 'meter[0].serial' must be 1 to 64 bytes") !=
        std::string::npos);
  CHECK(problem(meter("M", "0011")).find("ocmf:3:7: key 'meter[0].key' is of no use: it is no public key") == 0);
  CHECK(problem(meter("M", "not a key")).find("it is no public key") != std::string::npos);
  CHECK(problem(meter("M", hex(signer.point()))).find("it is no public key") != std::string::npos);  // which curve?
  std::string off = signer.point();
  off.back() = static_cast<char>(off.back() ^ 1);
  CHECK(problem(meter("M", hex(off), "curve = \"secp256r1\"")).find("it is no public key") != std::string::npos);
  CHECK(problem(meter("M", hex(large.public_key()))).find("it is on none of the curves") != std::string::npos);
  CHECK(problem(meter("M", hex(signer.public_key()), "curve = \"secp256k1\"")).find("it is on secp256r1, not on secp256k1") !=
        std::string::npos);
  CHECK(
      problem("[[meter]]\nserial = \"M\"\nkey_file = \"/nowhere\"\n").find("/nowhere: cannot open: No such file or directory") !=
      std::string::npos);
  CHECK(problem(meter("M", hex(signer.point()), "curve = \"secp256r2\"")).find("its curve is none of OCMF's table 22") !=
        std::string::npos);
  CHECK(problem(meter("M", hex(signer.public_key())) + "colour = 1\n").find("key 'meter[0].colour' is not known here") !=
        std::string::npos);
}

TEST_CASE("ocmf signature: Wycheproof's P-256 signatures in DER, which strict and lenient readers tell apart") {
  const auto path = greentill::test::corpus("ecdsa/ecdsa_secp256r1_sha256_test_dev.json");
  if (!path) return;
  const auto bytes = [](const std::string& text) {
    std::string all;
    for (std::size_t i = 0; i < text.size(); i += 2) all += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
    return all;
  };
  const nlohmann::json document = nlohmann::json::parse(std::ifstream(*path));
  std::size_t cases = 0;
  for (const auto& group : document["testGroups"]) {
    const PublicKey key = PublicKey::parse(group["publicKeyDer"].get<std::string>());
    for (const auto& one : group["tests"]) {
      CAPTURE(one["tcId"].get<int>());
      CHECK(key.verify(bytes(one["msg"]), bytes(one["sig"])) == (one["result"] == "valid"));
      ++cases;
    }
  }
  CHECK(cases > 100);
}

}  // namespace
}  // namespace greentill::ocmf

// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/key_maker.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/system.hpp"
#include "daemon/crypto/certs_only_reader.hpp"
#include "daemon/crypto/fingerprint.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_authority.hpp"

namespace greentill::crypto {
namespace {

/// Gives numbers that are not below the curve's order, then zero, then 1, 1, …
class Awkward final : public Random {
 public:
  void fill(MutableBytes out) override {
    const std::uint8_t byte = calls == 0 ? 0xff : 0;
    for (std::uint8_t& one : out) one = byte;
    if (++calls > 2) out.back() = 1;
  }
  int calls = 0;
};

bool openssl(const std::string& command) { return std::system(("openssl " + command + " >/dev/null 2>&1").c_str()) == 0; }

}  // namespace

TEST_CASE("key maker: a key is one of P-256 that openssl reads, and each is another") {
  const test::TempDir folder;
  SystemRandom random;
  const auto key = make_device_key(random);
  REQUIRE(key.ok());
  CHECK(key->text().starts_with("-----BEGIN PRIVATE KEY-----\n"));
  REQUIRE(write_file_durably(folder / "key", key->text(), 0600).ok());
  CHECK(openssl("pkey -in " + (folder / "key").string() + " -check -noout"));
  CHECK(openssl("ec -in " + (folder / "key").string() + " -noout -text"));
  CHECK(make_device_key(random)->text() != key->text());
  CHECK(*key_hash_of(make_device_key(random)->text()) != *key_hash_of(key->text()));
}

TEST_CASE("key maker: numbers out of the range are drawn again, and the public key is that of the number") {
  Awkward random;
  const auto key = make_device_key(random);
  REQUIRE(key.ok());
  CHECK(random.calls == 3);
  // The hash of the generator point's SubjectPublicKeyInfo: the number is 1.
  CHECK(to_hex(*key_hash_of(key->text())) == "5cd252fb0ce8932436faf8ccd1040981b89ee4ad6b9fe9e2a2b7e71aacb27cd3");
}

TEST_CASE("key maker: openssl takes the request, and reads the device's name in it") {
  const test::TempDir folder;
  SystemRandom random;
  const auto key = make_device_key(random);
  REQUIRE(key.ok());
  const auto request = make_request(key->text(), "till-1");
  REQUIRE(request.ok());
  REQUIRE(write_file_durably(folder / "csr", as_text(*request)).ok());
  const std::string file = (folder / "csr").string();
  CHECK(openssl("req -inform DER -verify -noout -in " + file));
  CHECK(std::system(("openssl req -inform DER -noout -subject -in " + file + " | grep -q 'CN = till-1$'").c_str()) == 0);
  CHECK_FALSE(make_request("no key", "till-1").ok());
  CHECK_FALSE(key_hash_of("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").ok());
}

TEST_CASE("certs-only reader: what openssl writes is read in its order, and anything else refused") {
  const test::TempDir folder;
  const test::TestAuthority root("root");
  const test::TestAuthority rsa("external", nullptr, "rsa:2048");
  REQUIRE(write_file_durably(folder / "all.pem", root.pem() + rsa.pem()).ok());
  const std::string made = (folder / "p7").string();
  REQUIRE(openssl("crl2pkcs7 -nocrl -certfile " + (folder / "all.pem").string() + " -outform DER -out " + made));
  const std::string message = *read_file(made);
  const auto read = read_certs_only(as_bytes(message));
  REQUIRE(read.ok());
  CHECK(*read == *ders_of(root.pem() + rsa.pem()));
  CHECK(*pem_of_all(*read) == root.pem() + rsa.pem());
  CHECK_FALSE(read_certs_only(as_bytes(message + "x")).ok());
  for (std::size_t i = 0; i < message.size(); i += 7) CHECK_FALSE(read_certs_only(as_bytes(message).first(i)).ok());
  REQUIRE(openssl("crl2pkcs7 -nocrl -outform DER -out " + made));
  CHECK(read_certs_only(as_bytes(*read_file(made))).error().message.find("holds no certificates") != std::string::npos);
  std::string many;
  for (std::size_t i = 0; i <= kMostCertificates; ++i) many += root.pem();
  REQUIRE(write_file_durably(folder / "all.pem", many).ok());
  REQUIRE(openssl("crl2pkcs7 -nocrl -certfile " + (folder / "all.pem").string() + " -outform DER -out " + made));
  CHECK_FALSE(read_certs_only(as_bytes(*read_file(made))).ok());
}

TEST_CASE("fingerprint: typed in any way it is the same, and one digit less or another is not") {
  const Digest digest = hasher().sha256({as_bytes("a")});
  const std::string shown = fingerprint_of(digest);
  CHECK(shown.size() == 39);
  std::string plain;
  for (const char c : shown) plain += c == '-' ? "" : std::string(1, static_cast<char>(c >= 'A' ? c - 'A' + 'a' : c));
  for (const std::string& typed : {shown, plain, " " + shown + "\n", to_hex(digest)}) CHECK(is_fingerprint(typed, digest));
  for (const std::string& wrong : {std::string(), shown.substr(1), shown + "0", to_hex(digest).substr(2)}) {
    CHECK_FALSE(is_fingerprint(wrong, digest));
  }
  CHECK(digest_of_set({digest, Digest{}}, hasher()) == digest_of_set({Digest{}, digest, digest}, hasher()));
  CHECK(digest_of_set({digest}, hasher()) != digest_of_set({digest, Digest{}}, hasher()));
}

}  // namespace greentill::crypto

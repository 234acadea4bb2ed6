// SPDX-License-Identifier: Apache-2.0
#include "daemon/credential/status_list.hpp"

#include <doctest/doctest.h>

#include "daemon/credential/zipped.hpp"
#include "daemon/crypto/base64.hpp"
#include "tests/unit/credential/programme.hpp"

namespace greentill::credential::status_list_test {
namespace {

/// A multibase text of these bytes, as they are.
std::string multibase(std::string_view bytes) {
  std::string text = crypto::to_base64(as_bytes(bytes));
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  while (text.ends_with('=')) text.pop_back();
  return 'u' + text;
}

std::string why_not(std::string_view text) {
  const auto bits = decode_bits(text);
  return bits ? "" : bits.error().message;
}

StatusList sample() {
  StatusList list{test::example_programme(), StatusPurpose::revocation, 3, test::kIssued, test::kIssued + 86'400, Bitstring()};
  list.bits.set(94567, true);
  return list;
}

}  // namespace

TEST_CASE("status list: entry 0 is the highest bit of the first byte") {
  Bitstring bits;
  bits.set(0, true);
  bits.set(9, true);
  bits.set(kStatusListEntries - 1, true);
  CHECK(bits.bytes()[0] == 0x80);
  CHECK(bits.bytes()[1] == 0x40);
  CHECK(bits.bytes()[16383] == 0x01);
  CHECK(bits.count() == 3);
  bits.set(9, false);
  CHECK_FALSE(bits.at(9));
}

TEST_CASE("status list: bits survive their text") {
  Bitstring bits;
  for (std::size_t i = 0; i < bits.size(); i += 37) bits.set(i, true);
  CHECK(decode_bits(encode_bits(bits)).value() == bits);
  CHECK(encode_bits(bits) == encode_bits(bits));
}

TEST_CASE("status list: hostile texts are refused before they take memory") {
  CHECK(why_not("") == "it is no multibase base64url: it does not begin with u");
  CHECK(why_not("zH4sI") == "it is no multibase base64url: it does not begin with u");
  CHECK(why_not("u+/==") == "it is no base64url");
  const std::string zeros(kMaxListBytes + 1, '\0');
  CHECK(why_not(multibase(deflated(as_bytes(zeros), Wrapping::gzip))) == "GZIP: it stands for more than 1048576 bytes");
  const std::string few(kStatusListEntries / 8 - 1, '\0');
  CHECK(why_not(multibase(deflated(as_bytes(few), Wrapping::gzip))) == "it has 131064 entries; a list has at least 131072");
  const std::string zipped = deflated(as_bytes(std::string(20'000, '\0')), Wrapping::gzip);
  CHECK(why_not(multibase(zipped.substr(0, zipped.size() - 1))) == "GZIP: it is damaged, or cut off");
  CHECK(why_not(multibase(zipped + 'x')) == "GZIP: bytes follow its end");
  std::string wrong = zipped;
  wrong[wrong.size() - 6] = static_cast<char>(wrong[wrong.size() - 6] ^ 1);  // of the checksum
  CHECK(why_not(multibase(wrong)) == "GZIP: it is damaged, or cut off");
  // A second stream behind the first is where bombs hide.
  CHECK(why_not(multibase(zipped + zipped)) == "GZIP: bytes follow its end");
}

TEST_CASE("status list: what is written is read, and every fault told by its member") {
  const StatusList list = sample();
  const std::string json = to_json(list);
  const auto read = read_status_list(json);
  REQUIRE_MESSAGE(read.ok(), read.error().message);
  CHECK(read->bits == list.bits);
  CHECK(read->number == 3);
  CHECK(read->purpose == StatusPurpose::revocation);
  CHECK(read->valid_until == list.valid_until);
  const auto changed = [&](std::string_view what, std::string_view by) {
    std::string text = json;
    const auto found = read_status_list(text.replace(text.find(what), what.size(), by));
    return found ? std::string() : found.error().message;
  };
  CHECK(changed("\"statusPurpose\":\"revocation\"", "\"statusPurpose\":\"message\"") ==
        "credentialSubject.statusPurpose: it is neither revocation nor suspension");
  CHECK(changed("\"statusPurpose\":\"revocation\"", "\"statusPurpose\":\"suspension\"").starts_with("id: it is not"));
  CHECK(changed("validUntil\":\"2026-12-01T", "validUntil\":\"2026-11-30T") == "validUntil: it is not behind validFrom");
  CHECK(changed("\"encodedList\":\"u", "\"encodedList\":\"v") ==
        "credentialSubject.encodedList: it is no multibase base64url: it does not begin with u");
  CHECK(changed("revocation/3", "revocation/0").starts_with("credentialSubject.id: "));
}

}  // namespace greentill::credential::status_list_test

// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/consent.hpp"

#include <doctest/doctest.h>

#include <string>

#include "tests/unit/claim/tree.hpp"

namespace greentill::test::consent_test {
namespace {

using namespace claim;

Consent sample_consent() { return {"dock-17", 1767312000, counted<32>(0x90), counted<8>(0x40), 5, counted<32>(0x20)}; }

Buffer consent_payload(const Consent& consent) {
  Buffer out(512);
  const auto size = encode_consent(consent, out);
  if (!size) FAIL(size.error().reason);
  out.resize(*size);
  return out;
}

Fault refused_consent(const Buffer& payload) {
  const auto result = parse_consent(payload);
  if (result) {
    FAIL("accepted");
    return {};
  }
  return result.error();
}

}  // namespace

TEST_CASE("consent: it comes back field by field") {
  const Buffer payload = consent_payload(sample_consent());
  const auto back = parse_consent(payload);
  REQUIRE(back.ok());
  CHECK(back->device == "dock-17");
  CHECK(back->given_at == 1767312000);
  CHECK(back->key == counted<32>(0x90));
  CHECK(back->chain == counted<8>(0x40));
  CHECK(back->last_seq == 5);
  CHECK(back->payload_hash == counted<32>(0x20));
  CHECK(consent_payload(*back) == payload);
}

TEST_CASE("consent: the largest, signed, fits the start that carries it") {
  const std::string device(kMaxDeviceIdBytes, 'd');
  Consent consent = sample_consent();
  consent.device = device;
  consent.given_at = std::numeric_limits<std::int64_t>::min();
  consent.last_seq = ~0ull;
  constexpr std::size_t kAround = 3 + 1 + 2 + 45 + 1 + 2 + 66;  // tags, array, protected and unprotected header, head, signature
  CHECK(consent_payload(consent).size() + kAround <= kMaxConsentBytes);
}

TEST_CASE("consent: every cut, trailing byte and longer head is refused, and no changed bit gives a second form") {
  const Buffer payload = consent_payload(sample_consent());
  for (std::size_t size = 0; size < payload.size(); ++size) CHECK_FALSE(parse_consent(ByteView(payload).first(size)).ok());
  Buffer longer = payload;
  longer.push_back(0);
  CHECK(refused_consent(longer).offset == payload.size());
  for (const std::size_t offset : head_offsets(payload)) {
    for (const Buffer& wide : with_longer_heads(payload, offset)) CHECK(refused_consent(wide).offset == offset);
  }
  for (std::size_t bit = 0; bit < payload.size() * 8; ++bit) {
    Buffer changed = payload;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1u << bit % 8);
    if (const auto result = parse_consent(changed)) REQUIRE(consent_payload(*result) == changed);
  }
}

TEST_CASE("consent: values outside the format are refused for ever, unknown keys for now") {
  const Buffer payload = consent_payload(sample_consent());
  const char* agreed = "what is agreed is not [32 bytes, 8 bytes, seq, 32 bytes]";
  const char* subject = "the subject is not urn:greentill:device: and 1 to 40 of [a-z0-9-]";
  struct Case {
    Path path;
    const char* hex;
    const char* reason;
  };
  const Case cases[] = {
      {{}, "80", "the consent is not a map"},
      {{2}, "67646f636b2d3137", subject},
      {{2}, "75 75726e3a677265656e74696c6c3a6465766963653a", subject},
      {{6}, "1b8000000000000000", "the time of the consent is not a 64-bit integer"},
      {{kBody}, "a0", agreed},
      {{kBody}, "83404000", agreed},
      {{kBody, 0}, "40", agreed},
      {{kBody, 1}, "40", agreed},
      {{kBody, 2}, "20", agreed},
      {{kBody, 3}, "40", agreed},
  };
  for (const Case& wrong : cases) {
    CAPTURE(wrong.hex);
    const Fault fault = refused_consent(replaced(payload, wrong.path, wrong.hex));
    CHECK(fault.kind == Fault::Kind::malformed);
    CHECK(std::string(fault.reason) == wrong.reason);
  }
  for (const std::int64_t key : {std::int64_t{2}, std::int64_t{6}, kBody}) {
    CHECK(refused_consent(without_key(payload, {}, key)).kind == Fault::Kind::malformed);
  }
  for (const char* key : {"01", "07", "3a00010001"}) {
    CHECK(refused_consent(with_pair(payload, {}, key, "00")).kind == Fault::Kind::unsupported);
  }
}

TEST_CASE("consent: what does not fit the format, or the buffer, is not written") {
  Consent consent = sample_consent();
  consent.device = "Dock";
  Buffer out(512);
  CHECK(encode_consent(consent, out).error().kind == Fault::Kind::malformed);
  const std::size_t needed = consent_payload(sample_consent()).size();
  for (std::size_t size = 0; size < needed; ++size) {
    CHECK(encode_consent(sample_consent(), MutableBytes(out).first(size)).error().kind == Fault::Kind::no_room);
  }
}

}  // namespace greentill::test::consent_test

// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/keyed_message.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "daemon/claim/bundle.hpp"
#include "daemon/claim/cbor.hpp"
#include "daemon/claim/dock_licence.hpp"
#include "daemon/claim/signed_time.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/public_key.hpp"
#include "tests/unit/claim/tree.hpp"
#include "tests/unit/claim/vector_files.hpp"

namespace greentill::test::keyed_message_test {
namespace {

using namespace claim;

constexpr std::int64_t kAt = kVectorVersionChange;
constexpr std::int64_t kDay = 86'400;

Bundle sample_bundle(bool for_device) {
  Bundle bundle{std::nullopt, kAt + 90 * kDay, kAt + kDay, kAt, 7, as_bytes("content")};
  if (for_device) bundle.device = "dock-17";
  return bundle;
}

Buffer bundle_payload(const Bundle& bundle) {
  Buffer out(512);
  const auto size = encode_bundle(bundle, out);
  if (!size) FAIL(size.error().reason);
  out.resize(*size);
  return out;
}

/// Of all devices; its content as docs/claim-format.md writes it.
Bundle common_bundle() {
  static const Buffer content = [] {
    Buffer out(128);
    CborWriter writer(out);
    writer.map(1);
    writer.unsigned_integer(1);
    writer.array(2);
    writer.array(3);
    writer.raw(Bytes<1>{0xf6});
    writer.integer(kAt + kDay);
    writer.bytes(as_bytes("version = 1\n"));
    writer.array(3);
    writer.integer(kAt + kDay);
    writer.raw(Bytes<1>{0xf6});
    writer.bytes(as_bytes("version = 2\n"));
    out.resize(writer.size());
    return out;
  }();
  return {std::nullopt, kAt + 180 * kDay, kAt, kAt, 8, content};
}

Buffer time_payload(const SignedTime& time) {
  Buffer out(64);
  const auto size = encode_time(time, out);
  if (!size) FAIL(size.error().reason);
  out.resize(*size);
  return out;
}

Buffer licence_payload(const DockLicence& licence) {
  Buffer out(512);
  const auto size = encode_dock_licence(licence, out);
  if (!size) FAIL(size.error().reason);
  out.resize(*size);
  return out;
}

/// Of the vectors' device.
DockLicence sample_licence() {
  DockLicence licence{"dock-17", kAt + 30 * kDay, kAt, {}};
  const auto point = crypto::PublicKey::from_certificate(vector_file("device.crt.pem")).value().point();
  REQUIRE(point.size() == licence.key.size());
  std::copy(point.begin(), point.end(), licence.key.begin());
  return licence;
}

KeyedSigner service_signer(MessageType type) {
  KeyedSigner signer{key_id(vector_key_hash("service")), std::nullopt};
  if (type == MessageType::bundle) {
    signer.thumbprint = crypto::Certificate::leaf_from(vector_file("service.crt.pem"))->thumbprint();
  }
  return signer;
}

struct Sample {
  std::string name;
  MessageType type;
  Buffer payload;
};

std::vector<Sample> samples_of_all() {
  return {{"bundle", MessageType::bundle, bundle_payload(sample_bundle(false))},
          {"bundle-device", MessageType::bundle, bundle_payload(sample_bundle(true))},
          {"bundle-common", MessageType::bundle, bundle_payload(common_bundle())},
          {"dock-licence", MessageType::dock_licence, licence_payload(sample_licence())},
          {"time", MessageType::time, time_payload({counted<16>(0), kAt})}};
}

Buffer signed_sample(const Sample& sample) {
  MbedtlsSigner key(vector_file("service.key.pem"), vector_file("service.crt.pem"));
  Buffer out(1024);
  const auto size = sign_keyed_message(crypto::hasher(), key, sample.type, service_signer(sample.type), sample.payload, out);
  if (!size) FAIL(size.error().reason);
  out.resize(*size);
  return out;
}

}  // namespace

TEST_CASE("keyed messages: the published vectors are what is written here, and verify under the signer's key alone") {
  const VectorJson vectors = read_vectors("keyed.json");
  const auto samples = samples_of_all();
  REQUIRE(vectors.size() == samples.size());
  const auto service = crypto::Certificate::leaf_from(vector_file("service.crt.pem"))->make_verifier();
  const auto other = crypto::Certificate::leaf_from(vector_file("device.crt.pem"))->make_verifier();
  for (std::size_t i = 0; i < samples.size(); ++i) {
    CAPTURE(samples[i].name);
    REQUIRE(vectors[i]["name"] == samples[i].name);
    const Buffer message = hex_bytes(vectors[i]["message"].get<std::string>());
    CHECK(samples[i].payload == hex_bytes(vectors[i]["payload"].get<std::string>()));
    const auto parsed = parse_keyed_message(message, samples[i].type);
    REQUIRE(parsed.ok());
    CHECK(parsed->signer.key == key_id(vector_key_hash("service")));
    CHECK(verify_keyed_message(crypto::hasher(), **service, *parsed));
    CHECK_FALSE(verify_keyed_message(crypto::hasher(), **other, *parsed));
    Buffer again(message.size());
    const auto size = encode_keyed_message(parsed->type, parsed->signer, parsed->payload, parsed->signature, again);
    REQUIRE(size.ok());
    CHECK(again == message);
    Buffer ours = signed_sample(samples[i]);
    REQUIRE(ours.size() == message.size());
    CHECK(std::equal(ours.begin(), ours.end() - 64, message.begin()));
    CHECK(verify_keyed_message(crypto::hasher(), **service, *parse_keyed_message(ours, samples[i].type)));
  }
}

TEST_CASE("keyed messages: every cut, trailing byte and longer head is refused, and no changed bit gives a second form") {
  for (const Sample& sample : samples_of_all()) {
    CAPTURE(sample.name);
    const Buffer message = signed_sample(sample);
    const auto service = crypto::Certificate::leaf_from(vector_file("service.crt.pem"))->make_verifier();
    for (std::size_t size = 0; size < message.size(); ++size) {
      CHECK_FALSE(parse_keyed_message(ByteView(message).first(size), sample.type).ok());
    }
    Buffer longer = message;
    longer.push_back(0);
    CHECK_FALSE(parse_keyed_message(longer, sample.type).ok());
    for (const std::size_t offset : head_offsets(message)) {
      for (const Buffer& wide : with_longer_heads(message, offset)) CHECK_FALSE(parse_keyed_message(wide, sample.type).ok());
    }
    for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
      Buffer changed = message;
      changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1u << bit % 8);
      const auto parsed = parse_keyed_message(changed, sample.type);
      if (parsed) CHECK_FALSE(verify_keyed_message(crypto::hasher(), **service, *parsed));
    }
  }
}

TEST_CASE("keyed messages: one type is never taken for another") {
  constexpr MessageType kAll[] = {MessageType::claim,   MessageType::receipt,      MessageType::lock_ride,
                                  MessageType::bundle,  MessageType::time,         MessageType::lock_receipt,
                                  MessageType::consent, MessageType::dock_licence, MessageType::lock_image};
  for (const Sample& sample : samples_of_all()) {
    const Buffer message = signed_sample(sample);
    for (const MessageType type : kAll) {
      CAPTURE(static_cast<std::uint32_t>(type));
      CHECK(parse_keyed_message(message, type).ok() == (type == sample.type));
      if (type != sample.type) CHECK_FALSE(parse_message(message, type).ok());
    }
  }
  Buffer out(256);
  CHECK_FALSE(encode_keyed_message(MessageType::bundle, {}, {}, {}, out).ok());
  CHECK_FALSE(encode_keyed_message(MessageType::time, {{}, Digest{}}, {}, {}, out).ok());
  CHECK_FALSE(encode_keyed_message(MessageType::claim, {}, {}, {}, out).ok());
  for (const Sample& sample : samples_of_all()) {
    const std::size_t needed = signed_sample(sample).size();
    for (std::size_t size = 0; size < needed; ++size) {
      const auto written = encode_keyed_message(sample.type, service_signer(sample.type), sample.payload, {},
                                                MutableBytes(out).first(std::min(size, out.size())));
      CHECK(written.error().kind == Fault::Kind::no_room);
    }
  }
}

TEST_CASE("bundle: it comes back field by field, and what breaks its rules is not written") {
  for (const bool for_device : {false, true}) {
    const Buffer payload = bundle_payload(sample_bundle(for_device));
    const auto back = parse_bundle(payload);
    REQUIRE(back.ok());
    CHECK(back->device.has_value() == for_device);
    CHECK(back->device.value_or("dock-17") == "dock-17");
    CHECK(back->expires_at == kAt + 90 * kDay);
    CHECK(back->holds_from == kAt + kDay);
    CHECK(back->made_at == kAt);
    CHECK(back->number == 7);
    CHECK(as_text(back->content) == "content");
    CHECK(bundle_payload(*back) == payload);
  }
  Buffer out(512);
  Bundle wrong = sample_bundle(true);
  wrong.number = 0;
  CHECK_FALSE(encode_bundle(wrong, out).ok());
  wrong = sample_bundle(true);
  wrong.device = "Dock";
  CHECK_FALSE(encode_bundle(wrong, out).ok());
  wrong = sample_bundle(true);
  wrong.expires_at = wrong.holds_from;
  CHECK_FALSE(encode_bundle(wrong, out).ok());
}

TEST_CASE("bundle and time: values outside the format are refused for ever, unknown keys for now") {
  const Buffer bundle = bundle_payload(sample_bundle(true));
  struct Case {
    Path path;
    const char* hex;
  };
  const Case cases[] = {
      {{}, "80"},  {{2}, "67646f636b2d3137"}, {{4}, "00"},        {{4}, "1b8000000000000000"}, {{5}, "40"},
      {{6}, "40"}, {{kBody}, "8107"},         {{kBody, 0}, "00"}, {{kBody, 0}, "20"},          {{kBody, 1}, "60"}};
  for (const Case& wrong : cases) {
    CAPTURE(wrong.hex);
    const auto result = parse_bundle(replaced(bundle, wrong.path, wrong.hex));
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().kind == Fault::Kind::malformed);
  }
  for (const std::int64_t key : {std::int64_t{4}, std::int64_t{5}, std::int64_t{6}, kBody}) {
    CHECK_FALSE(parse_bundle(without_key(bundle, {}, key)).ok());
  }
  for (const char* key : {"01", "07", "3a00010001"}) {
    CHECK(parse_bundle(with_pair(bundle, {}, key, "00")).error().kind == Fault::Kind::unsupported);
  }
  const Buffer time = time_payload({counted<16>(0), kAt});
  CHECK(parse_time(time)->unix_seconds == kAt);
  CHECK(parse_time(time)->nonce == counted<16>(0));
  CHECK_FALSE(parse_time(replaced(time, {1}, "4100")).ok());
  CHECK_FALSE(parse_time(replaced(time, {2}, "40")).ok());
  CHECK(parse_time(with_pair(time, {}, "03", "00")).error().kind == Fault::Kind::unsupported);
}

TEST_CASE("keyed messages: a licence's payload has one form, ends behind its begin, and fits the longest message") {
  const Buffer payload = licence_payload(sample_licence());
  const auto read = parse_dock_licence(payload);
  REQUIRE(read.ok());
  CHECK(licence_payload(*read) == payload);
  CHECK(read->device == "dock-17");
  CHECK(read->issued_at == kAt);
  CHECK(read->expires_at == kAt + 30 * kDay);
  CHECK(public_key_hash(crypto::hasher(), read->key) == vector_key_hash("device"));
  DockLicence wrong = sample_licence();
  wrong.expires_at = wrong.issued_at;
  Buffer out(512);
  CHECK_FALSE(encode_dock_licence(wrong, out).ok());
  const std::string longest(kMaxDeviceIdBytes, 'a');
  DockLicence largest{longest, std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min(), {}};
  Bytes<kMaxDockLicenceBytes> room{};
  CHECK(encode_keyed_message(MessageType::dock_licence, {}, licence_payload(largest), {}, room).ok());
  for (std::size_t size = 0; size < payload.size(); ++size) CHECK_FALSE(parse_dock_licence(ByteView(payload).first(size)).ok());
  CHECK_FALSE(parse_dock_licence(with_pair(payload, {}, "05", "00")).ok());
  CHECK_FALSE(parse_dock_licence(replaced(payload, {kBody, std::int64_t{0}}, "40")).ok());
}

TEST_CASE("keyed messages: what a dock signs names nonce, ride and lock, and is never what a claim's signature is over") {
  const Acknowledgement what{counted<16>(0), 18, -5, "lock-0042"};
  Buffer plain = hex_bytes(
      "000102030405060708090a0b0c0d0e0f"
      "12000000"
      "fbffffffffffffff");
  for (const char letter : std::string("lock-0042")) plain.push_back(static_cast<std::uint8_t>(letter));
  const Digest hash = acknowledgement_hash(crypto::hasher(), what);
  CHECK(hash == crypto::hasher().sha256({plain}));
  CHECK(proof_digest(crypto::hasher(), hash) == crypto::hasher().sha256({as_bytes("greentill dock acknowledges"), hash}));
}

}  // namespace greentill::test::keyed_message_test

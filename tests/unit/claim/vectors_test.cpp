// SPDX-License-Identifier: Apache-2.0
// The bytes of tests/vectors/claim are the format: this version must write them, byte for byte, and read them back. With
// GREENTILL_WRITE_VECTORS=1 the files are written anew instead, which is only right for vectors that are new.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>

#include "daemon/base/hex.hpp"
#include "daemon/claim/consent.hpp"
#include "daemon/claim/receipt.hpp"
#include "daemon/claim/stored.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/unit/claim/receipt_samples.hpp"
#include "tests/unit/claim/tree.hpp"
#include "tests/unit/claim/vector_files.hpp"

namespace greentill::test::vectors_test {
namespace {

using namespace claim;

VectorJson document_of(VectorKeys& keys, const Vector& vector) {
  VectorJson json;
  json["name"] = vector.name;
  json["shows"] = vector.shows;
  json["type"] = static_cast<unsigned>(vector.type);
  json["signer"] = VectorKeys::signer_of(vector.type);
  json["payload"] = to_hex(vector.payload);
  json["payload_sha256"] = to_hex(crypto::hasher().sha256({vector.payload}));
  json["signed_sha256"] = to_hex(signature_digest(crypto::hasher(), vector.type, keys.thumbprint(vector.type), vector.payload));
  json["message"] = to_hex(keys.sign(vector));
  return json;
}

/// Reads a payload and writes what was read.
Buffer written_again(MessageType type, ByteView payload) {
  if (type == MessageType::claim) {
    const auto claim = parse_payload(payload);
    REQUIRE(claim.ok());
    return payload_of(*claim);
  }
  if (type == MessageType::receipt) {
    const auto receipt = parse_receipt(payload);
    REQUIRE(receipt.ok());
    return receipt_payload(listed(*receipt));
  }
  const auto consent = parse_consent(payload);
  REQUIRE(consent.ok());
  Buffer out(payload.size());
  REQUIRE(encode_consent(*consent, out).ok());
  return out;
}

/// Why a claim message is refused, at which of its bytes.
Fault fault_of(const Buffer& bytes) {
  const auto message = parse_message(bytes, MessageType::claim);
  if (!message) return message.error();
  const auto claim = parse_payload(message->payload);
  REQUIRE_FALSE(claim.ok());
  Fault fault = claim.error();
  fault.offset += static_cast<std::size_t>(message->payload.data() - bytes.data());
  return fault;
}

}  // namespace

TEST_CASE("vectors: this version writes the published messages, byte for byte") {
  VectorKeys keys;
  std::map<MessageType, VectorJson> files;
  for (const Vector& vector :
       make_vectors(crypto::hasher(), vector_key_hash("device"), [&](const Vector& v) { return keys.sign(v); })) {
    files[vector.type].push_back(document_of(keys, vector));
  }
  check_vector_file("claims.json", files[MessageType::claim]);
  check_vector_file("receipts.json", files[MessageType::receipt]);
  check_vector_file("consents.json", files[MessageType::consent]);
  CHECK(files.size() == 3);
}

TEST_CASE("vectors: this version derives the published keys, nullifiers, ids and hashes") {
  check_vector_file("derived.json", derived_vectors());
}

TEST_CASE("vectors: the published messages are read, and OpenSSL takes the signatures that mbedTLS made") {
  const crypto::Hasher hasher;
  for (const char* file : {"claims.json", "receipts.json", "consents.json"}) {
    const VectorJson vectors = read_vectors(file);
    CHECK(vectors.size() > 0);
    for (const VectorJson& vector : vectors) {
      CAPTURE(vector.at("name").get<std::string>());
      const auto signer = crypto::Certificate::leaf_from(vector_file(vector.at("signer").get<std::string>() + ".crt.pem"));
      REQUIRE(signer.ok());
      const auto verifier = std::move(signer->make_verifier()).value();
      const auto type = static_cast<MessageType>(vector.at("type").get<unsigned>());
      const Buffer bytes = hex_bytes(vector.at("message").get<std::string>());
      const auto message = parse_message(bytes, type);
      REQUIRE(message.ok());
      CHECK(to_hex(message->payload) == vector.at("payload"));
      CHECK(to_hex(signature_digest(hasher, type, message->thumbprint, message->payload)) == vector.at("signed_sha256"));
      CHECK(verify_message(hasher, *verifier, *message));
      CHECK(std::ranges::equal(written_again(type, message->payload), message->payload));
    }
  }
}

TEST_CASE("vectors: the start of a replaced device carries the consent that names its key and where the old one's chain ends") {
  const VectorJson consent = read_vectors("consents.json").at(0);
  const VectorJson claims = read_vectors("claims.json");
  const auto found = std::ranges::find_if(claims, [](const VectorJson& v) { return v.at("name") == "start-replaced-device"; });
  REQUIRE(found != claims.end());
  const Buffer payload = hex_bytes(found->at("payload").get<std::string>());
  const auto claim = parse_payload(payload);
  REQUIRE(claim.ok());
  const auto& start = std::get<Start>(claim->entry);
  CHECK(to_hex(start.consent) == consent.at("message"));
  const auto message = parse_message(start.consent, MessageType::consent);
  REQUIRE(message.ok());
  const auto agreed = parse_consent(message->payload);
  REQUIRE(agreed.ok());
  CHECK(agreed->key == vector_key_hash("device"));
  CHECK(agreed->chain == start.predecessor->chain);
  CHECK(agreed->last_seq == start.predecessor->last_seq);
  CHECK(agreed->payload_hash == start.predecessor->payload_hash);
}

TEST_CASE("vectors: every published refusal is refused, for ever or for now, at its byte") {
  VectorJson again = VectorJson::array();
  for (const VectorJson& vector : read_vectors("refused.json")) {
    const Fault fault = fault_of(hex_bytes(vector.at("message").get<std::string>()));
    again.push_back({{"name", vector.at("name")},
                     {"message", vector.at("message")},
                     {"accepted", fault.kind == Fault::Kind::unsupported ? "perhaps later" : "never"},
                     {"offset", fault.offset},
                     {"reason", fault.reason}});
  }
  CHECK(again.size() > 0);
  check_vector_file("refused.json", again);
}

TEST_CASE("vectors: what a batch says of what its device has stored is read as published, and what breaks the form is not") {
  std::size_t broken = 0;
  for (const VectorJson& vector : read_vectors("stored.json")) {
    const auto text = vector.at("text").get<std::string>();
    CAPTURE(text);
    const auto stored = parse_stored(text);
    CHECK(stored.has_value() == !vector.at("chain").is_null());
    if (!stored) {
      ++broken;
      continue;
    }
    CHECK(to_hex(stored->chain) == vector.at("chain"));
    CHECK(stored->head == vector.at("head"));
    CHECK(stored->epoch == vector.at("epoch"));
    CHECK(stored->change == vector.at("change"));
    FixedVector<char, kMaxStoredBytes> out;
    CHECK(to_text(*stored, out) == text);
  }
  CHECK(broken > 0);
}

}  // namespace greentill::test::vectors_test

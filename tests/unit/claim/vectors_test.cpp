// SPDX-License-Identifier: Apache-2.0
// The bytes of tests/vectors/claim are the format: this version must write them, byte for byte, and read them back. With
// GREENTILL_WRITE_VECTORS=1 the files are written anew instead, which is only right for vectors that are new.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "daemon/base/hex.hpp"
#include "daemon/claim/nullifier.hpp"
#include "daemon/claim/receipt.hpp"
#include "daemon/claim/signing.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/support/mbedtls_crypto.hpp"
#include "tests/unit/claim/tree.hpp"
#include "tests/unit/claim/vectors.hpp"

using namespace greentill;
using namespace greentill::claim;
using namespace greentill::test;

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

const fs::path kFolder = fs::path(GREENTILL_SOURCE_DIR) / "tests/vectors/claim";

std::string content_of(const fs::path& path) {
  std::ifstream in(path);
  REQUIRE(in.good());
  return {std::istreambuf_iterator<char>(in), {}};
}

/// mbedTLS signs them: its RFC 6979 nonces make the signatures the same each time. The daemon's own OpenSSL verifies them.
class Keys {
 public:
  MbedtlsSigner& signer(MessageType type) { return type == MessageType::receipt ? service_ : device_; }

 private:
  static MbedtlsSigner load(const std::string& name) {
    return {content_of(kFolder / (name + ".key.pem")), content_of(kFolder / (name + ".crt.pem"))};
  }

  MbedtlsSigner device_ = load("device");
  MbedtlsSigner service_ = load("service");
};

Buffer sign(Keys& keys, const Vector& vector) {
  Buffer out(vector.payload.size() + 256);
  const auto size = sign_message(crypto::hasher(), keys.signer(vector.type), vector.type, vector.account, vector.payload, out);
  if (!size) FAIL(size.error().reason);
  out.resize(*size);
  return out;
}

Json document_of(Keys& keys, const Vector& vector) {
  Json json;
  json["name"] = vector.name;
  json["shows"] = vector.shows;
  json["type"] = static_cast<unsigned>(vector.type);
  json["payload"] = to_hex(vector.payload);
  json["payload_sha256"] = to_hex(crypto::hasher().sha256({vector.payload}));
  const auto thumbprint = keys.signer(vector.type).thumbprint();
  json["signed_sha256"] = to_hex(signature_digest(crypto::hasher(), vector.type, thumbprint, vector.payload));
  json["message"] = to_hex(sign(keys, vector));
  return json;
}

Json derived_document() {
  Json json;
  json["programme_key"] = to_hex(vector_programme_key());
  json["key_version"] = kVectorKeyVersion;
  for (const auto& [event, line] : {std::pair{"trip-2", 0u}, {"trip-2", 1u}, {"", 70000u}}) {
    json["nullifiers"].push_back({{"group", kVectorGroup},
                                  {"issuer", kVectorIssuer},
                                  {"event", event},
                                  {"line", line},
                                  {"mac", to_hex(vector_nullifier(crypto::hasher(), event, line).mac)}});
  }
  const EventHash cause = make_event_hash(crypto::hasher(), kVectorIssuer, "trip-2/refund");
  const Digest nullifier = vector_nullifier(crypto::hasher(), "trip-2", 0).mac;
  const std::string activity = "ride.bike.shared";
  json["reversal"] = {
      {"issuer", kVectorIssuer},
      {"event", "trip-2/refund"},
      {"cause", to_hex(cause)},
      {"nullifier", to_hex(nullifier)},
      {"activity", activity},
      {"by_line", 1},
      {"id", to_hex(make_reversal_id(crypto::hasher(), vector_programme_key(), nullifier, cause, activity, true))}};
  const AccountHint account = vector_account();
  json["account"] = {
      {"salt", to_hex(account.salt)}, {"token", account.token}, {"hash", to_hex(account_hash(crypto::hasher(), account))}};
  return json;
}

void check_file(const std::string& name, const Json& document) {
  const fs::path path = kFolder / name;
  const std::string wanted = document.dump(2) + "\n";
  const char* write = std::getenv("GREENTILL_WRITE_VECTORS");
  if (write != nullptr && std::string(write) == "1") {
    std::ofstream(path) << wanted;
    return;
  }
  CAPTURE(name);
  CHECK(content_of(path) == wanted);
}

Json read_vectors(const std::string& name) { return Json::parse(content_of(kFolder / name)); }

void check_payload(MessageType type, ByteView payload) {
  if (type == MessageType::claim) {
    const auto claim = parse_payload(payload);
    REQUIRE(claim.ok());
    CHECK(std::ranges::equal(payload_of(*claim), payload));
  } else {
    CHECK(parse_receipt(payload).ok());
  }
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
  Keys keys;
  Json claims = Json::array();
  Json receipts = Json::array();
  for (const Vector& vector : make_vectors(crypto::hasher())) {
    (vector.type == MessageType::receipt ? receipts : claims).push_back(document_of(keys, vector));
  }
  check_file("claims.json", claims);
  check_file("receipts.json", receipts);
  check_file("derived.json", derived_document());
}

TEST_CASE("vectors: the published messages are read, and OpenSSL takes the signatures that mbedTLS made") {
  const crypto::Hasher hasher;
  for (const auto& [file, certificate] : {std::pair{"claims.json", "device.crt.pem"}, {"receipts.json", "service.crt.pem"}}) {
    const auto signer = crypto::Certificate::leaf_from(content_of(kFolder / certificate));
    REQUIRE(signer.ok());
    const auto verifier = std::move(signer->make_verifier()).value();
    for (const Json& vector : read_vectors(file)) {
      CAPTURE(vector.at("name").get<std::string>());
      const auto type = static_cast<MessageType>(vector.at("type").get<unsigned>());
      const Buffer bytes = hex_bytes(vector.at("message").get<std::string>());
      const auto message = parse_message(bytes, type);
      REQUIRE(message.ok());
      CHECK(to_hex(message->payload) == vector.at("payload"));
      CHECK(to_hex(signature_digest(hasher, type, message->thumbprint, message->payload)) == vector.at("signed_sha256"));
      CHECK(verify_message(hasher, *verifier, *message));
      check_payload(type, message->payload);
    }
  }
}

TEST_CASE("vectors: every published refusal is refused, for ever or for now, at its byte") {
  Json again = Json::array();
  for (const Json& vector : read_vectors("refused.json")) {
    const Fault fault = fault_of(hex_bytes(vector.at("message").get<std::string>()));
    again.push_back({{"name", vector.at("name")},
                     {"message", vector.at("message")},
                     {"accepted", fault.kind == Fault::Kind::unsupported ? "perhaps later" : "never"},
                     {"offset", fault.offset},
                     {"reason", fault.reason}});
  }
  CHECK(again.size() > 0);
  check_file("refused.json", again);
}

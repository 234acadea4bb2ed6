// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/lock_ride.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>

#include "daemon/base/hex.hpp"
#include "daemon/claim/keyed_message.hpp"
#include "daemon/claim/lock_image.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/unit/claim/tree.hpp"
#include "tests/unit/claim/vector_files.hpp"

namespace greentill::test::lock_ride_test {
namespace {

using namespace claim;

LockRide sample_ride() {
  LockRide ride{"lock-0042", 1767312900, 18, {}};
  for (const auto& [key, value] : {std::pair<RideKey, std::int64_t>{RideKey::metres, 4312},
                                   {RideKey::seconds, 1265},
                                   {RideKey::clock, 1},
                                   {RideKey::ending, 2},
                                   {RideKey::previous, std::numeric_limits<std::int64_t>::min()}}) {
    REQUIRE(ride.ride.append(key, value));
  }
  return ride;
}

Buffer ride_payload(const LockRide& ride) {
  Buffer out(512);
  const auto size = encode_lock_ride(ride, out);
  if (!size) FAIL(size.error().reason);
  out.resize(*size);
  return out;
}

Buffer receipt_bytes(const LockReceipt& receipt) {
  Buffer out(512);
  const auto size = encode_lock_receipt(receipt, out);
  if (!size) FAIL(size.error().reason);
  out.resize(*size);
  return out;
}

Buffer image_bytes(const LockImage& image) {
  Buffer out(512);
  const auto size = encode_lock_image(image, out);
  if (!size) FAIL(size.error().reason);
  out.resize(*size);
  return out;
}

/// The payload written again by what was read of it.
Buffer payload_again(MessageType type, ByteView payload) {
  if (type == MessageType::lock_receipt) {
    const auto receipt = parse_lock_receipt(payload);
    REQUIRE(receipt.ok());
    return receipt_bytes(*receipt);
  }
  if (type == MessageType::lock_image) {
    const auto image = parse_lock_image(payload);
    REQUIRE(image.ok());
    return image_bytes(*image);
  }
  const auto ride = parse_lock_ride(payload);
  REQUIRE(ride.ok());
  return ride_payload(*ride);
}

const Path kValues{kBody, std::int64_t{1}};

Fault::Kind refused(const Buffer& payload) {
  const auto ride = parse_lock_ride(payload);
  REQUIRE_FALSE(ride.ok());
  return ride.error().kind;
}

}  // namespace

TEST_CASE("lock ride: the published messages are read, verified, and written again to the byte") {
  for (const VectorJson& vector : read_vectors("locks.json")) {
    CAPTURE(vector.at("name").get<std::string>());
    const std::string signer = vector.at("signer");
    const auto type = static_cast<MessageType>(vector.at("type").get<unsigned>());
    const Buffer bytes = hex_bytes(vector.at("message").get<std::string>());
    const auto message = parse_keyed_message(bytes, type);
    REQUIRE(message.ok());
    CHECK(message->signer.key == key_id(vector_key_hash(signer)));
    CHECK(to_hex(message->payload) == vector.at("payload"));
    const Digest digest = signature_digest(crypto::hasher(), type, message->signer, message->payload);
    CHECK(to_hex(digest) == vector.at("signed_sha256"));
    const auto certificate = crypto::Certificate::leaf_from(vector_file(signer + ".crt.pem"));
    REQUIRE(certificate.ok());
    const auto verifier = std::move(certificate->make_verifier()).value();
    CHECK(verify_keyed_message(crypto::hasher(), *verifier, *message));
    auto other = *message;
    other.signer.key[0] ^= 1;
    CHECK_FALSE(verify_keyed_message(crypto::hasher(), *verifier, other));
    CHECK(std::ranges::equal(payload_again(type, message->payload), message->payload));
    Buffer again(bytes.size());
    const auto size = encode_keyed_message(type, message->signer, message->payload, message->signature, again);
    REQUIRE(size.ok());
    CHECK(*size == bytes.size());
    CHECK(again == bytes);
  }
}

TEST_CASE("lock ride: a link is what the next ride carries of this one's payload") {
  const VectorJson vectors = read_vectors("locks.json");
  const Buffer first = hex_bytes(vectors.at(0).at("payload").get<std::string>());
  const Buffer second = hex_bytes(vectors.at(1).at("payload").get<std::string>());
  const auto ride = parse_lock_ride(second);
  REQUIRE(ride.ok());
  CHECK(ride->counter == 18);
  CHECK(ride->ride.get(RideKey::previous) == ride_link(crypto::hasher(), first));
}

TEST_CASE("lock ride: an unknown key of a ride is kept, other unknown keys wait for a newer version") {
  const Buffer payload = ride_payload(sample_ride());
  const Buffer more = with_pair(payload, kValues, "1903e7", "3863");
  const auto ride = parse_lock_ride(more);
  REQUIRE(ride.ok());
  CHECK(ride->ride.size() == 6);
  CHECK(ride_payload(*ride) == more);
  CHECK(refused(with_pair(payload, {}, "07", "00")) == Fault::Kind::unsupported);
}

TEST_CASE("lock ride: what breaks a limit is refused for ever, in both directions") {
  const Buffer payload = ride_payload(sample_ride());
  CHECK(refused(without_key(payload, kValues, 1)) == Fault::Kind::malformed);
  CHECK(refused(without_key(payload, kValues, 2)) == Fault::Kind::malformed);
  CHECK(refused(replaced(payload, {kBody, std::int64_t{1}, std::int64_t{1}}, "20")) == Fault::Kind::malformed);
  CHECK(refused(replaced(payload, {kBody, std::int64_t{1}, std::int64_t{9}}, "03")) == Fault::Kind::malformed);
  CHECK(refused(replaced(payload, {kBody, std::int64_t{1}, std::int64_t{11}}, "03")) == Fault::Kind::malformed);
  CHECK(refused(replaced(payload, {kBody, std::int64_t{0}}, "00")) == Fault::Kind::malformed);
  CHECK(refused(replaced(payload, {kBody, std::int64_t{0}}, "1b0000000100000000")) == Fault::Kind::malformed);
  CHECK(refused(replaced(payload, {std::int64_t{1}}, "63666f6f")) == Fault::Kind::malformed);
  LockRide negative = sample_ride();
  negative.ride = {};
  REQUIRE(negative.ride.append(RideKey::metres, -1));
  REQUIRE(negative.ride.append(RideKey::seconds, 1));
  Buffer out(512);
  CHECK_FALSE(encode_lock_ride(negative, out).ok());
}

TEST_CASE("lock ride: values rise in key, and there are no more than 24") {
  RideValues values;
  REQUIRE(values.append(2, 0));
  CHECK_FALSE(values.append(2, 0));
  CHECK_FALSE(values.append(1, 0));
  for (std::uint64_t key = 3; key < 26; ++key) REQUIRE(values.append(key, 0));
  CHECK_FALSE(values.append(26, 0));
}

TEST_CASE("lock ride: the largest that a lock makes, signed, keeps the limit of the evidence; likewise the receipt") {
  const std::string lock(kMaxDeviceIdBytes, 'd');
  LockRide ride{lock, std::numeric_limits<std::int64_t>::min(), 0xffffffff, {}};
  for (std::uint64_t key = 1; key <= 13; ++key) {
    REQUIRE(ride.ride.append(key, key == 9 || key == 11 ? 2 : std::numeric_limits<std::int64_t>::max()));
  }
  Bytes<kMaxLockRideBytes> message{};
  CHECK(encode_keyed_message(MessageType::lock_ride, {}, ride_payload(ride), {}, message).ok());
  Bytes<kMaxLockReceiptBytes> receipt{};
  const LockReceipt largest{lock, std::numeric_limits<std::int64_t>::min(), ~0ull};
  CHECK(encode_keyed_message(MessageType::lock_receipt, {}, receipt_bytes(largest), {}, receipt).ok());
}

TEST_CASE("lock ride: every cut and every longer head of a message is refused, and no changed bit gives a second form") {
  const Buffer bytes = hex_bytes(read_vectors("locks.json").at(1).at("message").get<std::string>());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(parse_keyed_message(ByteView(bytes).first(size), MessageType::lock_ride).ok());
  }
  for (const std::size_t offset : head_offsets(bytes)) {
    for (const Buffer& longer : with_longer_heads(bytes, offset))
      CHECK_FALSE(parse_keyed_message(longer, MessageType::lock_ride).ok());
  }
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Buffer changed = bytes;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1u << (bit % 8)));
    const auto message = parse_keyed_message(changed, MessageType::lock_ride);
    if (!message) continue;
    const auto ride = parse_lock_ride(message->payload);
    if (!ride) continue;
    CHECK(std::ranges::equal(ride_payload(*ride), message->payload));
  }
}

TEST_CASE("lock image: version, board and sizes are no zeros, and the largest keeps its limit") {
  constexpr std::uint32_t kMost = 0xffffffff;
  const LockImage largest{std::numeric_limits<std::int64_t>::min(), kMost, kMost, {{{kMost, {}}, {kMost, {}}}}};
  Bytes<kMaxLockImageBytes> message{};
  CHECK(encode_keyed_message(MessageType::lock_image, {}, image_bytes(largest), {}, message).ok());
  for (int field = 0; field < 4; ++field) {
    LockImage image = largest;
    (field == 0 ? image.version : field == 1 ? image.board : image.forms[static_cast<std::size_t>(field) - 2].size) = 0;
    Buffer out(512);
    CHECK_FALSE(encode_lock_image(image, out).ok());
  }
  const Buffer payload = image_bytes(largest);
  CHECK_FALSE(parse_lock_image(with_pair(payload, {}, "07", "00")).ok());
  CHECK_FALSE(parse_lock_image(replaced(payload, {kBody, std::int64_t{0}}, "00")).ok());
}

TEST_CASE("lock ride: a message is read only as what it is") {
  const Buffer bytes = hex_bytes(read_vectors("locks.json").at(0).at("message").get<std::string>());
  CHECK_FALSE(parse_keyed_message(bytes, MessageType::lock_receipt).ok());
  CHECK_FALSE(parse_keyed_message(bytes, MessageType::time).ok());
  CHECK_FALSE(parse_message(bytes, MessageType::claim).ok());
  const VectorJson consent = read_vectors("consents.json").at(0);
  CHECK_FALSE(parse_keyed_message(hex_bytes(consent.at("message").get<std::string>()), MessageType::lock_ride).ok());
}

}  // namespace greentill::test::lock_ride_test

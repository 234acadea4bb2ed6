// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/nullifier.hpp"

#include <doctest/doctest.h>

#include <string>

#include "daemon/claim/cbor.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/unit/claim/samples.hpp"

namespace greentill::test::nullifier_test {
namespace {

using namespace claim;

const crypto::Hasher kHasher;
const ActName kAct{"ride", "city-bikes/dock-12", "trip-2", 1};

Digest mac_of(const ActName& act, ByteView key = counted<32>(1)) { return make_nullifier(kHasher, key, 4, 1, act).mac; }

}  // namespace

TEST_CASE("root keys: each root and version has its own, and reversals another") {
  const Bytes<32> programme = counted<32>(1);
  Buffer buffer(64);
  CborWriter writer(buffer);
  writer.array(3);
  writer.text("nullifier");
  writer.unsigned_integer(70000);
  writer.unsigned_integer(4294967295);
  CHECK(make_root_key(kHasher, programme, 70000, 4294967295) == kHasher.hmac_sha256(programme, {writer.written()}));
  CborWriter reversal(buffer);
  reversal.array(2);
  reversal.text("reversal");
  reversal.unsigned_integer(4294967295);
  CHECK(make_reversal_key(kHasher, programme, 4294967295) == kHasher.hmac_sha256(programme, {reversal.written()}));
  const RootKey key = make_root_key(kHasher, programme, 4, 1);
  CHECK(make_root_key(kHasher, programme, 4, 2) != key);
  CHECK(make_root_key(kHasher, programme, 1, 4) != key);
  CHECK(make_root_key(kHasher, counted<32>(2), 4, 1) != key);
  CHECK(make_reversal_key(kHasher, programme, 5) != make_reversal_key(kHasher, programme, 4));
}

TEST_CASE("nullifier: the HMAC over deterministic CBOR of group, issuer, event id and line") {
  const Bytes<32> key = counted<32>(1);
  const std::string event(300, 'e');
  Buffer buffer(512);
  CborWriter writer(buffer);
  writer.array(4);
  writer.text("metro-trip");
  writer.text("metro/gate-3");
  writer.text(event);
  writer.unsigned_integer(70000);
  const Nullifier nullifier = make_nullifier(kHasher, key, 4, 5, {"metro-trip", "metro/gate-3", event, 70000});
  CHECK(nullifier.key_version == 5);
  CHECK(nullifier.root == 4);
  CHECK(nullifier.mac == kHasher.hmac_sha256(key, {writer.written()}));
}

TEST_CASE("nullifier: neither a byte moved between the parts nor another part gives the same") {
  const Digest original = mac_of({"ride", "shop", "event-1", 0});
  CHECK(mac_of({"ride", "shop", "event-1", 0}, counted<32>(2)) != original);
  CHECK(mac_of({"rides", "hop", "event-1", 0}) != original);
  CHECK(mac_of({"ride", "shope", "vent-1", 0}) != original);
  CHECK(mac_of({"ride", "shop", "event-", 1}) != original);
  CHECK(mac_of({"ride", "shop", "event-1", 1}) != original);
}

TEST_CASE("nullifier: two are the same where version, root and digest are") {
  const Nullifier one{2, 4, counted<32>(1)};
  CHECK(one == Nullifier{2, 4, counted<32>(1)});
  CHECK(one != Nullifier{1, 4, counted<32>(1)});
  CHECK(one != Nullifier{2, 5, counted<32>(1)});
  CHECK(one != Nullifier{2, 4, counted<32>(2)});
  CHECK(Nullifier{1, 9, counted<32>(9)} < one);
  CHECK(Nullifier{2, 3, counted<32>(9)} < one);
}

TEST_CASE("reversal id: 16 bytes of the HMAC over deterministic CBOR of the act, and of what takes it back") {
  const Bytes<32> key = counted<32>(1);
  const EventHash cause = make_event_hash(kHasher, "city-bikes/till-3", "return-7");
  const std::string joined =
      "\021"
      "city-bikes/till-3return-7";
  const Digest hash = kHasher.sha256({as_bytes(joined)});
  CHECK(std::equal(cause.begin(), cause.end(), hash.begin()));
  Buffer buffer(512);
  CborWriter writer(buffer);
  writer.array(6);
  writer.text("ride");
  writer.text("city-bikes/dock-12");
  writer.text("trip-2");
  writer.unsigned_integer(1);
  writer.bytes(cause);
  writer.unsigned_integer(1);
  const ClaimId id = make_reversal_id(kHasher, key, kAct, cause, true);
  const Digest mac = kHasher.hmac_sha256(key, {writer.written()});
  CHECK(std::equal(id.begin(), id.end(), mac.begin()));
  CHECK(make_reversal_id(kHasher, key, kAct, cause, false) != id);
  CHECK(make_reversal_id(kHasher, counted<32>(2), kAct, cause, true) != id);
  CHECK(make_reversal_id(kHasher, key, {"ride", "city-bikes/dock-12", "trip-2", 0}, cause, true) != id);
  CHECK(make_reversal_id(kHasher, key, kAct, make_event_hash(kHasher, "city-bikes/till-3", "return-8"), true) != id);
}

TEST_CASE("account: the hash is SHA-256 of salt and token joined") {
  const AccountHint account{counted<16>(0), "customer-7"};
  Buffer joined(account.salt.begin(), account.salt.end());
  for (const char c : account.token) joined.push_back(static_cast<std::uint8_t>(c));
  CHECK(account_hash(kHasher, account) == kHasher.sha256({joined}));
}

}  // namespace greentill::test::nullifier_test

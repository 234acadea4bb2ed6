// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/chain.hpp"
#include "daemon/claim/nullifier.hpp"
#include "daemon/crypto/hasher.hpp"

#include <doctest/doctest.h>

#include <string>

#include "daemon/claim/cbor.hpp"
#include "tests/support/test_signer.hpp"
#include "tests/unit/claim/samples.hpp"

using namespace greentill;
using namespace greentill::claim;
using namespace greentill::test;

namespace {

const crypto::Hasher kHasher;

/// A head after one start, and the claim that comes next.
struct Link {
  ChainHead head{counted<8>(0x40), 0, {}};
  Claim next = sample_reduction();

  Link() {
    const Claim start = sample_start();
    REQUIRE(check_link(head, start) == LinkFault::none);
    advance(head, kHasher, payload_of(start));
    next.prev = head.payload_hash;
  }
};

}  // namespace

TEST_CASE("chain: a start and the claims behind it link up, each to the SHA-256 of the payload before") {
  Link link;
  CHECK(link.head.seq == 1);
  CHECK(link.head.payload_hash == kHasher.sha256({payload_of(sample_start())}));
  CHECK(check_link(link.head, link.next) == LinkFault::none);
  advance(link.head, kHasher, payload_of(link.next));
  CHECK(link.head.seq == 2);
  CHECK(check_link(link.head, link.next) == LinkFault::already_there);
}

TEST_CASE("chain: each way of not being the next link has its own name") {
  const Link link;
  Claim claim = link.next;
  claim.chain[7] ^= 1;
  CHECK(check_link(link.head, claim) == LinkFault::other_chain);
  claim = link.next;
  claim.seq = 1;
  CHECK(check_link(link.head, claim) == LinkFault::already_there);
  claim.seq = 3;
  CHECK(check_link(link.head, claim) == LinkFault::ahead);
  claim = link.next;
  claim.prev[0] ^= 1;
  CHECK(check_link(link.head, claim) == LinkFault::broken);
  claim = link.next;
  claim.entry = Start{};
  CHECK(check_link(link.head, claim) == LinkFault::no_start);
  ChainHead empty{counted<8>(0x40), 0, {}};
  claim = sample_gap();
  claim.seq = 1;
  claim.prev = {};
  CHECK(check_link(empty, claim) == LinkFault::no_start);
  claim = sample_start();
  claim.prev[31] = 1;
  CHECK(check_link(empty, claim) == LinkFault::broken);
  empty.seq = ~0ull;
  claim.seq = ~0ull;
  CHECK(check_link(empty, claim) == LinkFault::already_there);
}

TEST_CASE("nullifier: the HMAC over deterministic CBOR of group, issuer, event id and line") {
  const Bytes<32> key = counted<32>(1);
  const std::string event(300, 'e');
  Buffer buffer(512);
  CborWriter writer(buffer);
  writer.array(4);
  writer.text("metro-trip");
  writer.text("urn:greentill:device:dock-17");
  writer.text(event);
  writer.unsigned_integer(70000);
  const Nullifier nullifier = make_nullifier(kHasher, key, 5, "metro-trip", "urn:greentill:device:dock-17", event, 70000);
  CHECK(nullifier.key_version == 5);
  CHECK(nullifier.mac == kHasher.hmac_sha256(key, {writer.written()}));
}

TEST_CASE("nullifier: neither a byte moved between the parts nor another part gives the same") {
  const Bytes<32> key = counted<32>(1);
  const Digest original = make_nullifier(kHasher, key, 1, "ride", "shop", "event-1", 0).mac;
  CHECK(make_nullifier(kHasher, key, 2, "ride", "shop", "event-1", 0).mac == original);
  CHECK(make_nullifier(kHasher, counted<32>(2), 1, "ride", "shop", "event-1", 0).mac != original);
  CHECK(make_nullifier(kHasher, key, 1, "rides", "hop", "event-1", 0).mac != original);
  CHECK(make_nullifier(kHasher, key, 1, "ride", "shope", "vent-1", 0).mac != original);
  CHECK(make_nullifier(kHasher, key, 1, "ride", "shop", "event-", 1).mac != original);
  CHECK(make_nullifier(kHasher, key, 1, "ride", "shop", "event-1", 1).mac != original);
}

TEST_CASE("reversal id: 16 bytes of the HMAC over deterministic CBOR of what came back, and of what for") {
  const Bytes<32> key = counted<32>(1);
  const EventHash cause = make_event_hash(kHasher, "till-3", "return-7");
  const std::string joined = "\6till-3return-7";
  const Digest hash = kHasher.sha256({as_bytes(joined)});
  CHECK(std::equal(cause.begin(), cause.end(), hash.begin()));
  Buffer buffer(512);
  CborWriter writer(buffer);
  writer.array(5);
  writer.text("reversal");
  writer.bytes(counted<32>(7));
  writer.bytes(cause);
  writer.text("ticket.paperless");
  writer.unsigned_integer(1);
  const ClaimId id = make_reversal_id(kHasher, key, counted<32>(7), cause, "ticket.paperless", true);
  const Digest mac = kHasher.hmac_sha256(key, {writer.written()});
  CHECK(std::equal(id.begin(), id.end(), mac.begin()));
  CHECK(make_reversal_id(kHasher, key, counted<32>(7), cause, "ticket.paperless", false) != id);
}

TEST_CASE("account: the hash is SHA-256 of salt and token joined") {
  const AccountHint account{counted<16>(0), "customer-7"};
  Buffer joined(account.salt.begin(), account.salt.end());
  for (const char c : account.token) joined.push_back(static_cast<std::uint8_t>(c));
  CHECK(account_hash(kHasher, account) == kHasher.sha256({joined}));
}

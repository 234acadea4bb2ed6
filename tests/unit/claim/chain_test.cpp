// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/chain.hpp"
#include "daemon/crypto/hasher.hpp"

#include <doctest/doctest.h>

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

// SPDX-License-Identifier: Apache-2.0
// Claims that their device did not sign under a given certificate: anyone can put them into a file.
#include <algorithm>

#include "daemon/crypto/hasher.hpp"
#include "tests/unit/cli/verify/dock.hpp"

namespace greentill {
namespace {

using test::Bytestring;
using test::ChainBuilder;
using test::Dock;
using test::Findings;
using test::predecessor;

/// A dock, and one whose certificate is not given.
struct DockAndStranger : Dock {
  test::TestSigner stranger{"dock-8"};

  void put(std::size_t index, const Bytestring& message) {
    messages().insert(messages().begin() + static_cast<std::ptrdiff_t>(index), message);
  }
};

TEST_CASE("verify: chains that nobody known began do not fill the memory, and those of known devices are still followed") {
  DockAndStranger dock;
  ChainBuilder flood(dock.stranger, "dock-9");
  for (std::uint32_t i = 0; i < 5000; ++i) {
    flood.add_ride(2000, [i](claim::Claim& claim) {
      claim.chain = {2, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)};
      claim.seq = 5;
    });
  }
  dock.messages().erase(dock.messages().begin() + 4);
  dock.messages().insert(dock.messages().begin(), flood.messages().begin(), flood.messages().end());
  const Findings& found = dock.verify();
  CHECK(std::count(found.begin(), found.end(), "unknown-certificate 5") == 5000);
  CHECK(std::count(found.begin(), found.end(), "missing 1-4") == 4096);
  CHECK(std::count(found.begin(), found.end(), "missing 5") == 1);
  CHECK(found.size() == 5000 + 4096 + 1);
  CHECK(dock.summary.sound == 9);
}

TEST_CASE("verify: what nobody known signed stands aside for the device's own claims") {
  DockAndStranger dock;
  ChainBuilder forged(dock.stranger);
  const auto forge = [&](std::size_t behind, std::uint64_t seq) {
    const auto last = claim::parse_message(dock.messages()[behind - 1], claim::MessageType::claim);
    forged.add_ride(9000, [&](claim::Claim& claim) {
      claim.seq = seq;
      claim.prev = crypto::Hasher().sha256({last->payload});
    });
    return forged.messages().back();
  };
  SUBCASE("the next link") {
    dock.put(5, forge(5, 6));
    CHECK(dock.verify() == Findings{"unknown-certificate 6"});
  }
  SUBCASE("two of them, and a later one") {
    dock.put(9, forge(9, 10));
    dock.put(5, forge(5, 7));
    dock.put(5, forge(5, 6));
    CHECK(dock.verify() == Findings{"unknown-certificate 6", "broken-link 7", "unknown-certificate 7", "unknown-certificate 10"});
  }
  SUBCASE("a far one, which claims what is not there") {
    dock.put(5, forge(5, 1000));
    CHECK(dock.verify() == Findings{"unknown-certificate 1000", "missing 11-999"});
  }
  SUBCASE("another chain") {
    forged.restart(9);
    forged.add_start();
    dock.put(5, forged.messages().back());
    CHECK(dock.verify() == Findings{"wrong-start 1", "unknown-certificate 1"});
  }
  SUBCASE("before the start") {
    forged.add_start();
    dock.put(0, forged.messages().back());
    CHECK(dock.verify() == Findings{"unknown-certificate 1"});
  }
  SUBCASE("another chain before the start") {
    forged.restart(9);
    forged.add_start();
    dock.put(0, forged.messages().back());
    CHECK(dock.verify() == Findings{"unknown-certificate 1"});
  }
  SUBCASE("before the start of another chain") {
    const claim::ChainHead first = dock.chain.head();
    dock.chain.restart(2);
    dock.chain.add_start({claim::StartReason::new_key, predecessor(first), {}, 1});
    dock.put(10, forge(10, 11));
    CHECK(dock.verify() == Findings{"unknown-certificate 11"});
  }
  SUBCASE("a chain that another went on from") {
    const claim::ChainHead first = dock.chain.head();
    dock.chain.restart(2);
    dock.chain.add_start({claim::StartReason::new_key, predecessor(first), {}, 1});
    dock.messages().push_back(forge(10, 11));
    dock.chain.add_ride();
    CHECK(dock.verify() == Findings{"out-of-order 11", "unknown-certificate 11"});
  }
  SUBCASE("one that cannot be read") {
    const auto fifth = claim::parse_message(dock.messages()[4], claim::MessageType::claim);
    Bytestring payload(fifth->payload.begin(), fifth->payload.end());
    ++payload[0];
    Bytestring message = dock.chain.sign_payload(dock.signer, payload);
    message.back() ^= 1;
    dock.put(5, message);
    CHECK(dock.verify() == Findings{"bad-signature 6", "malformed 6"});
  }
  CHECK(dock.summary.sound >= 10);
}

TEST_CASE("verify: a device of which two chains were forged before its own is followed nevertheless") {
  DockAndStranger dock;
  ChainBuilder forged(dock.stranger);
  const auto at = [](std::uint64_t seq) { return [seq](claim::Claim& claim) { claim.seq = seq; }; };
  forged.add_ride(2000, at(5));
  forged.add_ride(2000, at(6));
  forged.restart(9);
  forged.add_start();
  dock.messages().resize(1);
  dock.put(0, forged.messages()[0]);
  dock.put(1, forged.messages()[2]);
  dock.messages().push_back(forged.messages()[1]);
  CHECK(dock.verify() == Findings{"unknown-certificate 5", "wrong-start 1", "unknown-certificate 1", "out-of-order 1",
                                  "out-of-order 6", "unknown-certificate 6", "missing 2-4"});
}

TEST_CASE("verify: a gap entry that its device did not sign declares nothing lost") {
  Dock dock;
  dock.chain.add(claim::Gap{dock.chain.head().chain, 5, 5, "disk"});
  dock.messages().erase(dock.messages().begin() + 4);
  CHECK(dock.verify() == Findings{});
  dock.messages().back().back() ^= 1;
  CHECK(dock.verify() == Findings{"bad-signature 11", "missing 5"});
  CHECK(dock.summary.declared_lost == 0);
}

TEST_CASE("verify: a gap entry counts wherever it stands") {
  Dock dock;
  dock.chain.add(claim::Gap{dock.chain.head().chain, 5, 5, "disk"});
  dock.chain.add_ride();
  dock.messages().erase(dock.messages().begin() + 4);
  std::swap(dock.messages()[9], dock.messages()[10]);
  CHECK(dock.verify() == Findings{"out-of-order 11"});
  CHECK(dock.summary.declared_lost == 1);
}

TEST_CASE("verify: another device's start ends no chain, signed or not") {
  DockAndStranger dock;
  ChainBuilder chain(dock.stranger, "dock-8", 3);
  chain.add_start({claim::StartReason::replaced_device, predecessor(dock.chain.head()), {}, 1});
  dock.put(7, chain.messages().front());
  SUBCASE("unsigned") { CHECK(dock.verify() == Findings{"wrong-start 1", "unknown-certificate 1"}); }
  SUBCASE("signed") {
    dock.trust.certificates.push_back(certificate_of(dock.stranger));
    CHECK(dock.verify() == Findings{"wrong-start 1"});
  }
  CHECK(dock.summary.by_activity.at("ride.bike.shared").claims == 9);
}

}  // namespace
}  // namespace greentill

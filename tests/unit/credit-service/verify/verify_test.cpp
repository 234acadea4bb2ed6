// SPDX-License-Identifier: Apache-2.0
// Every reason to refuse a claim, and whether the same bytes may be sent again.
#include <cstdlib>
#include <fstream>
#include <set>

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "tests/unit/credit-service/office.hpp"

using namespace greentill;
using namespace greentill::test;

namespace {

constexpr std::int64_t kElevenYears = 11LL * 365 * 86'400;

/// A chain whose second claim a case may spoil; a third, good one vouches for it.
struct Case {
  Case() : signer(office.enrol("dock-7")), chain(signer) { chain.add_start(); }
  Answered send() {
    chain.add_ride(2000, of_event(99));
    desk = std::make_unique<Desk>(office);
    return desk->take("dock-7", chain.messages());
  }
  void check_refused(const std::string& reason) {
    const Answered answered = send();
    CHECK(answered.up_to == 3);
    CHECK(answered.reason(2) == reason);
    CHECK(answered.reason(3) == "accepted");
    CHECK(desk->report().granted_mg == 167);
    CHECK(desk->wrong().empty());
  }

  Office office;
  TestSigner& signer;
  ChainBuilder chain;
  std::unique_ptr<Desk> desk;
};

claim::Reduction& ride_of(claim::Claim& claim) { return std::get<claim::Reduction>(claim.entry); }

/// The key -65538 at the end of the outermost map: what a newer version may write.
void add_unknown_key(Bytestring& payload) {
  ++payload.front();
  payload.insert(payload.end(), {0x3a, 0x00, 0x01, 0x00, 0x01, 0x00});
}

/// Replaces what stands first after `before`.
void overwrite(Bytestring& payload, const Bytestring& before, const Bytestring& now) {
  const auto place = std::search(payload.begin(), payload.end(), before.begin(), before.end());
  REQUIRE(place != payload.end());
  payload.insert(payload.erase(place, place + static_cast<std::ptrdiff_t>(before.size())), now.begin(), now.end());
}

}  // namespace

TEST_CASE("amounts that the methodology does not give are refused for good") {
  Case at;
  SUBCASE("more credit") {
    at.chain.add_ride(2000, [](claim::Claim& claim) { ++ride_of(claim).credited_mg; });
  }
  SUBCASE("less credit") {
    at.chain.add_ride(2000, [](claim::Claim& claim) { --ride_of(claim).credited_mg; });
  }
  SUBCASE("another estimate") {
    at.chain.add_ride(2000, [](claim::Claim& claim) { ++ride_of(claim).estimate_mg; });
  }
  SUBCASE("another quantity") {
    at.chain.add_ride(2000, [](claim::Claim& claim) { ride_of(claim).quantities[0].value = 20'000; });
  }
  SUBCASE("a quantity that the methodology does not measure") {
    at.chain.add_ride(2000, [](claim::Claim& claim) { ride_of(claim).quantities[0].unit = "pieces"; });
  }
  SUBCASE("an activity that is not the methodology's") {
    at.chain.add_ride(2000, [](claim::Claim& claim) { ride_of(claim).activity = "ride.metro"; });
  }
  at.check_refused("wrong-arithmetic");
}

TEST_CASE("the same act is accepted from a claim that names the one with wrong amounts in whose place it stands") {
  Case at;
  claim::ClaimId refused{};
  at.chain.add_ride(2000, [&](claim::Claim& claim) {
    test::of_event(1)(claim);
    ++ride_of(claim).credited_mg;
    refused = claim.id;
  });
  at.chain.add_ride(2000, [&](claim::Claim& claim) {
    test::of_event(1)(claim);
    ride_of(claim).replaces = refused;
  });
  const Answered answered = at.send();
  CHECK(answered.reason(2) == "wrong-arithmetic");
  CHECK(answered.reason(3) == "accepted");
  CHECK(at.desk->report().granted_mg == 2 * 167);  // with the ride that every case has
}

TEST_CASE("a methodology that the service does not have, to the byte, is refused for now") {
  Case at;
  SUBCASE("another digest") {
    at.chain.add_ride(2000, [](claim::Claim& claim) { ride_of(claim).methodology.sha256[0] ^= 1; });
  }
  SUBCASE("another version") {
    at.chain.add_ride(2000, [](claim::Claim& claim) { ride_of(claim).methodology.version = 2; });
  }
  SUBCASE("another id") {
    at.chain.add_ride(2000, [](claim::Claim& claim) { ride_of(claim).methodology.id = "elsewhere"; });
  }
  at.check_refused("unknown-methodology, later");
}

TEST_CASE("a claim whose signature was spoilt on the way is accepted where a later one attests its payload") {
  Case at;
  at.chain.add_ride();
  at.chain.messages().back().back() ^= 1;  // the signature's last byte
  const Answered answered = at.send();
  CHECK(answered.reason(2) == "accepted");
  CHECK(answered.reason(3) == "accepted");
  CHECK(at.desk->report().granted_mg == 2 * 167);
}

TEST_CASE("a later claim attests only what is signed under a certificate of its own key") {
  Case at;
  TestSigner renewed("dock-7");
  at.office.authorities += renewed.certificate_pem();
  at.office.put_certificate("dock-7", renewed.certificate_pem());
  at.chain.add_ride(2000, of_event(1));
  const auto payload = claim::parse_message(at.chain.messages()[1], claim::MessageType::claim);
  REQUIRE(payload);
  at.chain.messages()[1] = at.chain.sign_payload(renewed, payload->payload);
  SUBCASE("its own signature is good") {
    const Answered answered = at.send();
    CHECK(answered.reason(2) == "accepted");
  }
  SUBCASE("its own signature is not") {
    at.chain.messages()[1].back() ^= 1;
    at.check_refused("bad-signature");
  }
}

TEST_CASE("an altered claim that nothing vouches for is not processed, and the honest one still can be") {
  Case at;
  at.chain.add_ride(2000, of_event(1));
  Bytestring altered = at.chain.messages().back();
  altered.back() ^= 1;
  Desk desk(at.office);
  CHECK(desk.take("dock-7", {at.chain.messages()[0], altered}).up_to == 1);
  CHECK(desk.take("dock-7", {at.chain.messages()[0], at.chain.messages()[1]}).reason(2) == "accepted");
}

TEST_CASE("a certificate that the service does not have yet is refused for now, and accepted once it has it") {
  Case at;
  TestSigner renewed("dock-7");
  const auto payload = claim::parse_message(at.chain.messages()[0], claim::MessageType::claim);
  REQUIRE(payload);
  at.chain.messages()[0] = at.chain.sign_payload(renewed, payload->payload);
  at.office.authorities += renewed.certificate_pem();
  const Answered first = at.send();
  CHECK(first.reason(1) == "unknown-certificate, later");
  CHECK(first.reason(2) == "accepted");
  at.office.put_certificate("dock-7", renewed.certificate_pem());
  CHECK(at.desk->take("dock-7", at.chain.messages()[0]).reason(1) == "accepted");
  CHECK(at.desk->wrong().empty());
}

TEST_CASE("a claim signed under no certificate at all is refused, though a later one vouches for its payload") {
  Case at;
  at.chain.add_ride();
  const Bytestring original = at.chain.messages()[1];
  const auto message = claim::parse_message(original, claim::MessageType::claim);
  REQUIRE(message);
  Bytestring unsigned_one(claim::kMaxClaimBytes);
  const auto size = claim::encode_message(claim::MessageType::claim, {}, {}, message->payload, {}, unsigned_one);
  REQUIRE(size);
  unsigned_one.resize(*size);
  at.chain.messages()[1] = unsigned_one;
  at.check_refused("unknown-certificate, later");
}

TEST_CASE("a device whose certificate nobody registered is named in the log, by and by again") {
  Case at;
  TestSigner forgotten("dock-9");
  ChainBuilder chain(forgotten, "dock-9");
  chain.add_start();
  chain.add_ride();
  Desk desk(at.office);
  for (int i = 0; i < 5; ++i) CHECK(desk.take("dock-9", chain.messages()).up_to == 0);
  const std::string line =
      "dock-9: claim 1 is not taken, nor what comes after it (unknown-certificate): the certificate with the "
      "SHA-256 " +
      to_hex(forgotten.thumbprint()) + " is not in the registry";
  CHECK(at.office.log.count(line) == 1);
  for (int second = 0; second < 600; ++second) static_cast<void>(at.office.clock.monotonic());
  for (int i = 0; i < 5; ++i) desk.take("dock-9", chain.messages());
  CHECK(at.office.log.count(line) == 2);

  CHECK(desk.take("dock-7", chain.messages()[0]).up_to == 0);
  CHECK(at.office.log.count("dock-7: claim 1 is not taken") == 1);
  CHECK(desk.take("dock-7", at.chain.messages()[0]).up_to == 1);
  CHECK(at.office.log.count("is not taken") == 3);
}

TEST_CASE("another device's certificate is not this one's") {
  Case at;
  TestSigner& other = at.office.enrol("dock-8");
  ChainBuilder foreign(other);  // says that it is dock-7
  foreign.add_start();
  foreign.add_ride();
  Desk desk(at.office);
  CHECK(desk.take("dock-7", foreign.messages()).up_to == 0);
  CHECK(at.office.log.says(to_hex(other.thumbprint()) + " is another device's"));
  // The device's own later claim vouches for the payload, not for who signed it.
  at.chain.add_ride(2000, of_event(1));
  const auto message = claim::parse_message(at.chain.messages()[1], claim::MessageType::claim);
  REQUIRE(message);
  at.chain.messages()[1] = at.chain.sign_payload(other, message->payload);
  at.check_refused("certificate-not-valid, later");
}

TEST_CASE("what is signed under a certificate that does not count is not processed, and costs nothing once it counts") {
  Case at;
  const std::int64_t now = at.office.clock.now;
  SUBCASE("a foreign authority's") { at.office.authorities.clear(); }
  SUBCASE("expired") { at.office.clock.now += kElevenYears; }
  SUBCASE("not valid yet") { at.office.clock.now -= 86'400; }
  const Answered answered = at.send();
  CHECK(answered.up_to == 0);
  CHECK(answered.refused.empty());
  CHECK(at.desk->report().claims == 0);
  at.office.clock.now = now;
  at.office.authorities = at.signer.certificate_pem();
  CHECK(Desk(at.office).take("dock-7", at.chain.messages()).granted.size() == 1);
}

TEST_CASE("a key whose certificate expired neither takes a place nor makes a fork") {
  Case at;
  at.chain.add_ride(2000, of_event(1));
  Desk desk(at.office);
  CHECK(desk.take("dock-7", slice(at.chain.messages(), 0, 1)).up_to == 1);
  ChainBuilder stolen = at.chain;
  stolen.change(1, of_event(7));
  at.office.clock.now += kElevenYears;
  CHECK(desk.take("dock-7", stolen.messages()).up_to == 1);
  stolen.change(0, [](claim::Claim& claim) { ++claim.issued_at; });
  CHECK(desk.take("dock-7", stolen.messages()).up_to == 1);
  CHECK(desk.report().chains == std::map<std::string, std::uint64_t>{{"open", 1}});
  CHECK(desk.report().pending == 0);
  CHECK(desk.report().claims == 1);
}

TEST_CASE("a renewal for the same key is found by a worker that keeps running, before any claim names it") {
  Case at;
  at.chain.add_ride(2000, of_event(1));
  at.chain.add_ride(2000, of_event(2));
  std::ofstream(at.office.folder / "device.key") << at.signer.key_pem();
  const std::string renewal = (at.office.folder / "renewal.pem").string();
  const std::string command = "openssl req -new -x509 -key " + (at.office.folder / "device.key").string() +
                              " -subj /CN=dock-7 -days 9000 -out " + renewal;
  REQUIRE(std::system(command.c_str()) == 0);
  const std::string pem = read_file(renewal).value();
  at.office.authorities += pem;
  Desk desk(at.office);
  CHECK(desk.take("dock-7", at.chain.messages()[0]).reason(1) == "accepted");
  at.office.clock.now += kElevenYears;
  CHECK(desk.take("dock-7", at.chain.messages()[1]).up_to == 1);
  at.office.put_certificate("dock-7", pem);
  CHECK(desk.take("dock-7", slice(at.chain.messages(), 1, 3)).granted.size() == 2);
}

TEST_CASE("a claim that names another device is malformed") {
  Case at;
  at.chain.add_ride(2000, [](claim::Claim& claim) { claim.device = "dock-9"; });
  at.check_refused("malformed");
}

TEST_CASE("a start is the first claim of a chain, and no other is") {
  Case at;
  SUBCASE("a second start") {
    at.chain.add_start();
    at.check_refused("malformed");
  }
  SUBCASE("a chain without one") {
    ChainBuilder chain(at.signer, "dock-7", 5);
    chain.add_ride();
    Desk desk(at.office);
    const Answered answered = desk.take("dock-7", chain.messages());
    CHECK(answered.up_to == 0);  // it is not known under which assignment its claims would stand
    CHECK(desk.report().claims == 0);
  }
}

TEST_CASE("what a newer version may have written is kept for later, and the claims behind it go on") {
  Case at;
  at.chain.add_ride();
  at.chain.spoil_last(add_unknown_key);
  at.check_refused("unsupported, later");
  // Still not understood: the same answer, and nothing booked.
  CHECK(at.desk->take("dock-7", at.chain.messages()[1]).reason(2) == "unsupported, later");
  CHECK(at.desk->wrong().empty());
}

TEST_CASE("what no version writes is malformed, and the claims behind it go on") {
  Case at;
  at.chain.add_ride();
  at.chain.spoil_last([](Bytestring& payload) { overwrite(payload, {'u', 'r', 'n', ':'}, {'u', 'r', 'm', ':'}); });
  at.check_refused("malformed");
}

TEST_CASE("a claim that is no deterministic CBOR has no place in the chain, which ends before it") {
  Case at;
  at.chain.add_ride();
  // The key 6 (iat) with its value in eight bytes instead of four.
  at.chain.spoil_last([](Bytestring& payload) { overwrite(payload, {0x06, 0x1a}, {0x06, 0x1b, 0, 0, 0, 0}); });
  CHECK(at.send().up_to == 1);
  CHECK(at.office.log.says("a batch is read up to a broken message"));
}

TEST_CASE("a batch is read up to what is no claim, and to its limits") {
  Case at;
  at.chain.add_ride(2000, of_event(1));
  Desk desk(at.office);
  SUBCASE("rubbish behind a good claim") {
    CHECK(desk.take("dock-7", {at.chain.messages()[0], at.chain.messages()[1], {0xff, 0x00}}).up_to == 2);
    CHECK(at.office.log.says("a batch is read up to a broken message"));
  }
  SUBCASE("nothing but rubbish") {
    const auto answers = desk.try_take("dock-7", {{0xff, 0x00}});
    REQUIRE(answers);
    CHECK(answers->empty());
  }
  SUBCASE("a claim cut off anywhere") {
    const Bytestring& whole = at.chain.messages()[1];
    for (std::size_t size = 1; size < whole.size(); size += 7) {
      const Bytestring cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      CHECK(desk.take("dock-7", {at.chain.messages()[0], cut}).up_to == 1);
    }
  }
  SUBCASE("257 claims") {
    for (std::uint32_t i = 2; i <= 257; ++i) at.chain.add_ride(2000, of_event(i));
    CHECK(desk.take("dock-7", at.chain.messages()).up_to == 256);
  }
}

TEST_CASE("more than 128 KiB are not read at all") {
  Case at;
  Desk desk(at.office);
  const auto answers = desk.try_take("dock-7", {at.chain.messages()[0], Bytestring(128 * 1024, 0)});
  REQUIRE(answers);
  CHECK(answers->empty());
  CHECK(desk.report().claims == 0);
}

TEST_CASE("seqs beyond what the ledger can number are not read") {
  Case at;
  at.chain.add_ride(2000, [](claim::Claim& claim) { claim.seq = std::uint64_t{1} << 40; });
  Desk desk(at.office);
  CHECK(desk.take("dock-7", at.chain.messages()).up_to == 1);
}

TEST_CASE("a reversal that is accepted at its second try is refused no more, and takes back") {
  Case at;
  at.chain.add_ride(2000, of_event(1));
  at.chain.add(reversal_of(1));
  TestSigner renewed("dock-7");
  const auto message = claim::parse_message(at.chain.messages()[2], claim::MessageType::claim);
  REQUIRE(message);
  at.chain.messages()[2] = at.chain.sign_payload(renewed, message->payload);
  at.office.authorities += renewed.certificate_pem();
  CHECK(at.send().reason(3) == "unknown-certificate, later");
  at.office.put_certificate("dock-7", renewed.certificate_pem());
  const Answered answered = at.desk->take("dock-7", at.chain.messages()[2]);
  CHECK(answered.reason(3) == "accepted");
  CHECK(at.desk->report().granted_mg == 167);  // of two rides
}

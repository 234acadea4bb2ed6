// SPDX-License-Identifier: Apache-2.0
// Credit that is taken back, before or after it was claimed, at this till or another.
#include "tests/unit/credit-service/office.hpp"

using namespace greentill;
using namespace greentill::test;

namespace {

/// Two tills with a chain each. A ride of 2,000 m is 167 mg, of 1,500 m 125, of 500 m 41.
struct TwoTills {
  explicit TwoTills(const char* programme = kPlainProgramme)
      : office(programme), here(office.enrol("till-1"), "till-1"), there(office.enrol("till-2"), "till-2", 2), desk(office) {
    here.add_start();
    there.add_start();
    send();
  }
  ~TwoTills() { CHECK(desk.wrong().empty()); }
  void send() {
    send_from(here, "till-1", sent_here);
    send_from(there, "till-2", sent_there);
  }
  void send_from(ChainBuilder& chain, const char* device, std::size_t& sent) {
    if (sent == chain.messages().size()) return;
    const auto batch = slice(chain.messages(), sent, chain.messages().size());
    sent = chain.messages().size();
    const Answered answered = desk.take(device, batch);
    CHECK(answered.up_to == sent);
    refused.insert(answered.refused.begin(), answered.refused.end());
  }
  std::int64_t stands() { return desk.report().granted_mg; }

  Office office;
  ChainBuilder here, there;
  Desk desk;
  std::size_t sent_here = 0, sent_there = 0;
  std::map<std::uint64_t, std::pair<std::string, bool>> refused;
};

/// The first event, recorded by another till a minute later.
void later(claim::Claim& claim) {
  of_event(1)(claim);
  claim.issued_at += 60;
  claim.id[0] = 0x99;
}

claim::ClaimId id_of(const Bytestring& bytes) {
  const auto message = claim::parse_message(bytes, claim::MessageType::claim);
  REQUIRE(message);
  const auto claim = claim::parse_payload(message->payload);
  REQUIRE(claim);
  return claim->id;
}

}  // namespace

TEST_CASE("a full reversal takes everything back from everyone") {
  TwoTills at;
  at.here.add_ride(2000, of_event(1));
  SUBCASE("in the same batch") { at.here.add(reversal_of(1)); }
  SUBCASE("later") {
    at.send();
    CHECK(at.stands() == 167);
    at.here.add(reversal_of(1));
  }
  SUBCASE("at another till") {
    at.send();
    at.there.add(reversal_of(1));
  }
  SUBCASE("at another till, before the claim arrives") {
    at.there.add(reversal_of(1));
    at.send_from(at.there, "till-2", at.sent_there);
  }
  at.send();
  CHECK(at.refused.empty());
  CHECK(at.stands() == 0);
  for (const auto& [kind, mg] : at.desk.report().accounts) {
    CAPTURE(kind);
    CHECK(mg == 0);
  }
}

TEST_CASE("a partial reversal leaves the method applied to the rest, however it arrives") {
  TwoTills at;
  SUBCASE("claim, then two parts") {
    at.here.add_ride(2000, of_event(1));
    at.here.add(reversal_of(1, 500));
    at.send();
    CHECK(at.stands() == 125);
    at.there.add(reversal_of(1, 1000));
  }
  SUBCASE("both parts first") {
    at.there.add(reversal_of(1, 1000));
    at.there.add(reversal_of(1, 500));
    at.send();
    CHECK(at.stands() == 0);
    at.here.add_ride(2000, of_event(1));
  }
  SUBCASE("one before, one after") {
    at.there.add(reversal_of(1, 1000));
    at.send();
    at.here.add_ride(2000, of_event(1));
    at.here.add(reversal_of(1, 500));
  }
  at.send();
  CHECK(at.stands() == 41);
  auto accounts = at.desk.report().accounts;
  CHECK(accounts["unattributed"] == 29);  // 41 shared afresh: 28.7, 8.2, 4.1
  CHECK(accounts["merchant"] == 8);
  CHECK(accounts["operator"] == 4);
  // Not freed: the event is still claimed in part.
  at.there.add_ride(2000, of_event(1));
  at.send();
  CHECK(at.refused.begin()->second.first == "duplicate");
  CHECK(at.stands() == 41);
}

TEST_CASE("more taken back than was claimed leaves nothing, and no debt") {
  TwoTills at;
  at.here.add_ride(2000, of_event(1));
  at.here.add(reversal_of(1, 1500));
  at.here.add(reversal_of(1, 1500));
  at.send();
  CHECK(at.stands() == 0);
  for (const auto& [kind, mg] : at.desk.report().accounts) CHECK(mg == 0);
}

TEST_CASE("quantities that the claim does not have take nothing back") {
  TwoTills at;
  claim::Reversal reversal = reversal_of(1);
  REQUIRE(reversal.taken_back.push_back({"pieces", 3}));
  at.here.add_ride(2000, of_event(1));
  at.here.add(reversal);
  at.send();
  CHECK(at.stands() == 167);
}

TEST_CASE("a refund or cancellation closes the act for good; only a correction frees it") {
  TwoTills at;
  at.here.add_ride(2000, of_event(1));
  claim::Reversal whole = reversal_of(1);
  SUBCASE("a refund") { whole.reason = claim::ReversalReason::refund; }
  SUBCASE("a cancellation") { whole.reason = claim::ReversalReason::cancelled; }
  SUBCASE("a correction") { whole.reason = claim::ReversalReason::correction; }
  at.here.add(whole);
  at.send();
  CHECK(at.stands() == 0);
  at.there.add_ride(500, later);
  at.send();
  const bool freed = whole.reason == claim::ReversalReason::correction;
  CHECK(at.stands() == (freed ? 41 : 0));
  if (freed) {
    CHECK(at.refused.empty());
  } else {
    CHECK(at.refused.at(2) == std::pair<std::string, bool>{"taken-back", false});
  }
}

TEST_CASE("a correction that names a claim takes back that claim alone, and a duplicate takes its place") {
  TwoTills at;
  at.here.add_ride(2000, of_event(1));
  at.there.add_ride(500, later);
  claim::Reversal mistake = reversal_of(1);
  mistake.reason = claim::ReversalReason::correction;
  mistake.claim = id_of(at.here.messages().back());
  SUBCASE("the correction last") {
    at.send();
    CHECK(at.stands() == 167);
    CHECK(at.refused.begin()->second.first == "duplicate");
    at.here.add(mistake);
    at.send();
  }
  SUBCASE("the correction first") {
    at.here.add(mistake);
    at.send();
  }
  CHECK(at.stands() == 41);
}

TEST_CASE("a refund means the act, whichever of its claims it names, in every order") {
  TwoTills at;
  at.here.add_ride(2000, of_event(1));
  at.there.add_ride(2000, of_event(1));
  claim::Reversal refund = reversal_of(1);
  refund.claim = id_of(at.there.messages().back());
  at.there.add(refund);
  SUBCASE("the claim that stands first") {
    at.send_from(at.here, "till-1", at.sent_here);
    CHECK(at.stands() == 167);
  }
  SUBCASE("the refunded one first") {
    at.send_from(at.there, "till-2", at.sent_there);
    CHECK(at.stands() == 0);
  }
  at.send();
  CHECK(at.stands() == 0);
}

TEST_CASE("a reversal of a refused claim books nothing") {
  TwoTills at;
  at.here.add_ride(2000, [](claim::Claim& claim) {
    of_event(1)(claim);
    ++std::get<claim::Reduction>(claim.entry).credited_mg;
  });
  at.here.add(reversal_of(1));
  at.send();
  CHECK(at.refused.size() == 1);
  CHECK(at.stands() == 0);
  CHECK(at.desk.report().accounts.empty());
}

TEST_CASE("parts with one claim id are one, from whatever store they come") {
  TwoTills at;
  const auto id = [](std::uint8_t first) { return [first](claim::Claim& claim) { claim.id = {first, 9, 9}; }; };
  SUBCASE("the claim first") {
    at.here.add_ride(2000, of_event(1));
    at.here.add(reversal_of(1, 500), id(1));
    at.send();
    CHECK(at.stands() == 125);
    at.there.add(reversal_of(1, 500), id(1));
    at.here.add(reversal_of(1, 500), id(1));
  }
  SUBCASE("the parts first") {
    at.there.add(reversal_of(1, 500), id(1));
    at.send();
    at.here.add(reversal_of(1, 500), id(1));
    at.here.add_ride(2000, of_event(1));
  }
  at.send();
  CHECK(at.refused.empty());
  CHECK(at.stands() == 125);
  // Another part, and the same id under another nullifier, count.
  at.there.add(reversal_of(1, 1000), id(2));
  at.there.add_ride(2000, of_event(2));
  at.there.add(reversal_of(2, 500), id(1));
  at.send();
  CHECK(at.stands() == 41 + 125);
}

TEST_CASE("only so many reversals of one event are kept, for each is read with the next; what takes back all always counts") {
  TwoTills at;
  const auto part = [&at](std::uint32_t number) { at.there.add(reversal_of(number, 1)); };
  SUBCASE("parts of a claim that stands") {
    at.here.add_ride(2000, of_event(1));
    at.send();
    for (int i = 0; i < 66; ++i) part(1);
  }
  SUBCASE("parts that wait") {
    for (int i = 0; i < 66; ++i) part(1);
    at.send();
    at.here.add_ride(2000, of_event(1));
  }
  at.send();
  CHECK(at.refused.size() == 2);
  CHECK(at.refused.at(67) == std::pair<std::string, bool>{"too-many-reversals", true});
  CHECK(at.stands() == 161);  // 1936 m
  CHECK(at.desk.take("till-2", at.there.messages().back()).reason(67) == "too-many-reversals, later");
  part(2);  // another event's
  at.here.add(reversal_of(1));
  at.send();
  CHECK(at.refused.size() == 2);
  CHECK(at.stands() == 0);
}

TEST_CASE("a worker without the claim's methodology takes back no part of it, but all of it") {
  TwoTills at;
  at.here.add_ride(2000, of_event(1));
  at.send();
  auto none = measure::Library::from({});
  REQUIRE(none);
  at.office.library = std::move(*none);
  at.there.add(reversal_of(1, 500));
  at.send();
  CHECK(at.refused.empty());
  CHECK(at.stands() == 167);
  CHECK(at.office.log.says("an act is decided later: methodology test-ride, version 1"));
  SUBCASE("the part counts once the methodology is there") {
    at.office.library = ride_library();
    at.office.clock.now += 3'600;
    REQUIRE(at.desk.clerk().tick());
    CHECK(at.stands() == 125);
  }
  SUBCASE("all of it") {
    at.there.add(reversal_of(1));
    at.send();
    CHECK(at.stands() == 0);
  }
}

TEST_CASE("a repeated reversal takes back once") {
  TwoTills at;
  at.here.add_ride(2000, of_event(1));
  at.here.add(reversal_of(1, 500));
  at.send();
  for (int i = 0; i < 3; ++i) at.desk.take("till-1", at.here.messages());
  CHECK(at.stands() == 125);
}

TEST_CASE("a fixed grant stands until nothing that is credited is left") {
  TwoTills at(kFixedProgramme);
  at.here.add_ride(2000, of_event(1));
  at.here.add(reversal_of(1, 1500));
  at.send();
  CHECK(at.stands() == 46'000);
  at.here.add(reversal_of(1, 499));  // 1 m: less than a milligram
  at.send();
  CHECK(at.stands() == 0);
}

// SPDX-License-Identifier: Apache-2.0
// What the log says where a certificate or a clock keeps claims back: the cause, with both times.
#include "daemon/base/calendar.hpp"
#include "daemon/base/moment.hpp"
#include "tests/support/test_authority.hpp"
#include "tests/unit/credit-service/office.hpp"

using namespace greentill;
using namespace greentill::test;

namespace {

/// A device under an authority that the office trusts, or not.
struct Enrolled {
  Office office;
  TestAuthority root{"Root"};
  std::optional<TestSigner> signer;

  Enrolled() {
    office.authorities += root.pem();
    office.clock.now += 60;  // it stands still, and certificates begin when they are made
  }
  void certify(const TestAuthority::Issued& issued, const std::string& behind = "") {
    signer.emplace(issued.key, issued.certificate);
    office.put_certificate("dock-7", issued.certificate + behind);
  }
  Answered send() {
    ChainBuilder chain(*signer);
    chain.add_start();
    return Desk(office).take("dock-7", chain.messages());
  }
};

}  // namespace

TEST_CASE("causes: a certificate without digitalSignature is not called another device's") {
  Enrolled at;
  at.certify(at.root.issue("dock-7", "basicConstraints=CA:FALSE;keyUsage=keyAgreement"));
  CHECK(at.send().up_to == 0);
  CHECK(at.office.log.says(
      "is not valid: its key usage lacks digitalSignature, so that it may not sign. The device's claims wait"));
  CHECK_FALSE(at.office.log.says("another device's"));
}

TEST_CASE("causes: a device's file that holds its intermediate authority too is a path, and alone it says what is missing") {
  Enrolled at;
  const TestAuthority between("Between", &at.root);
  const auto issued = between.issue("dock-7");
  at.certify(issued);
  ChainBuilder chain(at.signer.emplace(issued.key, issued.certificate));
  chain.add_start();
  Desk desk(at.office);
  CHECK(desk.take("dock-7", chain.messages()).up_to == 0);
  CHECK(at.office.log.says(
      "it was issued by 'Between', whose certificate is neither behind it in its file nor among the authorities"));
  // The operator mends the file under the running service.
  at.office.put_certificate("dock-7", issued.certificate + between.pem());
  CHECK(desk.take("dock-7", chain.messages()).up_to == 1);
}

TEST_CASE("causes: a clock that shows another year is named with the certificate's dates") {
  Enrolled at;
  at.certify(at.root.issue("dock-7"));
  at.office.put_certificate("dock-8", at.root.issue("dock-8").certificate);
  SUBCASE("ahead: every certificate looks expired") {
    at.office.clock.now += 400 * kSecondsADay;
    CHECK(at.send().up_to == 0);
    CHECK(at.office.log.says("is not valid: it expired on "));
    CHECK(at.office.log.says("and our clock shows " + utc_text(at.office.clock.now)));
    CHECK(at.office.log.says("So it is with every certificate here: look at our clock first"));
  }
  SUBCASE("never set") {
    at.office.clock.now = 86'400;
    CHECK(at.send().up_to == 0);
    CHECK(at.office.log.says("it is valid only from "));
    CHECK(at.office.log.says("this machine's clock shows 1970-01-02 00:00:00 UTC"));
    CHECK(at.office.log.says("that is before this version was made"));
  }
}

TEST_CASE("causes: a device's clock that is ahead, or was never set, is told with both times, once an hour") {
  Office office;
  ChainBuilder chain(office.enrol("dock-7"));
  Desk desk(office);
  std::string words;
  claim::ClockState state = claim::ClockState::free_running;
  std::int64_t made = office.clock.now + 3 * kSecondsADay + 5;
  SUBCASE("ahead") {
    words = "dock-7: its clock is 3 days ahead of ours: it shows " + utc_text(made) +
            ", where claim 1 was made; our clock shows " + utc_text(office.clock.now);
  }
  SUBCASE("never set") {
    state = claim::ClockState::never_set;
    made = 100'000;
    words = "dock-7: its clock was never set: it shows 1970-01-02 03:46:40 UTC";
  }
  const auto by_that_clock = [&](claim::Claim& claim) {
    claim.issued_at = made;
    claim.clock = state;
  };
  chain.add_start({}, by_that_clock);
  desk.take("dock-7", chain.messages());
  desk.take("dock-7", chain.messages());
  CHECK(office.log.count(words) == 1);
}

TEST_CASE("causes: an act in the future is told with both times") {
  Office office;
  ChainBuilder chain(office.enrol("dock-7"));
  chain.add_start();
  std::int64_t end = office.clock.now + 2 * kSecondsADay;
  chain.add_ride(2000, [end](claim::Claim& claim) {
    auto& ride = std::get<claim::Reduction>(claim.entry);
    ride.begin = end - 600;
    ride.end = end;
  });
  CHECK(Desk(office).take("dock-7", chain.messages()).reason(2) == "in-the-future, later");
  CHECK(office.log.says("dock-7: claim 2 is refused for now (in-the-future): its act ends on " + utc_text(end) +
                        ", and our clock shows " + utc_text(office.clock.now)));
}

TEST_CASE("causes: a clock that is behind the ledger is told before certificates are judged by it") {
  OfficeClock clock;
  OfficeLog log;
  credit::Clocks behind(clock, log, "ledger.db", clock.now + 2 * kSecondsADay);
  behind.look_at_ours();
  behind.look_at_ours();
  CHECK(log.count("that is 2 days before the ledger ledger.db was last written") == 1);
  credit::Clocks right(clock, log, "ledger.db", clock.now - 5);
  right.look_at_ours();
  CHECK(log.count("was last written") == 1);
}

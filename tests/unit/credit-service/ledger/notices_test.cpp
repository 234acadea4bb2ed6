// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/notices.hpp"

#include <doctest/doctest.h>

#include "tests/support/set_clock.hpp"
#include "tests/unit/credit-service/office.hpp"

namespace greentill::credit {
namespace {

struct Told {
  test::SetClock clock{1'000};
  test::OfficeLog log;
  Notices notices{clock, log};

  Told() { clock.since_boot = 10'000; }
};

Chain held_chain(std::uint8_t number, Reason reason) {
  Chain chain;
  chain.id.back() = number;
  chain.state = ChainStanding::held;
  chain.reason = reason;
  chain.held_from = 1;
  return chain;
}

TEST_CASE("notices: a device whose batches are no batches is told of once in a while, and hides nobody else") {
  Told told;
  for (int i = 0; i < 10'000; ++i) told.notices.broken("loud", "message 1 is none");
  told.notices.broken("quiet", "message 2 is none");
  told.notices.unreadable("loud", "message 3 is none");
  CHECK(told.log.count("loud: a batch is read up to a broken message: message 1 is none") == 1);
  CHECK(told.log.count("quiet: a batch is read up to a broken message: message 2 is none") == 1);
  CHECK(told.log.count("loud: a batch that was kept cannot be read and is dropped: message 3 is none") == 1);
  told.clock.since_boot += 600;
  told.notices.broken("loud", "message 1 is none");
  CHECK(told.log.count("(and 9999 such lines were left out)") == 1);
}

TEST_CASE("notices: of a thousand chains that are held for the same reason a few are told, and the first of another reason is") {
  Told told;
  for (int i = 0; i < 1'000; ++i)
    told.notices.held("loud", held_chain(static_cast<std::uint8_t>(i), Reason::second_repair), "again");
  CHECK(told.log.count("is held from claim 1 on (second-repair)") == 4);
  told.notices.held("loud", held_chain(1, Reason::fork), "two claims");
  told.notices.held("quiet", held_chain(1, Reason::second_repair), "again");
  CHECK(told.log.count("(fork)") == 1);
  CHECK(told.log.count("quiet: its chain") == 1);
  told.clock.since_boot += 600;
  told.notices.held("loud", held_chain(1, Reason::second_repair), "again");
  CHECK(told.log.count("(and 996 such lines were left out)") == 1);
}

TEST_CASE("notices: of chains that wait or are on probation, a few") {
  Told told;
  for (const ChainStanding state : {ChainStanding::waiting, ChainStanding::on_probation}) {
    Chain chain;
    chain.state = state;
    for (int i = 0; i < 100; ++i) told.notices.began("loud", chain);
  }
  CHECK(told.log.count("waits until") == 4);
  CHECK(told.log.count("does not go on where the last one ended") == 4);
}

}  // namespace
}  // namespace greentill::credit

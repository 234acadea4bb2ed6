// SPDX-License-Identifier: Apache-2.0
// What becomes of each record that a source hands in.
#include <map>

#include "daemon/engine/engine.hpp"
#include "daemon/event/transaction_key.hpp"
#include "tests/unit/engine/fixture.hpp"

namespace greentill::engine {
namespace {

using outbox::Fate;
using test::Device;
using test::ride;

struct SourceOfRecords {
  Result<event::TransactionAnswer> offer(const event::Transaction& transaction) {
    const std::string place = "row " + std::to_string(++rows);
    return device.submit(transaction, outbox::SourceRecord{"rides", "after " + place, place}).get();
  }
  outbox::StoredRecord last() {
    std::vector<outbox::StoredRecord> found;
    REQUIRE(device.reader().for_each_record({}, 1, [&](const auto& record) { found.push_back(record); }).ok());
    REQUIRE(found.size() == 1);
    CHECK(found[0].where == "row " + std::to_string(rows));
    return found[0];
  }
  Fate fate_of(const event::Transaction& transaction) {
    (void)offer(transaction);
    return last().fate;
  }

  test::TempDir folder;
  Device device{folder.path()};
  int rows = 0;
};

}  // namespace

TEST_CASE("fates: every record has one, with its reason, and they add up to what was read") {
  SourceOfRecords bench;
  CHECK(bench.fate_of(ride("1")) == Fate::claimed);
  CHECK(bench.last().reason.empty());
  CHECK(bench.last().key == event::transaction_key(ride("1").issuer, "1"));
  CHECK(bench.fate_of(ride("1")) == Fate::repeated);

  event::Transaction wrong = ride("2");
  wrong.end = wrong.begin - 1;
  CHECK(bench.fate_of(wrong) == Fate::refused);
  CHECK(bench.last().reason.find("end") != std::string::npos);

  event::Transaction training = ride("3");
  training.standing = event::Standing::training;
  CHECK(bench.fate_of(training) == Fate::claimless);
  CHECK(bench.last().reason == "training: nothing is claimed");

  event::Transaction doubtful = ride("4");
  doubtful.standing = event::Standing::doubtful;
  doubtful.remark = "its clock was never set";
  CHECK(bench.fate_of(doubtful) == Fate::guarded);
  CHECK(bench.last().reason == "its source doubts it: its clock was never set");

  event::Transaction ticket = ride("5");
  ticket.kind = event::TransactionKind::sale;
  ticket.mode.clear();
  ticket.quantities.clear();
  CHECK(bench.fate_of(ticket) == Fate::claimless);
  CHECK(bench.last().reason == "no act was found in it");

  std::promise<Status> kept;
  bench.device.engine().pass_over({"rides", "after van", "row 7", Fate::left_out, "a van's ride"},
                                  [&](const Status& status) { kept.set_value(status); });
  bench.device.engine().committer().hand_over();
  REQUIRE(kept.get_future().get().ok());
  ++bench.rows;
  CHECK(bench.last().fate == Fate::left_out);

  std::uint64_t counted = 0;
  const auto counts = bench.device.reader().record_counts().value();
  for (const auto& count : counts) counted += count.records;
  CHECK(counted == static_cast<std::uint64_t>(bench.rows));
}

TEST_CASE("fates: an event id that comes again with another content is guarded, answered as before, and told") {
  SourceOfRecords bench;
  REQUIRE(bench.offer(ride("1")).ok());
  event::Transaction other = ride("1");
  other.end += 60;
  const auto answer = bench.offer(other);
  REQUIRE(answer.ok());
  CHECK(answer->repeated);
  CHECK(answer->claims.size() == 1);
  CHECK(answer->remark.find("another content") != std::string::npos);
  CHECK(bench.last().fate == Fate::guarded);
  CHECK(bench.device.log().count("rides: row 2: an event with this id") == 1);

  // Through the API likewise; and whoever says the same again in other respects only is not told off.
  other.end += 60;
  CHECK(bench.device.submit(other).get()->remark.find("another content") != std::string::npos);
  event::Transaction same = ride("1");
  same.tender = "card";
  same.account_token = "tok-1";
  CHECK(bench.device.submit(same).get()->remark.empty());
  CHECK(bench.fate_of(same) == Fate::repeated);
  event::Transaction copy = ride("1");
  copy.standing = event::Standing::reprint;
  copy.quantities.clear();
  CHECK(bench.fate_of(copy) == Fate::repeated);
}

TEST_CASE("fates: of one id reported at once with two contents one is claimed and the other told") {
  SourceOfRecords bench;
  event::Transaction other = ride("1");
  other.end += 60;
  auto first = bench.device.submit(ride("1"));
  auto second = bench.device.submit(other);
  const auto one = first.get();
  const auto two = second.get();
  REQUIRE((one.ok() && two.ok()));
  CHECK(one->repeated != two->repeated);
  CHECK((one->repeated ? *one : *two).remark.find("another content") != std::string::npos);
}

}  // namespace greentill::engine

// SPDX-License-Identifier: Apache-2.0
// Batches that came again: which of them are answered without being read, and what their answers say.
#include <algorithm>

#include "tests/unit/credit-service/one_device.hpp"
#include "tools/credit-service/ledger/sqlite/store.hpp"
#include "tools/credit-service/verify/link.hpp"

namespace greentill::test::repeats_test {
namespace {

using credit::first_link;
using credit::read_run;

Bytestring joined(const std::vector<Bytestring>& messages) {
  Bytestring all;
  for (const Bytestring& message : messages) all.insert(all.end(), message.begin(), message.end());
  return all;
}

struct Repeating : OneDevice {
  /// Whether the ledger knows the batch again as a whole.
  bool knows(const Bytestring& batch, const std::string& device = "dock-7") { return worker_knows(desk, batch, device); }
  static bool worker_knows(Desk& worker, const Bytestring& batch, const std::string& device = "dock-7") {
    const auto answer = worker.ledger().answer_repeated(device, batch, {});
    REQUIRE_MESSAGE(answer, (answer ? "" : answer.error().message));
    return answer->has_value();
  }
  [[nodiscard]] Bytestring batch(std::size_t first, std::size_t last) { return joined(slice(chain.messages(), first - 1, last)); }
};

}  // namespace

TEST_CASE("a batch is known again by any worker, also one that began since, and in any part") {
  Repeating at;
  at.ride(9);
  CHECK(!at.knows(at.batch(1, 10)));
  const Answered first = at.send(1, 10);
  CHECK(at.knows(at.batch(1, 10)));
  CHECK(at.knows(at.batch(4, 4)));
  CHECK(at.knows(at.batch(2, 7)));
  Desk other(at.office);
  CHECK(Repeating::worker_knows(other, at.batch(1, 10)));
  const Answered again = other.take("dock-7", at.chain.messages());
  CHECK(again.granted == first.granted);
  CHECK(again.granted.size() == 9);
  CHECK(again.up_to == 10);
  CHECK(again.payload_hash == first.payload_hash);
  CHECK(at.desk.report().granted_mg == 9 * 167);
  CHECK(at.desk.wrong().empty());
}

TEST_CASE("a batch is known again only where each payload is the ledger's: whichever byte is another") {
  Repeating at;
  at.ride(3);
  at.send(1, 4);
  const Bytestring whole = at.batch(1, 4);
  std::vector<bool> is_payload(whole.size(), false);
  std::size_t begin = 0;
  for (const Bytestring& message : at.chain.messages()) {
    const Bytestring payload = payload_of(message);
    const auto found = std::ranges::search(message, payload);
    const auto from = begin + static_cast<std::size_t>(found.begin() - message.begin());
    std::fill_n(is_payload.begin() + static_cast<std::ptrdiff_t>(from), payload.size(), true);
    begin += message.size();
  }
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Bytestring altered = whole;
    altered[i] ^= static_cast<std::uint8_t>(1u << i % 8);
    if (is_payload[i]) CHECK_MESSAGE(!at.knows(altered), "byte ", i);
    if (i % 5 == 0) REQUIRE(at.desk.clerk().take("dock-7", altered, {1, 2, 3}, {}));
  }
  CHECK(at.desk.report().granted_mg == 3 * 167);
  CHECK(at.desk.wrong().empty());
  CHECK(at.knows(whole));
}

TEST_CASE("what is no run of one chain's claims is read as ever") {
  Repeating at;
  at.ride(4);
  at.send(1, 5);
  const std::vector<Bytestring>& all = at.chain.messages();
  CHECK(!at.knows({}));
  CHECK(!at.knows(joined({all[1], all[0]})));
  CHECK(!at.knows(joined({all[1], all[1]})));
  CHECK(!at.knows(joined({all[1], all[3]})));
  Bytestring longer = at.batch(2, 3);
  longer.push_back(0);
  CHECK(!at.knows(longer));
  longer.back() = 0xd8;
  CHECK(!at.knows(longer));
  Bytestring cut = at.batch(2, 3);
  cut.pop_back();
  CHECK(!at.knows(cut));
  // All are answered nevertheless, as far as they can be read.
  CHECK(at.desk.take("dock-7", {all[1], all[0]}).granted.size() == 1);
  CHECK(at.desk.take("dock-7", {all[1], all[3]}).granted.size() == 2);
}

TEST_CASE("a batch beyond the limits is no repeated one") {
  Repeating at;
  at.ride(256);
  at.send(1, 200);
  at.send(201, 257);
  CHECK(at.knows(at.batch(2, 257)));
  CHECK(!at.knows(at.batch(1, 257)));
  CHECK(at.desk.take("dock-7", slice(at.chain.messages(), 1, 257)).granted.size() == 256);
}

TEST_CASE("another device's batch says nothing of whose it is") {
  Repeating at;
  at.office.enrol("dock-8");
  at.ride(3);
  at.send(1, 4);
  CHECK(!at.knows(at.batch(1, 4), "dock-8"));
  CHECK(!at.knows(at.batch(1, 4), "dock-9"));
  const Answered other = at.desk.take("dock-8", at.chain.messages());
  CHECK(other.up_to == 0);
  CHECK(other.granted.empty());
  CHECK(at.desk.report().granted_mg == 3 * 167);
}

TEST_CASE("a twin's batch that goes on from the same claim is another, and holds the chain") {
  Repeating at;
  at.ride(2);
  ChainBuilder twin = at.chain;
  at.chain.add_ride(2000, of_event(90));
  twin.add_ride(2000, of_event(91));
  at.send(1, 4);
  CHECK(!at.knows(joined(twin.messages())));
  CHECK(at.desk.take("dock-7", twin.messages()).state == claim::ChainStanding::held);
  CHECK(at.knows(at.batch(1, 4)));
  CHECK(at.send(1, 4).state == claim::ChainStanding::held);
}

TEST_CASE("a repeated batch is answered with what stands now, and with what was decided since") {
  Repeating at;
  at.ride(3);
  const Answered first = at.send(1, 4);
  at.desk.stored = stored_of(first);
  at.chain.add(reversal_of(2, 1500));
  at.send(5, 5);  // its receipt is lost
  CHECK(at.knows(at.batch(1, 4)));
  const Answered again = at.send(1, 4);
  CHECK(again.up_to == 5);
  CHECK(again.granted == std::map<std::uint64_t, std::int64_t>{{2, 167}, {3, 41}, {4, 167}});
  REQUIRE(again.changes.size() == 1);
  CHECK(again.changes[0].seq == 3);
  CHECK(again.changes[0].granted_mg == 41);
  // And once that receipt was lost too.
  CHECK(at.send(1, 4).changes.size() == 1);
  at.desk.stored = stored_of(again);
  CHECK(at.send(1, 4).changes.empty());
}

TEST_CASE("a refusal for ever is repeated; one that another copy or time may mend is decided anew") {
  Repeating at;
  at.ride(1);
  at.chain.add_ride(2000, of_event(1));  // a duplicate
  at.ride_unknown(1);
  at.send(1, 3);
  CHECK(at.knows(at.batch(1, 3)));
  CHECK(at.send(1, 3).reason(3) == "duplicate");
  at.send(4, 4);
  CHECK(!at.knows(at.batch(1, 4)));
  CHECK(!at.knows(at.batch(4, 4)));
  CHECK(at.knows(at.batch(1, 3)));
}

TEST_CASE("a copy with a better signature mends a claim that was refused for its own") {
  Repeating at;
  at.ride(1);
  at.chain.add_ride(2000, of_event(20));
  at.chain.add_ride(2000, of_event(21));
  std::vector<Bytestring> spoilt = at.chain.messages();
  spoilt[2].back() ^= 1;
  CHECK(at.desk.take("dock-7", slice(spoilt, 0, 2)).up_to == 2);
  CHECK(at.desk.take("dock-7", slice(spoilt, 2, 3)).up_to == 2);  // nothing attests it
  CHECK(at.desk.take("dock-7", slice(spoilt, 2, 4)).up_to == 4);
  CHECK(at.knows(joined(slice(spoilt, 2, 4))));
  CHECK(at.desk.take("dock-7", slice(at.chain.messages(), 2, 4)).granted.size() == 2);
}

TEST_CASE("a place that a gap called lost is no known one, and its claim is taken when it comes") {
  Repeating at;
  at.ride(4);
  at.send(1, 3);
  const auto store = at.office.open_store();
  REQUIRE(store);
  REQUIRE((*store)->add_lost(1, {4, 4}));  // as a gap in another chain does
  CHECK(at.send(5, 5).up_to == 5);
  CHECK(!at.knows(at.batch(3, 5)));
  CHECK(at.knows(at.batch(1, 3)));
  CHECK(at.knows(at.batch(5, 5)));
  CHECK(at.send(3, 5).state == claim::ChainStanding::held);  // it contradicts the gap
  CHECK(at.knows(at.batch(3, 5)));
}

TEST_CASE("a ledger that was restored knows only what it has") {
  Repeating at;
  at.ride(3);
  at.send(1, 4);
  const auto backup = at.office.folder / "backup.db";
  std::filesystem::copy_file(at.office.database(), backup);
  std::filesystem::copy_file(at.office.database().string() + "-wal", backup.string() + "-wal");
  at.ride(3);
  at.send(5, 7);
  CHECK(at.knows(at.batch(2, 7)));
  Office restored;
  restored.authorities = at.office.authorities;
  std::filesystem::copy_file(backup, restored.database());
  std::filesystem::copy_file(backup.string() + "-wal", restored.database().string() + "-wal");
  Desk desk(restored);
  CHECK(Repeating::worker_knows(desk, at.batch(1, 4)));
  CHECK(!Repeating::worker_knows(desk, at.batch(2, 7)));
  CHECK(desk.take("dock-7", slice(at.chain.messages(), 1, 7)).up_to == 7);
  CHECK(Repeating::worker_knows(desk, at.batch(2, 7)));
}

TEST_CASE("a run is known by its last payload, whose place is read without the rest") {
  Repeating at;
  at.ride(3);
  const auto run = read_run(at.batch(2, 4), at.office.hasher);
  REQUIRE(run);
  CHECK(run->first == 2);
  CHECK(run->last == 4);
  CHECK(run->chain == at.chain.head().chain);
  CHECK(run->hash == at.chain.head().payload_hash);
  const auto first = first_link(at.batch(2, 4));
  REQUIRE(first);
  CHECK(first->seq == 2);
  CHECK(!first_link({}));
  CHECK(!read_run({}, at.office.hasher));
}

}  // namespace greentill::test::repeats_test

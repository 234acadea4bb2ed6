// SPDX-License-Identifier: Apache-2.0
// The contract of the store's port, operation by operation, and done twice where a step may be done again. Every store is run
// through it: another one adds itself to kStores.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "tests/support/temp_dir.hpp"
#include "tools/credit-service/ledger/sqlite/store.hpp"

namespace greentill::credit::store_test {
namespace {

struct Kind {
  const char* name;
  /// Opens the same books for the same folder, as another worker does.
  std::unique_ptr<Store> (*open)(const std::filesystem::path& folder);
};

std::unique_ptr<Store> open_sqlite(const std::filesystem::path& folder) {
  auto store = open_sqlite_store(folder / "ledger.db");
  REQUIRE_MESSAGE(store, (store ? "" : store.error().message));
  return std::move(*store);
}

constexpr Kind kStores[] = {{"sqlite", open_sqlite}};

void ok(const Status& status) { REQUIRE_MESSAGE(status, (status ? "" : status.error().message)); }

template <typename T>
T got(Result<T> result) {
  REQUIRE_MESSAGE(result, (result ? "" : result.error().message));
  return std::move(*result);
}

/// Runs a test on each kind of store.
template <typename Test>
void on_each(const Test& test) {
  for (const Kind& kind : kStores) {
    CAPTURE(kind.name);
    const greentill::test::TempDir folder;
    test(kind, folder.path());
  }
}

template <std::size_t N>
Bytes<N> filled(std::uint8_t with) {
  Bytes<N> bytes;
  bytes.fill(with);
  return bytes;
}
Digest digest(std::uint8_t with) { return filled<32>(with); }
claim::ChainId chain_id(std::uint8_t with) { return filled<sizeof(claim::ChainId)>(with); }
claim::Nullifier nullifier(std::uint8_t mac, std::uint32_t root = 1, std::uint32_t version = 1) {
  return {version, root, digest(mac)};
}

Chain new_chain(std::uint8_t id) {
  Chain chain;
  chain.id = chain_id(id);
  chain.state_since = 1000;
  chain.assignment = 3;
  chain.key = digest(7);
  return chain;
}

std::int64_t claim_of(std::int64_t chain, std::uint64_t seq) {
  Chain one;
  one.no = chain;
  return one.claim_id(seq);
}

bool same(const Chain& a, const Chain& b) {
  const auto tied = [](const Chain& c) {
    return std::tie(c.no, c.id, c.state, c.state_since, c.reason, c.held_from, c.assignment, c.key, c.seq, c.hash, c.predecessor,
                    c.predecessor_seq, c.closed_at, c.silent_from, c.contradiction);
  };
  return tied(a) == tied(b);
}

Decision accepted(std::int64_t granted) {
  Decision decision;
  decision.arrived = 1000;
  decision.since = 1000;
  decision.customer = 5;
  decision.programme = 1;
  decision.granted = granted;
  return decision;
}

const std::vector<std::uint8_t> kPayload{1, 2, 3};

TEST_CASE("what is kept of a device is read as it was put, and a device that sent nothing has none") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    CHECK_FALSE(got(store->device_book("dock-7")));
    DeviceBook book{1000, 1010, 3, kRepairFree, 20'000, -5, 1010};
    ok(store->put_device_book("dock-7", book));
    book.change = 4;
    book.repaired_at.reset();
    for (int twice = 0; twice < 2; ++twice) ok(store->put_device_book("dock-7", book));
    const auto read = got(store->device_book("dock-7"));
    REQUIRE(read);
    CHECK(read->first_heard == 1000);
    CHECK(read->last_heard == 1010);
    CHECK(read->change == 4);
    CHECK_FALSE(read->repaired_at);
    CHECK(read->quota_claims == 20'000);
    CHECK(read->quota_bytes == -5);
    CHECK(read->quota_at == 1010);
    CHECK_FALSE(got(store->device_book("dock-8")));
  });
}

TEST_CASE("chains are read by number and by device; what was put stands, but for what a chain is") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    Chain first = new_chain(1);
    first.no = got(store->add_chain("dock-7", first));
    Chain second = new_chain(2);
    second.state = ChainStanding::on_probation;
    second.predecessor = first.no;
    second.predecessor_seq = 9;
    second.silent_from = 2000;
    second.contradiction = {4, 5};
    second.no = got(store->add_chain("dock-7", second));
    CHECK(first.no > 0);
    CHECK(second.no > first.no);
    const std::int64_t other = got(store->add_chain("dock-8", new_chain(1)));
    auto chains = got(store->chains("dock-7"));
    REQUIRE(chains.size() == 2);
    CHECK(same(chains[0], first));
    CHECK(same(chains[1], second));
    CHECK(got(store->chain(other)).second == "dock-8");
    const auto probing = got(store->chains_on_probation());
    REQUIRE(probing.size() == 1);
    CHECK(same(probing[0].first, second));
    CHECK(probing[0].second == "dock-7");

    second.state = ChainStanding::held;
    second.reason = Reason::fork;
    second.held_from = 3;
    second.closed_at = 12;
    second.contradiction.clear();
    Chain renamed = second;
    renamed.id = chain_id(9);
    renamed.key = digest(9);
    renamed.assignment = 9;
    for (int twice = 0; twice < 2; ++twice) ok(store->put_chain(renamed));
    CHECK(same(got(store->chain(second.no)).first, second));
    CHECK(got(store->chains_on_probation()).empty());
    first.seq = 4;
    first.hash = digest(4);
    for (int twice = 0; twice < 2; ++twice) ok(store->move_head(first));
    CHECK(same(got(store->chain(first.no)).first, first));
    const auto missing = store->chain(99);
    CHECK((!missing && missing.error().code == ErrorCode::corrupt));
    CHECK_FALSE(store->add_chain("dock-7", new_chain(2)));
  });
}

TEST_CASE("gaps, hours and standstills are noted once") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    for (int twice = 0; twice < 2; ++twice) {
      ok(store->add_lost(1, {8, 9}));
      ok(store->add_lost(1, {2, 4}));
      for (const std::int64_t hour : {100, 101, 103}) ok(store->note_hour(hour));
    }
    const auto lost = got(store->lost(1));
    REQUIRE(lost.size() == 2);
    CHECK(lost[0].first == 2);
    CHECK(lost[1].last == 9);
    CHECK(got(store->lost(2)).empty());
    CHECK(got(store->hours_after(100)) == 2);
    CHECK(got(store->hours_after(99)) == 3);
    CHECK(got(store->hours_after(103)) == 0);
    Standstill still{chain_id(1), 5, Reason::unknown_certificate, digest(1), 1000};
    for (int twice = 0; twice < 2; ++twice) ok(store->stand_still("dock-7", still));
    ok(store->go_on("dock-7", chain_id(2), 9));
    ok(store->go_on("dock-7", chain_id(1), 4));
    for (int twice = 0; twice < 2; ++twice) ok(store->go_on("dock-7", chain_id(1), 5));
  });
}

TEST_CASE("a claim is added once, and its decision may be changed") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    const std::int64_t id = claim_of(2, 7);
    CHECK(chain_of(id) == 2);
    CHECK(seq_of(id) == 7);
    CHECK_FALSE(got(store->claim(id)));
    Decision decision = accepted(100);
    decision.differs = true;
    ok(store->add_claim(id, decision, kPayload));
    CHECK_FALSE(store->add_claim(id, decision, kPayload));
    auto stored = got(store->claim(id));
    REQUIRE(stored);
    CHECK(stored->decision == decision);
    CHECK(stored->payload == kPayload);
    decision = {};
    decision.reason = Reason::unknown_certificate;
    decision.holds = {Reason::probation, Reason::key_withdrawn};
    decision.lifted = {Reason::fork};
    decision.arrived = 1000;
    decision.since = 2000;
    decision.refused_at = 3000;
    decision.certificate = digest(6);
    for (int twice = 0; twice < 2; ++twice) ok(store->put_decision(id, decision));
    stored = got(store->claim(id));
    REQUIRE(stored);
    CHECK(stored->decision == decision);
    CHECK(stored->payload == kPayload);
    const Status missing = store->put_decision(id + 1, decision);
    CHECK((!missing && missing.error().code == ErrorCode::corrupt));
  });
}

TEST_CASE("claims are found by what was decided, between places, and no more than asked for") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    const auto at = [](std::uint64_t seq) { return claim_of(2, seq); };
    for (std::uint64_t seq = 1; seq <= 9; ++seq) {
      Decision decision = accepted(10 * static_cast<std::int64_t>(seq));
      if (seq % 3 == 0) decision.reason = Reason::duplicate;
      decision.differs = seq % 2 == 0;
      if (seq == 4 || seq == 8) decision.holds = {Reason::screening};
      if (seq == 5) decision.holds = {Reason::fork, Reason::too_old};
      ok(store->add_claim(at(seq), decision, kPayload));
    }
    Decision held = accepted(0);
    held.holds = {Reason::screening};
    ok(store->add_claim(claim_of(3, 1), held, kPayload));
    ok(store->add_claim(claim_of(1, 1), held, kPayload));

    using Refused = std::vector<std::pair<std::uint64_t, Reason>>;
    CHECK(got(store->refused(at(3), at(9), 9)) == Refused{{6, Reason::duplicate}, {9, Reason::duplicate}});
    CHECK(got(store->refused(at(0), at(8), 1)) == Refused{{3, Reason::duplicate}});
    using Differing = std::vector<std::pair<std::uint64_t, std::int64_t>>;
    CHECK(got(store->differing(at(2), at(8), 9)) == Differing{{4, 40}, {8, 80}});
    CHECK(got(store->differing(at(0), at(8), 1)) == Differing{{2, 20}});
    using Ids = std::vector<std::int64_t>;
    CHECK(got(store->held(2, 0, {Reason::screening, Reason::fork}, 9)) == Ids{at(4), at(5), at(8)});
    CHECK(got(store->held(2, at(4), {Reason::screening}, 9)) == Ids{at(8)});
    CHECK(got(store->held(2, 0, {Reason::screening, Reason::too_old}, 2)) == Ids{at(4), at(5)});
    CHECK(got(store->held(2, 0, {Reason::probation}, 9)).empty());
  });
}

TEST_CASE("claims that arrived since are those of all the device's chains, page by page") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    std::vector<std::int64_t> expected;
    for (int i = 0; i < 4; ++i) {
      Chain chain = new_chain(static_cast<std::uint8_t>(i));
      chain.no = got(store->add_chain(i == 2 ? "dock-8" : "dock-7", chain));
      for (std::uint64_t seq = 1; seq <= 3; ++seq) {
        Decision decision = accepted(0);
        decision.arrived = 1000 * static_cast<std::int64_t>(seq);
        ok(store->add_claim(chain.claim_id(seq), decision, kPayload));
        if (i != 2 && seq > 1) expected.push_back(chain.claim_id(seq));
      }
    }
    CHECK(got(store->arrived_since("dock-7", 2000, 0, 99)) == expected);
    std::vector<std::int64_t> paged;
    for (auto page = got(store->arrived_since("dock-7", 2000, 0, 4)); !page.empty();
         page = got(store->arrived_since("dock-7", 2000, paged.back(), 4))) {
      paged.insert(paged.end(), page.begin(), page.end());
    }
    CHECK(paged == expected);
    CHECK(got(store->arrived_since("dock-9", 0, 0, 99)).empty());
  });
}

TEST_CASE("changes are told from a number on") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    for (std::uint64_t number = 1; number <= 4; ++number) {
      ok(store->add_change(
          "dock-7", {number, 70 + static_cast<std::int64_t>(number), claim::Standing::refused, 5, Reason::dismissed, 1000}));
    }
    ok(store->add_change("dock-8", {1, 80, claim::Standing::held, 0, Reason::fork, 1000}));
    const auto changes = got(store->changes("dock-7", 1, 2));
    REQUIRE(changes.size() == 2);
    CHECK(changes[0].number == 2);
    CHECK(changes[0].claim == 72);
    CHECK(changes[0].standing == claim::Standing::refused);
    CHECK(changes[0].granted_mg == 5);
    CHECK(changes[0].reason == Reason::dismissed);
    CHECK(changes[0].at == 1000);
    CHECK(changes[1].number == 3);
    CHECK(got(store->changes("dock-7", 4, 9)).empty());
  });
}

TEST_CASE("batches are kept once, and given by their first seq") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    const std::vector<std::uint8_t> late{9}, early{5, 5}, correlation{1};
    for (int twice = 0; twice < 2; ++twice) {
      CHECK(got(store->keep("dock-7", chain_id(1), {9, 12, 1000}, digest(1), correlation, late)) == (twice == 0));
      CHECK(got(store->keep("dock-7", chain_id(1), {5, 6, 1001}, digest(2), correlation, early)) == (twice == 0));
    }
    CHECK(got(store->keep("dock-7", chain_id(2), {1, 2, 1002}, digest(3), correlation, late)));
    CHECK(got(store->count_kept("dock-7")) == 3);
    CHECK(got(store->count_kept("dock-8")) == 0);
    CHECK_FALSE(got(store->next_kept("dock-7", chain_id(1), 4)));
    const auto next = got(store->next_kept("dock-7", chain_id(1), 9));
    REQUIRE(next);
    CHECK(next->bytes == early);
    CHECK(next->correlation == correlation);
    CHECK(next->at == 1001);
    const auto kept = got(store->kept("dock-7", chain_id(1)));
    REQUIRE(kept.size() == 2);
    CHECK(kept[0].id == next->id);
    CHECK(kept[1].bytes == late);
    for (int twice = 0; twice < 2; ++twice) ok(store->drop_kept(next->id));
    CHECK(got(store->count_kept("dock-7")) == 2);
  });
}

TEST_CASE("a screened day holds until it is lifted, the first one first") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    CHECK_FALSE(got(store->screened("dock-7", "ride")));
    Screened first{"dock-7", "ride", 20261124, 41'200'000, "too much", std::nullopt};
    Screened second{"dock-7", "ride", 20261126, 1, "again", std::nullopt};
    for (int twice = 0; twice < 2; ++twice) {
      ok(store->put_screened(second));
      ok(store->put_screened(first));
    }
    auto found = got(store->screened("dock-7", "ride"));
    REQUIRE(found);
    CHECK(found->day == 20261124);
    CHECK(found->value == 41'200'000);
    CHECK(found->words == "too much");
    first.lifted_at = 2000;
    ok(store->put_screened(first));
    found = got(store->screened("dock-7", "ride"));
    REQUIRE(found);
    CHECK(found->day == 20261126);
    CHECK_FALSE(got(store->screened("dock-7", "refill")));
    CHECK_FALSE(got(store->screened("dock-8", "ride")));
  });
}

TEST_CASE("a nullifier leads to one act at a time, by root, version and hash") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    const claim::Nullifier one = nullifier(1);
    CHECK_FALSE(got(store->act_of(one)));
    for (int twice = 0; twice < 2; ++twice) ok(store->lead(one, one));
    ok(store->lead(nullifier(1, 2), nullifier(3)));
    ok(store->lead(nullifier(1, 1, 300), nullifier(4, 70'000, 300)));
    CHECK(got(store->act_of(one)) == one);
    CHECK(got(store->act_of(nullifier(1, 2))) == nullifier(3));
    CHECK(got(store->act_of(nullifier(1, 1, 300))) == nullifier(4, 70'000, 300));
    ok(store->lead(one, nullifier(0)));
    CHECK(got(store->act_of(one)) == nullifier(0));
    for (int twice = 0; twice < 2; ++twice) ok(store->drop_nullifier(one));
    CHECK_FALSE(got(store->act_of(one)));
    CHECK(got(store->act_of(nullifier(1, 2))));
  });
}

TEST_CASE("what is kept with an act comes in the order in which it came, and goes with the act") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    const ActKey key = nullifier(1);
    CHECK(got(store->act(key)).holder == 0);
    ok(store->put_act(key, {71, 0}));
    for (int twice = 0; twice < 2; ++twice) ok(store->put_act(key, {72, 90}));
    CHECK(got(store->act(key)).holder == 72);
    CHECK(got(store->act(key)).closed_by == 90);
    for (int twice = 0; twice < 2; ++twice) {
      ok(store->add_act_claim(key, {2, 71}));
      ok(store->add_act_claim(key, {1, 79}));
      ok(store->add_reversal(key, {95, "cafe", "{}"}));
      ok(store->add_reversal(key, {90, "shop", "{\"owns_root\":true}"}));
    }
    CHECK_FALSE(store->add_act_claim(key, {1, 80}));
    ok(store->add_reversal(nullifier(2), {91, "cafe", "{}"}));
    const auto claims = got(store->act_claims(key));
    REQUIRE(claims.size() == 2);
    CHECK(claims[0].place == 1);
    CHECK(claims[0].claim == 79);
    CHECK(claims[1].claim == 71);
    const auto reversals = got(store->reversals(key));
    REQUIRE(reversals.size() == 2);
    CHECK(reversals[0].reversal == 95);
    CHECK(reversals[1].merchant == "shop");
    CHECK(reversals[1].entitled == "{\"owns_root\":true}");
    for (int twice = 0; twice < 2; ++twice) ok(store->drop_act(key));
    CHECK(got(store->act(key)).closed_by == 0);
    CHECK(got(store->act_claims(key)).empty());
    CHECK(got(store->reversals(key)).empty());
    CHECK(got(store->reversals(nullifier(2))).size() == 1);
  });
}

TEST_CASE("what is used of a limit adds up, within a transaction and after it") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    ok(store->use("device/dock-7", "ride", 20261124, 50));
    ok(store->transact([&]() -> Status {
      CHECK(got(store->used("device/dock-7", "ride", 20261124)) == 50);
      ok(store->use("device/dock-7", "ride", 20261124, 20));
      ok(store->use("device/dock-7", "ride", 20261124, -5));
      ok(store->use("device/dock-7", "ride", 20261126, 7));
      ok(store->use("device/dock-7", "ride", 20261127, 7));
      CHECK(got(store->used("device/dock-7", "ride", 20261124)) == 65);
      CHECK(got(store->days_used("device/dock-7", "ride", 20261124, 20261126)).size() == 2);
      ok(store->use("device/dock-7", "ride", 20261124, 1));
      CHECK(got(store->used("device/dock-7", "ride", 20261124)) == 66);
      ok(store->use("device/dock-7", "ride", 20261127, -7));
      return Done{};
    }));
    CHECK(got(store->used("device/dock-7", "ride", 20261124)) == 66);
    CHECK(got(store->used("device/dock-7", "refill", 20261124)) == 0);
    CHECK(got(store->used("device/dock-", "7ride", 20261124)) == 0);
    const auto days = got(store->days_used("device/dock-7", "ride", 20261101, 20261130));
    REQUIRE(days.size() == 2);
    CHECK(days[0].day == 20261124);
    CHECK(days[0].mg == 66);
    CHECK(days[1].day == 20261126);
  });
}

TEST_CASE("an account is one by kind, name and slot") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    const std::int64_t merchant = got(store->account("merchant", "cafe", 0));
    CHECK(got(store->account("merchant", "cafe", 0)) == merchant);
    CHECK(got(store->account("merchant", "cafe", 1)) != merchant);
    CHECK(got(store->account("customer", "cafe", 0)) != merchant);
    CHECK(got(store->account_name(merchant)) == std::pair<std::string, std::string>("merchant", "cafe"));
    CHECK(got(store->balance(merchant)) == 0);
    const auto missing = store->account_name(99);
    CHECK((!missing && missing.error().code == ErrorCode::corrupt));
    CHECK_FALSE(store->balance(99));
  });
}

TEST_CASE("a claim's bookings are posted, and what they add to each account is said without what made up for a shortfall") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    const std::int64_t issuance = got(store->account("issuance", "", 3));
    const std::int64_t anna = got(store->account("customer", "anna", 0));
    const std::int64_t cafe = got(store->account("merchant", "cafe", 0));
    ok(store->transact([&]() -> Status {
      ok(store->book({71, BookingKind::grant, 1000, 2000, {{issuance, -100}, {anna, 70}, {cafe, 30}}}));
      CHECK(got(store->balance(anna)) == 70);
      ok(store->book({72, BookingKind::grant, 1000, 3000, {{issuance, -10}, {anna, 10}}}));
      ok(store->book({71, BookingKind::taken_back, 1100, 2000, {{issuance, 50}, {anna, -35}, {cafe, -15}}}));
      return Done{};
    }));
    ok(store->book({71, BookingKind::shortfall, 1200, 1200, {{anna, 5}, {cafe, -5}}}));
    CHECK(got(store->booked(71)) == std::vector<Leg>{{issuance, -50}, {anna, 35}, {cafe, 15}});
    CHECK(got(store->balance(issuance)) == -60);
    CHECK(got(store->balance(anna)) == 50);
    CHECK(got(store->balance(cafe)) == 10);
    CHECK(got(store->spendable(anna, 1199)) == 0);
    CHECK(got(store->spendable(anna, 1999)) == 5);
    CHECK(got(store->spendable(anna, 2000)) == 40);
    CHECK(got(store->spendable(anna, 3000)) == 50);
    CHECK(got(store->spendable(issuance, 9000)) == 0);
    CHECK(got(store->spendable(cafe, 1500)) == 0);
    ok(store->book({72, BookingKind::taken_back, 1300, 3000, {{issuance, 10}, {anna, -10}}}));
    CHECK(got(store->booked(72)).empty());
    CHECK(got(store->booked(73)).empty());
    const Status unbalanced = store->book({73, BookingKind::grant, 1000, 2000, {{issuance, -100}, {anna, 99}}});
    CHECK((!unbalanced && unbalanced.error().code == ErrorCode::invalid));
    CHECK(got(store->booked(73)).empty());
  });
}

TEST_CASE("work is due at its time, the earliest first, and put in place of what has its key") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    ok(store->put_work({WorkStep::screen, "dock-7", 1, {1}, 500}));
    for (int twice = 0; twice < 2; ++twice) ok(store->put_work({WorkStep::screen, "dock-7", 1, {2}, 300}));
    ok(store->put_work({WorkStep::sweep, "dock-7", 1, {3}, 200}));
    ok(store->put_work({WorkStep::decide, "act", 1, {4}, 400}));
    const auto due = got(store->due(300, 9));
    REQUIRE(due.size() == 2);
    CHECK(due[0].step == WorkStep::sweep);
    CHECK(due[0].due == 200);
    CHECK(due[1].what == std::vector<std::uint8_t>{2});
    CHECK(due[1].key == "dock-7");
    CHECK(due[1].no == 1);
    CHECK(got(store->due(400, 1)).size() == 1);
    for (int twice = 0; twice < 2; ++twice) ok(store->drop_work(WorkStep::sweep, "dock-7", 1));
    CHECK(got(store->due(300, 9)).size() == 1);
  });
}

TEST_CASE("a programme is kept once, byte for byte") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    const std::int64_t first = got(store->keep_programme(digest(1), "name = 1"));
    CHECK(got(store->keep_programme(digest(1), "name = 1")) == first);
    const std::int64_t second = got(store->keep_programme(digest(2), "name = 2"));
    CHECK(second != first);
    CHECK(got(store->programme(first)) == "name = 1");
    const auto missing = store->programme(99);
    CHECK((!missing && missing.error().code == ErrorCode::corrupt));
  });
}

TEST_CASE("the epoch rises by one, and what devices were told stays numbered") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    CHECK(got(store->epoch()) == 1);
    ok(store->put_device_book("dock-7", {1, 1, 1, {}, 0, 0, 0}));
    ok(store->add_change("dock-7", {1, 71, claim::Standing::held, 0, Reason::fork, 1000}));
    ok(store->transact([&] { return store->raise_epoch(); }));
    CHECK(got(store->epoch()) == 2);
    CHECK(got(kind.open(folder)->epoch()) == 2);
    CHECK(got(store->changes("dock-7", 0, 9)).size() == 1);
    CHECK(got(store->device_book("dock-7"))->change == 1);
  });
}

TEST_CASE("of a transaction that fails nothing is left, not even in memory") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    const std::int64_t issuance = got(store->account("issuance", "", 0));
    std::int64_t given_up = 0;
    const Status failed = store->transact([&]() -> Status {
      given_up = got(store->account("customer", "anna", 0));
      ok(store->use("account/1", "ride", 20261124, 50));
      ok(store->book({71, BookingKind::grant, 1000, 2000, {{issuance, -100}, {given_up, 100}}}));
      ok(store->add_claim(71, accepted(100), kPayload));
      return fail(ErrorCode::invalid, "given up");
    });
    CHECK((!failed && failed.error().message == "given up"));
    CHECK(got(store->used("account/1", "ride", 20261124)) == 0);
    CHECK(got(store->booked(71)).empty());
    CHECK(got(store->balance(issuance)) == 0);
    CHECK_FALSE(got(store->claim(71)));
    ok(store->transact([&]() -> Status {
      // Another account may have the number by now.
      CHECK(got(store->account("merchant", "cafe", 0)) == given_up);
      const std::int64_t anna = got(store->account("customer", "anna", 0));
      CHECK(anna != given_up);
      CHECK(got(store->used("account/1", "ride", 20261124)) == 0);
      CHECK(got(store->balance(anna)) == 0);
      return Done{};
    }));
    CHECK(got(store->balance(issuance)) == 0);
  });
}

TEST_CASE("what one worker stored another one sees, and adds to") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto one = kind.open(folder);
    const auto other = kind.open(folder);
    const std::int64_t issuance = got(one->account("issuance", "", 0));
    const std::int64_t anna = got(other->account("customer", "anna", 0));
    for (Store* store : {one.get(), other.get(), one.get()}) {
      ok(store->transact([&]() -> Status {
        CHECK(got(store->account("customer", "anna", 0)) == anna);
        ok(store->use("account/2", "ride", 202611, 10));
        return store->book({71, BookingKind::grant, 1000, 2000, {{issuance, -10}, {anna, 10}}});
      }));
    }
    for (Store* store : {one.get(), other.get()}) {
      CHECK(got(store->used("account/2", "ride", 202611)) == 30);
      CHECK(got(store->balance(anna)) == 30);
      CHECK(got(store->booked(71)) == std::vector<Leg>{{issuance, -30}, {anna, 30}});
    }
  });
}

}  // namespace
}  // namespace greentill::credit::store_test

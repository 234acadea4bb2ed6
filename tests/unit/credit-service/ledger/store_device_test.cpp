// SPDX-License-Identifier: Apache-2.0
// The contract of the store's port, operation by operation, and done twice where a step may be done again: the
// steps accept and tell, by device.
#include "tests/unit/credit-service/store_kinds.hpp"

namespace greentill::credit::store_test {

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
    second.booked_at = 1900;
    second.opened_at = 1950;
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
      ok(store->add_change("dock-7",
                           {number, 70 + static_cast<std::int64_t>(number), claim::Stands::refused, 5, Reason::dismissed, 1000}));
    }
    ok(store->add_change("dock-8", {1, 80, claim::Stands::held, 0, Reason::fork, 1000}));
    const auto changes = got(store->changes("dock-7", 1, 2));
    REQUIRE(changes.size() == 2);
    CHECK(changes[0].number == 2);
    CHECK(changes[0].claim == 72);
    CHECK(changes[0].standing == claim::Stands::refused);
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
    CHECK(got(store->kept_chains("dock-7")).empty());  // neither has begun
    CHECK(store->add_chain("dock-7", new_chain(2)));
    CHECK(store->add_chain("dock-7", new_chain(3)));
    CHECK(store->add_chain("dock-7", new_chain(1)));
    CHECK(store->add_chain("dock-8", new_chain(1)));
    const auto with_kept = got(store->kept_chains("dock-7"));
    REQUIRE(with_kept.size() == 2);
    CHECK(with_kept[0].id == chain_id(2));
    CHECK(with_kept[1].id == chain_id(1));
    CHECK(got(store->kept_chains("dock-8")).empty());
    CHECK(got(store->find_chain("dock-7", chain_id(3)))->no == 2);
    CHECK_FALSE(got(store->find_chain("dock-8", chain_id(3))));
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
    for (int twice = 0; twice < 2; ++twice) ok(store->drop_kept("dock-7", next->id));
    CHECK(got(store->count_kept("dock-7")) == 2);
  });
}

}  // namespace greentill::credit::store_test

// SPDX-License-Identifier: Apache-2.0
// A ledger that is written row by row, as its rules leave it: so that what reads the rows is tested without the rules. dock-7 of
// merchant "cafe" has one open chain. Its rides ended on 2026-11-24 at noon in Helsinki, and 70 : 20 : 10 share them.
#pragma once

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <array>

#include "daemon/crypto/hasher.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/credit-service/office.hpp"
#include "tools/credit-service/ledger/sqlite/books.hpp"
#include "tools/credit-service/ledger/sqlite/store.hpp"

namespace greentill::test {

class WrittenBooks {
 public:
  static constexpr std::int64_t kDay = 20261124;
  static constexpr std::int64_t kEnd = 1'795'514'400;   // noon of it, in Helsinki
  static constexpr std::int64_t kArrived = kEnd + 600;  // the same day
  static constexpr std::int64_t kSpendable = kEnd + 14 * 86'400;
  static constexpr const char* kRide = "ride.bike.shared";

  /// Seq 1 starts the chain; 2 is a ride that stands with 1,000 mg; 3 is held; 4 was taken back as a whole by 5; 6 was granted
  /// 500 mg, of which 200 were taken back when they could be spent.
  WrittenBooks() {
    auto opened = credit::open_sqlite_store(path());
    REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().message));
    store = std::move(*opened);
    ok(store->transact([this]() -> Status {
      write();
      return Done{};
    }));
  }

  [[nodiscard]] std::filesystem::path path() const { return folder / "ledger.db"; }
  [[nodiscard]] std::unique_ptr<credit::Books> books() const {
    auto opened = credit::open_sqlite_books(path(), hasher);
    REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().message));
    return std::move(*opened);
  }
  [[nodiscard]] std::int64_t id(std::uint64_t seq) const { return chain.claim_id(seq); }
  [[nodiscard]] static claim::Nullifier nullifier(std::uint8_t of) {
    claim::Nullifier one{1, 1, {}};
    one.mac.fill(of);
    return one;
  }
  /// Changes rows behind the ledger's back.
  void spoil(const char* sql) const {
    sqlite3* raw = nullptr;
    REQUIRE(sqlite3_open(path().c_str(), &raw) == SQLITE_OK);
    char* wrong = nullptr;
    const int code = sqlite3_exec(raw, sql, nullptr, nullptr, &wrong);
    CHECK_MESSAGE(code == SQLITE_OK, (wrong == nullptr ? "" : wrong));
    sqlite3_free(wrong);
    sqlite3_close(raw);
  }
  static void ok(const Status& status) { REQUIRE_MESSAGE(status, (status ? "" : status.error().message)); }

  TempDir folder;
  crypto::Hasher hasher;
  std::unique_ptr<credit::Store> store;
  credit::Chain chain;

 private:
  using Payload = std::vector<std::uint8_t>;

  Payload payload(std::uint64_t seq, claim::Entry entry) const {
    claim::Claim one;
    one.device = "dock-7";
    one.issued_at = kEnd;
    one.id.fill(static_cast<std::uint8_t>(seq));
    one.seq = seq;
    if (seq > 1) one.prev.fill(static_cast<std::uint8_t>(seq - 1));
    one.boot = 1;
    one.merchant = "cafe";
    one.site = "harbour";
    one.chain = chain.id;
    one.entry = std::move(entry);
    std::array<std::uint8_t, 4096> buffer{};
    const auto size = claim::encode_payload(one, buffer);
    REQUIRE_MESSAGE(size, (size ? "" : size.error().reason));
    return {buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*size)};
  }
  Payload ride(std::uint64_t seq, std::int64_t mg) const {
    claim::Reduction reduction;
    reduction.begin = kEnd - 600;
    reduction.end = kEnd;
    reduction.activity = kRide;
    REQUIRE(reduction.quantities.push_back({"m.odometer", 1000}));
    reduction.methodology.id = "ride.bike.shared";
    reduction.methodology.version = 1;
    reduction.estimate_mg = mg;
    reduction.credited_mg = mg;
    REQUIRE(reduction.nullifiers.push_back(nullifier(static_cast<std::uint8_t>(seq))));
    reduction.plugin_name = "mds";
    reduction.plugin_version = "1";
    return payload(seq, reduction);
  }
  Payload takes_back(std::uint64_t seq, std::uint8_t act) const {
    claim::Reversal reversal;
    REQUIRE(reversal.nullifiers.push_back(nullifier(act)));
    return payload(seq, reversal);
  }

  credit::Decision decision(std::optional<std::int64_t> granted) const {
    credit::Decision decided;
    decided.arrived = kArrived;
    decided.since = kArrived;
    if (!granted) return decided;
    decided.granted = granted;
    decided.customer = anna_;
    decided.programme = programme_;
    return decided;
  }
  /// Books `mg` for the claim, which may be below 0, and uses it up where `counts`.
  void book(std::uint64_t seq, std::int64_t mg, std::int64_t at, bool counts) {
    const auto kind = mg > 0 ? credit::BookingKind::grant : credit::BookingKind::taken_back;
    ok(store->book(
        {id(seq), kind, at, kSpendable, {{anna_, mg / 10 * 7}, {issuance_, -mg}, {cafe_, mg / 10 * 2}, {operator_, mg / 10}}}));
    if (!counts) return;
    for (const char* subject : {"device/dock-7", "merchant/cafe"}) ok(store->use(subject, kRide, kDay, mg));
  }
  void hold_act(std::uint64_t seq, std::int64_t closed_by) {
    const claim::Nullifier key = nullifier(static_cast<std::uint8_t>(seq));
    ok(store->lead(key, key));
    ok(store->put_act(key, {id(seq), closed_by}));
  }
  std::int64_t account(const char* kind, const char* name, unsigned slot) {
    const auto no = store->account(kind, name, slot);
    REQUIRE(no);
    return *no;
  }

  void write() {
    programme_ = *store->keep_programme(hasher.sha256({as_bytes(std::string_view(kPlainProgramme))}), kPlainProgramme);
    ok(store->put_device_book("dock-7", {kArrived, kArrived, 2, {}, 0, 0, kArrived}));
    chain.id.fill(1);
    chain.state_since = chain.booked_at = chain.opened_at = kArrived;
    chain.assignment = 1;
    chain.seq = 6;
    chain.no = *store->add_chain("dock-7", chain);
    anna_ = account("customer", "anna", 0);
    cafe_ = account("merchant", "cafe", 0);
    issuance_ = account("issuance", "", 3);
    operator_ = account("operator", "", 3);
    write_claims();
    ok(store->add_change("dock-7", {1, id(3), claim::Stands::held, 0, credit::Reason::screening, kArrived}));
    ok(store->add_change("dock-7", {2, id(4), claim::Stands::accepted, 0, credit::Reason::taken_back, kArrived}));
    for (const auto& [seq, mg] : {std::pair{2, 1000}, {3, 700}, {4, 600}, {6, 500}}) {
      ok(store->count_asked("dock-7", kRide, {kDay, mg}, id(static_cast<std::uint64_t>(seq))));
    }
    ok(store->put_screened({"dock-7", kRide, kDay, 41'200'000, "dock-7 claimed 41,200 g", {}}));
  }
  void write_claims() {
    claim::Start start;
    start.assignment = 1;
    ok(store->add_claim(id(1), decision({}), payload(1, start)));
    ok(store->add_claim(id(2), decision(1000), ride(2, 1000)));
    book(2, 1000, kArrived, true);
    hold_act(2, 0);
    credit::Decision held = decision(0);
    held.holds = {credit::Reason::screening, credit::Reason::ceiling_device};
    ok(store->add_claim(id(3), held, ride(3, 700)));
    hold_act(3, 0);
    ok(store->add_claim(id(4), decision(0), ride(4, 600)));
    book(4, 600, kArrived, true);
    book(4, -600, kArrived + 60, true);
    hold_act(4, id(5));
    ok(store->add_reversal(nullifier(4), {id(5), "cafe", "{}"}));
    ok(store->add_claim(id(5), decision({}), takes_back(5, 4)));
    ok(store->add_claim(id(6), decision(300), ride(6, 500)));
    book(6, 500, kArrived, true);
    book(6, -200, kSpendable, false);
    hold_act(6, 0);
  }

  std::int64_t programme_ = 0, anna_ = 0, cafe_ = 0, issuance_ = 0, operator_ = 0;
};

}  // namespace greentill::test

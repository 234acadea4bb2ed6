// SPDX-License-Identifier: Apache-2.0
// Accounts and trees over a ledger whose credit comes from rides that a dock claimed.
#pragma once

#include <sqlite3.h>

#include "tests/unit/credit-service/office.hpp"
#include "tools/credit-service/accounts/accounts.hpp"
#include "tools/credit-service/accounts/spending.hpp"
#include "tools/credit-service/holdings/account_store.hpp"
#include "tools/credit-service/holdings/tree_store.hpp"
#include "tools/credit-service/postgres/postgres.hpp"
#include "tools/credit-service/trees/catalogue.hpp"
#include "tools/credit-service/trees/orders.hpp"
#include "tools/credit-service/trees/planting.hpp"

namespace greentill::test {

inline void ok(const Status& status) { REQUIRE_MESSAGE(status, (status ? "" : status.error().message)); }
template <typename T>
T got(Result<T> result) {
  REQUIRE_MESSAGE(result, (result ? "" : result.error().message));
  return std::move(*result);
}
template <typename T>
std::string refusal(const T& result) {
  return result ? "" : result.error().message;
}

/// The digits differ with each call, and not from run to run.
class CountingRandom final : public Random {
 public:
  explicit CountingRandom(std::uint64_t seed) : next_(seed) {}
  void fill(MutableBytes bytes) override {
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>((next_ = next_ * 6'364'136'223'846'793'005 + 1) >> 56);
  }

 private:
  std::uint64_t next_;
};

/// Changes rows behind the ledger's back.
inline void spoil(const Office& office, const char* sql) {
  if (!office.url().empty()) return ok(got(postgres::Database::open(office.url())).execute(sql));
  sqlite3* raw = nullptr;
  REQUIRE(sqlite3_open(office.database().c_str(), &raw) == SQLITE_OK);
  char* wrong = nullptr;
  const int code = sqlite3_exec(raw, sql, nullptr, nullptr, &wrong);
  CHECK_MESSAGE(code == SQLITE_OK, (wrong == nullptr ? "" : wrong));
  sqlite3_free(wrong);
  sqlite3_close(raw);
}

/// One worker's view of accounts and trees.
struct Clerkship {
  explicit Clerkship(const Office& of, std::uint64_t seed = 1) : office(of), random(seed), store(got(office.open_store())) {}

  /// Runs it in one transaction, with the rules as of now.
  template <typename Work>
  Status in(const Work& work) {
    return store->transact([&]() -> Status {
      credit::AccountStore& holders = store->accounts();
      credit::TreeStore& trees = store->trees();
      const std::int64_t now = office.clock.now;
      credit::Accounts accounts(*store, holders, random, office.hasher, now);
      credit::Spending spending(*store, holders);
      credit::Orders orders(trees, holders, accounts, spending, "gt", now);
      credit::Planting planting(trees, "gt", now);
      credit::Catalogue catalogue(trees);
      return work(accounts, spending, orders, planting, catalogue);
    });
  }
  /// The result of one step.
  template <typename Step>
  auto result(const Step& step) {
    using Made =
        decltype(step(std::declval<credit::Accounts&>(), std::declval<credit::Spending&>(), std::declval<credit::Orders&>(),
                      std::declval<credit::Planting&>(), std::declval<credit::Catalogue&>()));
    std::optional<Made> made;
    const Status done = in([&](auto&... all) -> Status {
      made.emplace(step(all...));
      return *made ? Status(Done{}) : Status(Failure{made->error()});
    });
    if (!done) return Made(Failure{done.error()});
    return std::move(*made);
  }

  credit::Accounts::Opened open(credit::Account::Kind kind = credit::Account::Kind::person, const std::string& merchant = "") {
    return got(result([&](credit::Accounts& accounts, auto&...) { return accounts.open(kind, "", merchant); }));
  }
  credit::Spending::Credit credit_of(const std::string& account) {
    return got(result([&](auto&, credit::Spending& spending, auto&...) { return spending.credit(account, office.clock.now); }));
  }

  const Office& office;
  CountingRandom random;
  std::unique_ptr<credit::Store> store;
};

/// A dock whose rides are claimed for whoever rode.
class RidersOffice : public Office {
 public:
  explicit RidersOffice(const char* grants = kPlainProgramme) : Office(grants), chain_(enrol("dock-1"), "dock-1"), desk(*this) {
    chain_.add_start();
    desk.take("dock-1", chain_.messages().back());
  }

  /// A ride of so many kilometres, by a token as a till writes it. Answers the customer's share of what was granted, in mg.
  std::int64_t ride(const std::string& token, std::int64_t km) {
    const claim::AccountHint hint{{1}, token};
    chain_.account = hint;
    return add(km, {claim::Attribution::Kind::account, claim::account_hash(hasher, hint)});
  }
  std::int64_t bearer_ride(const Bytes<16>& secret, std::int64_t km) {
    chain_.account.reset();
    return add(km, {claim::Attribution::Kind::bearer, hasher.sha256({secret})});
  }
  std::int64_t nobodys_ride(std::int64_t km) {
    chain_.account.reset();
    return add(km, {});
  }
  /// Takes the ride back; `metres` 0: as a whole. `by`: another worker than the office's own.
  void take_back(std::uint32_t number, std::int64_t metres = 0, test::Desk* by = nullptr) {
    chain_.account.reset();
    chain_.add(reversal_of(number, metres));
    (by == nullptr ? desk : *by).take("dock-1", chain_.messages().back());
  }
  /// Until what was claimed so far can be spent.
  void wait() { clock.now += 20 * 86'400; }

 private:
  std::int64_t add(std::int64_t km, const claim::Attribution& of) {
    chain_.add_ride(km * 1'000, [&](claim::Claim& claim) {
      ended_at(++rides_, clock.now - 3'600)(claim);
      std::get<claim::Reduction>(claim.entry).attribution = of;
    });
    const std::uint64_t seq = chain_.head().seq;
    const Answered answered = desk.take("dock-1", chain_.messages().back());
    CHECK(answered.reason(seq) == "accepted");
    return programme.split(answered.granted.at(seq)).customer;
  }

  ChainBuilder chain_;
  std::uint32_t rides_ = 0;

 public:
  Desk desk;
};

/// 1,000 mg of credit a tree, at a site with room for 100.
inline void offer_trees(Clerkship& clerk) {
  ok(clerk.in([](auto&, auto&, auto&, auto&, credit::Catalogue& catalogue) -> Status {
    const credit::Species saxaul{"saxaul", "Haloxylon ammodendron", "saxaul", 1'000, "Alxa", 3, 5, 250, "CNY", true};
    if (Status put = catalogue.put(saxaul); !put) return put;
    using Kind = credit::TreeParty::Kind;
    const std::initializer_list<credit::TreeParty> parties = {{"plants", Kind::planter, "Desert Planters", "", true},
                                                              {"looks", Kind::inspector, "Looks Ltd", "", true},
                                                              {"own", Kind::inspector, "Own Eyes", "plants", true}};
    for (const credit::TreeParty& party : parties) {
      if (Status added = catalogue.add(party); !added) return added;
    }
    return catalogue.add(credit::Site{"alxa1", "plants", "Alxa, first field", "Alxa", 3'881'042, 10'572'890, 100, 0});
  }));
}

}  // namespace greentill::test

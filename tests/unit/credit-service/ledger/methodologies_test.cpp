// SPDX-License-Identifier: Apache-2.0
// What the programme publishes and withdraws of methodologies, and what becomes of claims then: docs/registry.md,
// "Methodologies".
#include "tools/credit-service/registry/methodologies.hpp"

#include "daemon/measure/published.hpp"
#include "tests/unit/credit-service/one_device.hpp"
#include "tests/unit/credit-service/registry_book.hpp"
#include "tests/unit/measure/samples.hpp"
#include "tools/credit-service/ledger/sqlite/store.hpp"
#include "tools/credit-service/registry/tables/registry_store.hpp"

namespace greentill::credit::methodologies_test {
namespace {

using test::kLeastMethodology;
using test::RegistryBook;
using test::with;

constexpr std::int64_t kDay = 86'400;
constexpr Reason kReason = Reason::methodology_not_in_force;

std::string version(unsigned number, const std::string& remark = "") {
  return remark + with(kLeastMethodology, "version = 1", "version = " + std::to_string(number));
}

std::string publish(RegistryBook& book, const std::vector<std::string>& files, std::optional<std::int64_t> from = {}) {
  return book.said([&](Registry& registry) { return registry.publish(files, from, crypto::hasher()); });
}

std::string withdraw(RegistryBook& book, unsigned number, std::int64_t from, const std::string& file = "") {
  return book.said([&](Registry& registry) { return registry.withdraw("test-piece", number, from, file, crypto::hasher()); });
}

Publication published(const RegistryBook& book) { return publication_of(book.store().methodologies().value(), book.now); }

/// The device dock-7 and what it claimed, and what the registry says of its methodology.
struct Claimed : test::OneDevice {
  void sets(std::optional<std::int64_t> from, std::optional<std::int64_t> until) {
    const auto ride = test::ride_methodology();
    auto store = office.open_store();
    REQUIRE(store);
    REQUIRE((*store)->transact([&]() -> Status {
      RegistryStore& registry = (*store)->registry();
      if (Status put = registry.put({ride.id, ride.version, ride.sha256, "", from, until, ++number, 0}); !put) return put;
      return registry.add({0, "tester", "test", ride.id, "{}", ""});
    }));
  }
  /// Claims that ended that long before now, one each.
  void rides(std::initializer_list<std::int64_t> ago) {
    if (chain.messages().empty()) chain.add_start();
    for (const std::int64_t seconds : ago) chain.add_ride(2000, test::ended_at(++events, office.clock.now - seconds));
  }
  test::Answered sent() {
    const test::Answered answered = desk.take("dock-7", test::slice(chain.messages(), taken, chain.messages().size()));
    taken = chain.messages().size();
    return answered;
  }
  [[nodiscard]] std::string held() {
    const auto report = desk.report();
    const auto found = report.held.find(std::string(to_string(kReason)));
    return std::to_string(found == report.held.end() ? 0 : found->second.claims) + " of " + std::to_string(report.granted_mg);
  }
  std::uint64_t number = 0;
  std::size_t taken = 0;
};

}  // namespace

TEST_CASE("methodologies: a publication is of all files or of none, under a number that rises for ever") {
  RegistryBook book;
  CHECK(published(book).number == 0);
  CHECK(publish(book, {version(1), version(2)}, book.now) == "");
  CHECK(published(book).number == 1);
  CHECK(publish(book, {version(1), version(2)}, book.now) == "");
  CHECK(published(book).number == 1);  // it was so already
  CHECK_HAS(publish(book, {version(3), version(1, "# other\n")}, book.now), "test-piece version 1 is there with other bytes");
  CHECK_HAS(publish(book, {version(3), version(3)}, book.now), "is among the files twice");
  CHECK_HAS(publish(book, {version(3), "id = 7\n"}, book.now), "the methodology:1:");
  CHECK_HAS(publish(book, {version(1)}, book.now + 9), "holds since");
  CHECK(published(book).number == 1);
  CHECK(publish(book, {version(3)}) == "");
  CHECK(publish(book, {version(4)}, book.now + kDay) == "");
  CHECK(publish(book, {version(4)}, book.now + 2 * kDay) == "");  // it does not hold yet
  CHECK(published(book).number == 4);
  const auto read = measure::read_published(published(book).content, crypto::hasher()).value();
  REQUIRE(read.size() == 4);
  CHECK(read[0].from == book.now);
  CHECK_FALSE(read[2].from);
  CHECK(read[3].from == book.now + 2 * kDay);
  CHECK(book.audit("test-piece").size() == 5);
  CHECK(book.audit("test-piece").front().why == "because");
  CHECK(book.audit("test-piece").front().what.find("Least") == std::string::npos);
}

TEST_CASE("methodologies: a withdrawn version is not published again; one of the folder is withdrawn by its file") {
  RegistryBook book;
  CHECK(publish(book, {version(2)}, book.now) == "");
  CHECK(withdraw(book, 2, book.now - kDay) == "");
  CHECK(book.store().methodologies().value().front().until == book.now);  // it never held
  CHECK_HAS(publish(book, {version(2)}, book.now + kDay), "was withdrawn");
  CHECK(withdraw(book, 2, book.now + 5) == "");
  CHECK(book.store().methodologies().value().front().until == book.now + 5);
  CHECK(published(book).number == 3);
  CHECK(withdraw(book, 2, book.now + 5) == "");
  CHECK(published(book).number == 3);
  CHECK_HAS(withdraw(book, 7, book.now), "was not published");
  CHECK(withdraw(book, 1, book.now, version(1)) == "");
  const auto read = measure::read_published(published(book).content, crypto::hasher()).value();
  REQUIRE(read.size() == 2);
  CHECK_FALSE(read[0].from);
  CHECK(read[0].until == book.now);
  // What nobody claims or takes back any more is not told.
  book.now += 401 * kDay;
  CHECK(measure::read_published(published(book).content, crypto::hasher()).value().empty());
  CHECK(published(book).number == 4);
}

TEST_CASE("methodologies: what would not fit a bundle is not published") {
  RegistryBook book;
  const std::string padding = "# " + std::string(40'000, 'x') + "\n";
  CHECK(publish(book, {version(1, padding), version(2, padding)}) == "");
  CHECK_HAS(publish(book, {version(3, padding)}), "longer than a bundle may be");
  CHECK(published(book).number == 1);
}

TEST_CASE("methodologies: what the journal keeps of them makes the same again") {
  RegistryBook book(RegistryBook::Begins::empty);
  CHECK(publish(book, {version(1), version(2)}, book.now) == "");
  CHECK(withdraw(book, 1, book.now + 5) == "");
  RegistryBook other(RegistryBook::Begins::empty);
  for (const JournalLine& line : book.lines) {
    CHECK(changes_methodologies(line));
    REQUIRE(replay(line, other.store()));
  }
  CHECK(other.store().methodologies().value() == book.store().methodologies().value());
}

TEST_CASE("methodologies: a claim by a version that does not hold for its act is held, and no other") {
  Claimed at;
  at.sets(at.office.clock.now - 5'000, at.office.clock.now - 1'000);
  at.rides({6'000, 5'000, 1'001, 1'000, 10});
  at.sent();
  CHECK(at.held() == "3 of " + std::to_string(at.desk.report().granted_mg));
  const auto books = at.desk.books();
  std::string seqs;
  REQUIRE(books->held({}, [&](const HeldClaim& one) -> Status {
    CHECK(one.decision.holds == Holds{kReason});
    seqs += ' ' + std::to_string(one.seq);
    return Done{};
  }));
  CHECK(seqs == " 2 5 6");
  CHECK(at.desk.wrong() == "");
}

TEST_CASE("methodologies: a withdrawal shows what it would hold, holds it, and decides it again where it is moved") {
  Claimed at;
  at.rides({3'000, 2'000, 1'000});
  at.sent();
  const std::int64_t granted = at.desk.report().granted_mg;
  REQUIRE(granted > 0);
  const auto ride = test::ride_methodology();
  const claim::MethodologyRef named{ride.id, ride.version, ride.sha256};
  credit::Desk& desk = at.desk.ledger().desk();
  const std::int64_t since = at.office.clock.now - 2'000;
  const auto shown = desk.would_be_held(named, since).value();
  CHECK(shown.claims == 2);
  CHECK(shown.devices == 1);
  CHECK(shown.granted_mg == granted / 3 * 2);
  CHECK(desk.would_be_held({"test-ride", 2, ride.sha256}, since).value().claims == 0);
  at.sets(std::nullopt, since);
  REQUIRE(desk.methodologies_changed(since));
  CHECK(at.held() == "2 of " + std::to_string(granted / 3));
  CHECK(desk.would_be_held(named, since).value().claims == 0);
  CHECK(at.desk.wrong() == "");
  // The device learns of it by numbered changes.
  const auto told = at.desk.ask("dock-7").changes;
  REQUIRE(told.size() == 2);
  CHECK(told[0].reason == "methodology-not-in-force");
  CHECK(told[0].standing == claim::Stands::held);
  at.sets(std::nullopt, since + 500);
  REQUIRE(desk.methodologies_changed(since));
  CHECK(at.held() == "1 of " + std::to_string(granted / 3 * 2));
  // What a person released is not held for it again.
  REQUIRE(desk.decide({"", "", std::nullopt, kReason, std::nullopt}, credit::Desk::Verdict::release).value() == 1);
  at.sets(std::nullopt, since);
  REQUIRE(desk.methodologies_changed(since));
  CHECK(at.held() == "1 of " + std::to_string(granted / 3 * 2));
  CHECK(at.desk.wrong() == "");
}

TEST_CASE("methodologies: a worker's library has what is published within a second") {
  RegistryBook book;
  test::OfficeLog log;
  test::OfficeClock clock;
  measure::Library library = measure::Library::from({}).value();
  Methodologies keeps(book.store(), library, crypto::hasher(), clock, log);
  keeps.look();
  CHECK(library.all().empty());
  CHECK(publish(book, {version(1)}) == "");
  keeps.look();
  REQUIRE(library.all().size() == 1);
  CHECK(library.find("test-piece", 1, crypto::hasher().sha256({as_bytes(version(1))})) != nullptr);
}

}  // namespace greentill::credit::methodologies_test

// SPDX-License-Identifier: Apache-2.0
// Vouchers, years that are closed, and backups, by rule and by command. docs/bookkeeping.md.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <sstream>

#include "daemon/base/file.hpp"
#include "tests/support/running_time.hpp"
#include "tests/unit/credit-service/people.hpp"
#include "tools/credit-service/bookkeeping/closing.hpp"
#include "tools/credit-service/bookkeeping/vouchers.hpp"
#include "tools/credit-service/cli/bookkeeping.hpp"
#include "tools/credit-service/cli/commands.hpp"
#include "tools/credit-service/ledger/sqlite/backup.hpp"

namespace greentill::test::bookkeeping_test {
namespace {

using namespace credit;
using Kind = Voucher::Kind;
using State = Voucher::State;

constexpr int kRides = 5;

/// Anna has credit that may be spent, and so has the merchant.
struct Desk {
  Desk() {
    anna = clerk.open();
    for (int i = 0; i < kRides; ++i) earned += office.ride(anna.token, 100);
    office.wait();
    merchant = got(clerk.store->account("merchant", "merchant", 0));
    shared = got(clerk.store->balance(merchant));
    REQUIRE(shared > 5'000);
  }

  template <typename Step>
  auto with(const Step& step) {
    using Made = decltype(step(std::declval<Vouchers&>()));
    std::optional<Made> made;
    const Status done = clerk.store->transact([&]() -> Status {
      Store& store = *clerk.store;
      Accounts accounts(store, store.accounts(), clerk.random, office.hasher, office.clock.now);
      Vouchers vouchers(store, store.bookkeeping(), store.accounts(), accounts, office.clock.now);
      made.emplace(step(vouchers));
      return *made ? Status(Done{}) : Status(Failure{made->error()});
    });
    return done ? std::move(*made) : Made(Failure{done.error()});
  }
  Result<Voucher> propose(Kind kind, const std::string& from, const std::string& to, std::int64_t mg = 1'000) {
    return with([&](Vouchers& all) { return all.propose(kind, from, to, mg, "told by phone", "anna"); });
  }
  Result<Voucher> approve(std::int64_t no, const std::string& by = "ben") {
    return with([&](Vouchers& all) { return all.approve(no, by); });
  }
  std::int64_t of(const std::string& kind) { return office.desk.report().accounts[kind]; }

  RidersOffice office;
  Clerkship clerk{office};
  Accounts::Opened anna;
  std::int64_t earned = 0, merchant = 0, shared = 0;
};

std::int64_t begin_of_year(std::int64_t now, std::int64_t& year) {
  const Calendar calendar = got(Calendar::of_zone("Europe/Helsinki"));
  year = calendar.local(now).day / 10'000;
  return *calendar.begin_of((year + 1) * 10'000 + 101);
}

struct Said {
  std::string error;
  nlohmann::ordered_json json;
};

/// The commands over an office's ledger.
Said run(const Office& office, Status (*command)(const std::filesystem::path&, const Given&, const Output&), const char* name,
         std::map<std::string, std::string> fields) {
  ok(write_file_durably(office.folder / "programme.toml", kPlainProgramme, 0644));
  ok(write_file_durably(
      office.folder / "credit.toml",
      (office.url().empty() ? std::string("database = \"ledger.db\"")
                            : "database = \"" + office.url() + "\"\njournal = \"ledger.db\"") +
          "\nmethodologies = \"none\"\nprogramme = \"programme.toml\"\n[broker]\nserver = \"mqtts://localhost:1\"\nshare_group = "
          "\"none\"\nauthorities = \"none\"\ncertificate = \"none\"\nkey = \"none\"\n",
      0644));
  Given given;
  given.command = name;
  given.fields = std::move(fields);
  std::ostringstream json;
  const Status done = command(office.folder / "credit.toml", given, Output{true, json});
  if (!done) return {done.error().message, {}};
  return {"", nlohmann::ordered_json::parse(json.str())};
}

/// Proposes and approves until it is killed; tells the parent of each voucher that is booked.
[[noreturn]] void book_until_killed(const Office& office, int pipe) try {
  Clerkship clerk(office);
  Store& store = *clerk.store;
  for (;;) {
    std::int64_t no = 0;
    for (const bool approves : {false, true}) {
      const Status done = store.transact([&]() -> Status {
        Accounts accounts(store, store.accounts(), clerk.random, office.hasher, office.clock.now);
        Vouchers vouchers(store, store.bookkeeping(), store.accounts(), accounts, office.clock.now);
        const auto made = approves
                              ? vouchers.approve(no, "ben")
                              : vouchers.propose(Kind::correction, "loss", "merchant/merchant", 5, "killed in between", "anna");
        if (made) no = made->no;
        return made ? Status(Done{}) : Status(Failure{made.error()});
      });
      if (!done) _exit(1);
    }
    if (write(pipe, &no, sizeof no) != sizeof no) _exit(2);
  }
} catch (...) {
  _exit(3);
}

}  // namespace

TEST_CASE("vouchers: one proposes, another approves, and what is decided stays") {
  Desk at;
  const std::string account = "account/" + at.anna.account.id;
  const Voucher one = got(at.propose(Kind::correction, "loss", account));
  CHECK(one.state == State::proposed);
  CHECK(at.clerk.credit_of(at.anna.account.id).balance == at.earned);
  CHECK(refusal(at.approve(one.no, "anna")) == "voucher 1 was proposed by anna: another person has to approve it");
  CHECK(got(at.approve(one.no)).state == State::booked);
  CHECK(at.clerk.credit_of(at.anna.account.id).spendable == at.earned + 1'000);
  CHECK(refusal(at.approve(one.no, "carl")) == "voucher 1 is booked already, by ben");
  CHECK(refusal(at.with([&](Vouchers& all) { return all.reject(one.no, "carl"); })) == "voucher 1 is booked already, by ben");
  CHECK(at.of("loss") == -1'000);
  const Voucher two = got(at.propose(Kind::correction, account, "operator"));
  CHECK(got(at.with([&](Vouchers& all) { return all.reject(two.no, "anna"); })).state == State::rejected);
  CHECK(refusal(at.approve(two.no)) == "voucher 2 is rejected already, by anna");
  CHECK(refusal(at.approve(77)) == "there is no voucher 77");
  CHECK(at.office.desk.wrong() == "");
}

TEST_CASE("vouchers: what nobody has is not moved, and what is no party is refused with its field") {
  Desk at;
  const std::string account = "account/" + at.anna.account.id;
  const Voucher much = got(at.propose(Kind::correction, account, "operator", at.earned + 1));
  CHECK(refusal(at.approve(much.no)).find("0.001 g are missing") != std::string::npos);
  const Voucher all = got(at.propose(Kind::correction, account, "merchant/merchant", at.earned));
  CHECK(got(at.approve(all.no)).state == State::booked);
  CHECK(got(at.clerk.store->balance(at.merchant)) == at.shared + at.earned);
  const Voucher budget = got(at.propose(Kind::correction, "budget/bike-week", "loss"));
  CHECK(refusal(at.approve(budget.no)).find("budget/bike-week has 0.000 g") != std::string::npos);
  // What loss does not owe it does not take: nobody's credit vanishes there.
  const Voucher lost = got(at.propose(Kind::correction, "merchant/merchant", "loss"));
  CHECK(refusal(at.approve(lost.no)).find("loss owes 0.000 g, and takes no more than that") != std::string::npos);
  got(at.approve(got(at.propose(Kind::correction, "loss", "merchant/merchant", 1'000)).no));
  got(at.approve(lost.no));
  CHECK(at.of("loss") == 0);
  const struct {
    Kind kind;
    std::string from, to, says;
  } wrong[] = {
      {Kind::correction, "loss", "loss", "from and to are the same"},
      {Kind::correction, "sponsor/town", "operator", "a correction goes from"},
      {Kind::correction, "operator", "loss", "a correction goes from"},
      {Kind::correction, "issuance", "operator", "from: \"issuance\" is none of"},
      {Kind::correction, "loss", "paid-out", "a correction goes from"},
      {Kind::correction, "loss", "budget/Bike Week", "to: \"budget/Bike Week\" is none of"},
      {Kind::correction, "loss", "merchant/nobody", "to: there is no merchant \"nobody\""},
      {Kind::correction, "account/AAAAAAAA", "operator", "from: "},
      {Kind::payout, account, "", "a payout is of a merchant's credit"},
      {Kind::funding, account, "budget/b", "merchants and sponsors pay into budgets"},
      {Kind::funding, "operator", "budget/b", "merchants and sponsors pay into budgets"},
      {Kind::returned, "paid-out", "merchant/merchant", "a payout is returned to whom it was of"},
      {Kind::funding, "sponsor/town", "operator", "merchants and sponsors pay into budgets"},
  };
  for (const auto& one : wrong) {
    CAPTURE(one.says);
    CHECK(refusal(at.propose(one.kind, one.from, one.to)).find(one.says) != std::string::npos);
  }
  CHECK(refusal(at.propose(Kind::correction, "loss", account, 0)).find("more than 0") != std::string::npos);
  CHECK(at.office.desk.wrong() == "");
}

TEST_CASE("payouts: paid once by one reference, or by two persons' word the merchant has the credit again") {
  Desk at;
  const std::int64_t no = got(at.propose(Kind::payout, "merchant/merchant", "", 3'000)).no;
  const auto paid = [&](const std::string& reference, std::int64_t when = 0) {
    return at.with([&](Vouchers& all) { return all.paid(no, reference, at.office.clock.now + when, "carl"); });
  };
  const auto propose_return = [&](std::int64_t of) {
    return at.with([&](Vouchers& all) { return all.propose_return(of, "the account was closed", "anna"); });
  };
  CHECK(refusal(paid("RF18")) == "voucher 1 is proposed");
  CHECK(refusal(propose_return(no)) == "voucher 1 is proposed");
  CHECK(got(at.approve(no)).state == State::booked);
  CHECK(got(at.clerk.store->balance(at.merchant)) == at.shared - 3'000);
  CHECK(at.of("paid-out") == 3'000);
  CHECK(refusal(paid("")).find("reference") != std::string::npos);
  CHECK(refusal(paid("RF18", 60)).find("not in the future") != std::string::npos);
  CHECK(refusal(paid("RF18", -60)).find("after its voucher was approved") != std::string::npos);
  CHECK(got(paid("RF18")).settled_by == "carl");
  CHECK(got(paid("RF18")).state == State::paid);
  CHECK(refusal(paid("RF19")) == "voucher 1 is paid");
  CHECK(at.office.desk.wrong() == "");
  const Voucher back = got(propose_return(no));
  const Voucher again = got(propose_return(no));
  CHECK(back.of == no);
  CHECK(refusal(at.approve(back.no, "anna")).find("another person has to approve it") != std::string::npos);
  CHECK(got(at.clerk.store->balance(at.merchant)) == at.shared - 3'000);
  CHECK(got(at.approve(back.no)).state == State::booked);
  CHECK(refusal(at.approve(again.no)).find("voucher 1 is returned") != std::string::npos);
  CHECK(got(at.clerk.store->bookkeeping().voucher(no))->state == State::returned);
  CHECK(got(at.clerk.store->balance(at.merchant)) == at.shared);
  CHECK(at.of("paid-out") == 0);
  const std::int64_t correction = got(at.propose(Kind::correction, "loss", "operator")).no;
  CHECK(refusal(propose_return(correction)) == "voucher 4 is no payout");
  CHECK(at.office.desk.wrong() == "");
}

TEST_CASE("vouchers: a row that was changed behind the ledger's back is found") {
  const struct {
    const char* sql;
    const char* says;
  } all[] = {
      {"UPDATE vouchers SET state = 2 WHERE no = 1", "vouchers are not booked as they stand"},
      {"DELETE FROM vouchers WHERE no = 1", "bookings are no voucher's"},
      {"UPDATE vouchers SET decided_by = proposed_by WHERE no = 1", "vouchers are booked that no second person approved"},
      {"UPDATE vouchers SET mg = mg + 1 WHERE no = 2", "what was paid out is not what stands so"},
      {"UPDATE vouchers SET mg = mg + 1 WHERE no = 1", "vouchers move something else than they say"},
      {"UPDATE vouchers SET to_party = 'merchant/merchant' WHERE no = 1", "vouchers move something else than they say"},
      {"UPDATE vouchers SET state = 4 WHERE no = 2", "payouts are returned that nobody decided"},
  };
  for (const auto& spoilt : all) {
    Desk at;
    got(at.approve(got(at.propose(Kind::correction, "loss", "operator")).no));
    got(at.approve(got(at.propose(Kind::payout, "merchant/merchant", "")).no));
    REQUIRE(at.office.desk.wrong() == "");
    spoil(at.office, spoilt.sql);
    CHECK_MESSAGE(at.office.desk.wrong().find(spoilt.says) != std::string::npos, at.office.desk.wrong());
  }
}

TEST_CASE("vouchers: killed at random instants, one is booked as a whole or not at all, and what was told stands") {
  std::mt19937 random(11);
  RidersOffice office;
  { const Clerkship made(office); }
  std::vector<std::int64_t> told;
  unsigned slowness = 1;
  for (int round = 0; round < 12; ++round) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) book_until_killed(office, ends[1]);
    close(ends[1]);
    let_run(child, std::chrono::microseconds((10'000 + random() % 40'000) * slowness));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    for (std::int64_t no = 0; read(ends[0], &no, sizeof no) == sizeof no;) told.push_back(no);
    close(ends[0]);
    if (told.empty()) slowness = std::min(slowness * 2, 64u);
    CHECK(office.desk.wrong() == "");
  }
  CHECK(told.size() > 3);
  const Clerkship clerk(office);
  for (const std::int64_t no : told) CHECK(got(clerk.store->bookkeeping().voucher(no))->state == State::booked);
}

TEST_CASE("years: a closed one says what was booked by kind, and shows later that nothing was changed in it") {
  Desk at;
  got(at.approve(got(at.propose(Kind::payout, "merchant/merchant", "")).no));
  std::int64_t year = 0;
  const std::int64_t over = begin_of_year(at.office.clock.now, year);
  const Calendar calendar = got(Calendar::of_zone("Europe/Helsinki"));
  auto books = at.office.desk.books();
  CHECK(refusal(close_year(*books, calendar, year, {}, "anna", over + 86'399)).find("a day after its end") != std::string::npos);
  CHECK(refusal(close_year(*books, calendar, 12, {}, "anna", over)).find("year") != std::string::npos);
  const YearClose close = got(close_year(*books, calendar, year, {}, "anna", over + 86'400));
  CHECK(close.bookings == kRides + 1);
  const auto content = nlohmann::ordered_json::parse(close.content);
  const auto closing = [&](const char* kind) { return content["kinds"][kind]["closing"].get<std::int64_t>(); };
  CHECK(closing("people") == at.earned);
  CHECK(closing("merchant") == at.shared - 1'000);
  CHECK(closing("paid-out") == 1'000);
  CHECK(content["kinds"]["merchant"]["moved"]["voucher"] == -1'000);
  ok(at.clerk.store->transact([&] { return at.clerk.store->bookkeeping().add(close); }));
  CHECK(at.office.desk.wrong() == "");
  // The year after has other bookings, and begins with what that one ended with.
  at.office.clock.now = over + 86'400;
  at.office.ride(at.anna.token, 10);
  const auto erased = at.clerk.result([&](Accounts& accounts, auto&...) { return accounts.erase(at.anna.account.id); });
  CHECK(erased);
  CHECK(at.office.desk.wrong() == "");
  std::int64_t next = 0;
  const std::int64_t next_over = begin_of_year(at.office.clock.now, next) + 86'400;
  const YearClose second = got(close_year(*at.office.desk.books(), calendar, next, close, "anna", next_over));
  CHECK(second.begin == close.end);
  const auto wrong_closes = [&] {
    const auto all = got(at.office.desk.books()->check_closes());
    return all.empty() ? std::string() : all.front();
  };
  CHECK(wrong_closes() == "");
  spoil(at.office, "UPDATE year_closes SET content = replace(content, '\"merchant\"', '\"merchants\"')");
  CHECK(wrong_closes().find("which add up to something else") != std::string::npos);
  spoil(at.office, "UPDATE year_closes SET content = replace(content, '\"merchants\"', '\"merchant\"')");
  CHECK(wrong_closes() == "");
  CHECK(nlohmann::ordered_json::parse(second.content)["kinds"]["people"]["opening"] == at.earned);
  spoil(at.office, "UPDATE bookings SET spendable_at = spendable_at + 1 WHERE claim < 0");
  CHECK_MESSAGE(wrong_closes().find("was closed with 6 bookings, and has 6, not all of which are the same") != std::string::npos,
                wrong_closes());
  CHECK(close_year(*at.office.desk.books(), calendar, next, close, "anna", next_over));  // the next one all the same
}

TEST_CASE("bookkeeping: the commands") {
  Desk at;
  const auto proposed = run(at.office, propose_voucher, "voucher correct",
                            {{"from", "loss"}, {"to", "account/" + at.anna.account.id}, {"grams", "1.5"}, {"why", "lost ride"}});
  CHECK(proposed.error == "");
  CHECK(proposed.json["mg"] == 1'500);
  CHECK(proposed.json["state"] == "proposed");
  CHECK(run(at.office, decide_voucher, "voucher approve", {{"voucher", "1"}}).error.find("another person has to approve it") !=
        std::string::npos);
  CHECK(run(at.office, decide_voucher, "voucher reject", {{"voucher", "1"}, {"why", "not so"}}).json["state"] == "rejected");
  CHECK(run(at.office, propose_voucher, "budget fund", {{"name", "b"}, {"from", "sponsor/town"}, {"grams", "2"}, {"why", "w"}})
            .json["to"] == "budget/b");
  CHECK(
      run(at.office, propose_voucher, "payout propose", {{"merchant", "merchant"}, {"grams", "2"}, {"why", "w"}}).json["kind"] ==
      "payout");
  got(at.approve(2));
  got(at.approve(3));
  CHECK(run(at.office, list_budgets, "budget list", {}).json["budgets"][0]["mg"] == 2'000);
  CHECK(run(at.office, list_vouchers, "voucher list", {}).json["vouchers"].size() == 3);
  CHECK(run(at.office, list_vouchers, "payout list", {{"state", "booked"}}).json["vouchers"].size() == 1);
  CHECK(run(at.office, list_vouchers, "voucher list", {{"state", "open"}}).error.find("--state") == 0);
  spoil(at.office, "UPDATE vouchers SET decided_at = decided_at - 40 * 86400");  // the commands go by the system's clock
  const std::string csv = at.office.folder / "paid.csv";
  ok(write_file_durably(csv, "voucher,reference\n3,RF18\n2,RF19\n", 0644));
  CHECK(run(at.office, note_payouts, "payout paid", {{"file", csv}}).error.find("row 3: voucher 2 is no payout") !=
        std::string::npos);
  CHECK(run(at.office, show_voucher, "voucher show", {{"voucher", "3"}}).json["state"] == "booked");  // all or none
  ok(write_file_durably(csv, "voucher,reference\n3,RF18\n", 0644));
  CHECK(run(at.office, note_payouts, "payout paid", {{"file", csv}}).json["paid"] == 1);
  const auto returned = run(at.office, decide_voucher, "payout return", {{"voucher", "3"}, {"why", "came back"}});
  CHECK(returned.json["state"] == "proposed");
  CHECK(returned.json["of"] == 3);
  const auto another = at.propose(Kind::correction, "loss", "operator");  // by anna, and approved by whoever runs this
  CHECK(run(at.office, decide_voucher, "voucher approve", {{"voucher", std::to_string(got(another).no)}}).json["state"] ==
        "booked");
  CHECK(run(at.office, list_vouchers, "payout list", {{"state", "booked"}, {"after", "3"}}).json["vouchers"].empty());
  CHECK(run(at.office, close_a_year, "year close", {{"year", "2090"}}).error.find("2090 can be closed from") == 0);
  CHECK(run(at.office, close_a_year, "year close", {{"year", "2020"}}).json["bookings"] == 0);
  CHECK(run(at.office, close_a_year, "year close", {{"year", "2020"}}).error.find("2020 was closed") == 0);
  CHECK(run(at.office, show_year, "year show", {{"year", "2020"}}).json["zone"] == "Europe/Helsinki");
  CHECK(run(at.office, list_years, "year list", {}).json["years"].size() == 1);
  CHECK(at.office.desk.wrong() == "");
}

TEST_CASE("backups: a copy while the ledger goes on is whole, and goes on after --new-epoch") {
  Desk at;
  if (!at.office.url().empty()) return;  // PostgreSQL's own tools do it there
  const std::filesystem::path copy = at.office.folder / "it's a copy.db";
  CHECK(run(at.office, propose_voucher, "budget fund", {{"name", "b"}, {"from", "sponsor/town"}, {"grams", "2"}, {"why", "w"}})
            .error == "");
  ok(back_up_sqlite(at.office.database(), copy));
  for (const auto& file : {copy, std::filesystem::path(copy.string() + ".registry")}) {
    CHECK(static_cast<unsigned>(std::filesystem::status(file).permissions() & std::filesystem::perms::all) == 0600);
  }
  CHECK(refusal(back_up_sqlite(at.office.database(), copy)).find("is there already") != std::string::npos);
  CHECK(refusal(back_up_sqlite(at.office.folder / "none.db", at.office.folder / "other.db")) != "");
  for (const auto& one : std::filesystem::directory_iterator(at.office.folder.path())) {
    const std::string name = one.path().filename();
    CHECK_MESSAGE((!name.starts_with("other.db") &&
                   (!name.starts_with("it's") || name == "it's a copy.db" || name == "it's a copy.db.registry")),
                  name);
  }
  // In the ledger's place, as the page says.
  at.office.ride(at.anna.token, 10);
  CHECK(refusal(back_up_sqlite(at.office.database(), at.office.folder / "none" / "x.db")) != "");
  const std::int64_t before = at.earned;
  std::filesystem::remove(at.office.database().string() + "-wal");
  std::filesystem::remove(at.office.database().string() + "-shm");
  std::filesystem::rename(copy, at.office.database());
  CHECK(refusal(at.office.open_store()) != "");  // it went back, and says so
  const auto restored = got(at.office.open_store(WentBack::taken_by_a_new_epoch));
  ok(restored->raise_epoch());
  std::int64_t has = 0;
  for (const Purse& purse : got(restored->accounts().purses(at.anna.account.id))) has += got(restored->balance(purse.no));
  CHECK(has == before);
}

}  // namespace greentill::test::bookkeeping_test

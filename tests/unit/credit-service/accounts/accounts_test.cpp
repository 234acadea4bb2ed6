// SPDX-License-Identifier: Apache-2.0
// Accounts: what is theirs, how they become one, and how they end. docs/accounts.md.
#include <doctest/doctest.h>

#include "daemon/base/base32.hpp"
#include "daemon/base/hex.hpp"
#include "tests/unit/credit-service/people.hpp"
#include "tools/credit-service/holdings/token.hpp"

namespace greentill::test::accounts_test {
namespace {

using namespace credit;
using Kind = Account::Kind;

/// A step of accounts alone.
template <typename Step>
auto step(Clerkship& clerk, const Step& work) {
  return clerk.result([&](Accounts& accounts, auto&...) { return work(accounts); });
}

}  // namespace

TEST_CASE("accounts: what rides earn for a token belongs to the account that has it, however the till wrote it") {
  RidersOffice office;
  Clerkship clerk(office);
  const auto anna = clerk.open();
  CHECK(anna.token.size() == 16);
  std::int64_t earned = office.ride(anna.token, 2) + office.ride(in_fours(anna.token), 3);
  std::string small = anna.token;
  for (char& c : small) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  earned += office.ride(small, 1);
  CHECK(earned > 300);
  CHECK(clerk.credit_of(anna.account.id).balance == earned);
  CHECK(clerk.credit_of(anna.account.id).spendable == 0);
  office.wait();
  CHECK(clerk.credit_of(anna.account.id).spendable == earned);
  const std::string second = got(step(clerk, [&](Accounts& a) { return a.add_token(in_fours(anna.account.id)); }));
  CHECK(second != anna.token);
  earned += office.ride(second, 1);
  CHECK(clerk.credit_of(anna.account.id).balance == earned);
  CHECK(office.desk.wrong() == "");
}

TEST_CASE("accounts: a limit holds for the person, not for each token") {
  const std::string programme = std::string(kPlainProgramme) + "limit_per_day_mg = 200\n";
  RidersOffice office(programme.c_str());
  Clerkship clerk(office);
  const auto anna = clerk.open();
  const std::string second = got(step(clerk, [&](Accounts& a) { return a.add_token(anna.account.id); }));
  CHECK(office.ride(anna.token, 2) == 117);  // of 167 mg
  CHECK(office.ride(second, 2) == 23);       // 33 mg are left
  CHECK(office.ride(anna.token, 2) == 0);
  office.take_back(1);
  CHECK(office.ride(second, 2) == 117);
  CHECK(clerk.credit_of(anna.account.id).balance == 140);
  CHECK(office.desk.wrong() == "");
}

TEST_CASE("accounts: a printed secret is credited once, to whoever brings it first, before or after its claim came") {
  RidersOffice office;
  Clerkship clerk(office);
  const auto anna = clerk.open(), ben = clerk.open();
  const Bytes<16> early{1}, late{2};
  const std::int64_t worth = office.bearer_ride(early, 2);
  const auto redeem = [&](const std::string& id, const Bytes<16>& secret) {
    return step(clerk, [&](Accounts& a) { return a.redeem(id, to_hex(secret)); });
  };
  CHECK(got(redeem(anna.account.id, early)) == worth);
  CHECK(got(redeem(anna.account.id, early)) == worth);  // asked again
  CHECK(refusal(redeem(ben.account.id, early)) == "that secret was redeemed already, by another account");
  CHECK(clerk.credit_of(anna.account.id).balance == worth);
  CHECK(got(redeem(ben.account.id, late)) == 0);
  const std::int64_t came = office.bearer_ride(late, 1);
  CHECK(clerk.credit_of(ben.account.id).balance == came);
  for (const char* wrong : {"", "12", "zz000000000000000000000000000000", "000000000000000000000000000000001"}) {
    CHECK(refusal(step(clerk, [&](Accounts& a) { return a.redeem(anna.account.id, wrong); })) ==
          "a printed secret has 32 digits, 0 to 9 and a to f");
  }
  // Nobody fills the ledger with secrets that no till printed.
  for (std::uint8_t i = 0; i < 100; ++i) REQUIRE(redeem(anna.account.id, {9, i}));
  CHECK(refusal(redeem(anna.account.id, {9, 100})).find("has redeemed 100 secrets for which nothing came yet") !=
        std::string::npos);
  CHECK(office.desk.wrong() == "");
}

TEST_CASE("accounts: a token that came before its account is taken by one, and moves with its credit") {
  RidersOffice office;
  Clerkship clerk(office);
  const std::int64_t earned = office.ride("loyal-42", 2);
  const auto anna = clerk.open(), ben = clerk.open();
  const auto take = [&](const std::string& id, const char* token) {
    return clerk.in([&](Accounts& a, auto&...) { return a.take_token(id, token); });
  };
  CHECK(refusal(take(anna.account.id, "never-seen")) == "no claim came with that token yet");
  ok(take(anna.account.id, "loyal-42"));
  ok(take(anna.account.id, "loyal-42"));
  CHECK(refusal(take(ben.account.id, "loyal-42")) == "that token belongs to another account");
  CHECK(clerk.credit_of(anna.account.id).balance == earned);
  ok(clerk.in([&](Accounts& a, auto&...) { return a.move_token("loyal-42", ben.account.id); }));
  CHECK(clerk.credit_of(anna.account.id).balance == 0);
  CHECK(clerk.credit_of(ben.account.id).balance == earned);
  CHECK(office.desk.wrong() == "");
}

TEST_CASE("accounts: people join a family or team by a code that lets one in, for a while") {
  RidersOffice office;
  Clerkship clerk(office);
  const auto family = clerk.open(Kind::family), other = clerk.open(Kind::family), team = clerk.open(Kind::team);
  const auto anna = clerk.open(), ben = clerk.open();
  const auto invite = [&](const Accounts::Opened& into) {
    return got(step(clerk, [&](Accounts& a) { return a.invite(into.account.id); }));
  };
  const auto join = [&](const Accounts::Opened& who, const std::string& code) {
    return step(clerk, [&](Accounts& a) { return a.join(who.account.id, code); });
  };
  const std::string code = invite(family);
  CHECK(got(join(anna, in_fours(code))).id == family.account.id);
  CHECK(got(join(anna, code)).id == family.account.id);  // asked again
  CHECK(refusal(join(ben, code)) == "that code was used already; ask for another");
  CHECK(refusal(join(anna, invite(other))).find("leave it first") != std::string::npos);
  CHECK(join(anna, invite(team)));
  CHECK(refusal(join(team, invite(family))).find("only people join") != std::string::npos);
  CHECK(refusal(step(clerk, [&](Accounts& a) { return a.invite(anna.account.id); })).find("only families and teams") !=
        std::string::npos);
  const std::string old = invite(family);
  office.clock.now += 14 * 86'400;
  CHECK(refusal(join(ben, old)) == "that code has expired; ask for another");
  CHECK(refusal(join(ben, "0000-0000-0000-0000")) != "");
  ok(clerk.in([&](Accounts& a, auto&...) { return a.leave(anna.account.id, family.account.id); }));
  CHECK(got(clerk.store->accounts().groups(anna.account.id)) == std::vector{team.account.id});
  CHECK(join(anna, invite(other)));
  CHECK(office.desk.wrong() == "");
}

TEST_CASE("accounts: two become one with all that was theirs, and both names lead to it") {
  RidersOffice office;
  Clerkship clerk(office);
  const auto anna = clerk.open(), twice = clerk.open(), third = clerk.open();
  const auto team = clerk.open(Kind::team);
  std::int64_t earned = office.ride(anna.token, 1) + office.ride(twice.token, 2);
  const std::string code = got(step(clerk, [&](Accounts& a) { return a.invite(team.account.id); }));
  REQUIRE(step(clerk, [&](Accounts& a) { return a.join(twice.account.id, code); }));
  const auto merge = [&](const Accounts::Opened& from, const Accounts::Opened& into) {
    return clerk.in([&](Accounts& a, auto&...) { return a.merge(from.account.id, into.account.id); });
  };
  ok(merge(twice, anna));
  CHECK(clerk.credit_of(anna.account.id).balance == earned);
  CHECK(got(step(clerk, [&](Accounts& a) { return a.find(twice.account.id); })).id == anna.account.id);
  CHECK(got(clerk.store->accounts().members(team.account.id)) == std::vector{anna.account.id});
  earned += office.ride(twice.token, 1);
  CHECK(clerk.credit_of(anna.account.id).balance == earned);
  CHECK(refusal(merge(twice, anna)).find("is both of them") != std::string::npos);
  CHECK(refusal(merge(anna, team)).find("only accounts of one kind become one") != std::string::npos);
  ok(merge(anna, third));
  CHECK(got(step(clerk, [&](Accounts& a) { return a.find(twice.account.id); })).id == third.account.id);
  CHECK(office.desk.wrong() == "");
}

TEST_CASE("accounts: who is erased is nowhere in the ledger, and the books are whole, also when more is taken back") {
  RidersOffice office;
  Clerkship clerk(office);
  const auto anna = clerk.open();
  const std::int64_t first = office.ride(anna.token, 2), second = office.ride("own-token", 3);
  ok(clerk.in([&](Accounts& a, auto&...) { return a.take_token(anna.account.id, "own-token"); }));
  const auto erase = [&] { return step(clerk, [&](Accounts& a) { return a.erase(anna.account.id); }); };
  CHECK(got(erase()).state == Account::State::erased);
  CHECK(got(erase()).state == Account::State::erased);
  for (const std::string& token : {anna.token, std::string("own-token")})
    CHECK_FALSE(got(clerk.store->find_account("customer", token)));
  CHECK(clerk.credit_of(anna.account.id).balance == first + second);
  office.take_back(2);
  CHECK(clerk.credit_of(anna.account.id).balance == first);
  CHECK(refusal(step(clerk, [&](Accounts& a) { return a.add_token(anna.account.id); })).find("is erased") != std::string::npos);
  office.ride(anna.token, 1);  // a till that was offline
  CHECK(clerk.credit_of(anna.account.id).balance == first);
  CHECK(office.desk.wrong() == "");
}

TEST_CASE("accounts: what was redeemed and forgotten counted for no limit, and counts for none when it is taken back") {
  const std::string programme = std::string(kPlainProgramme) + "limit_per_day_mg = 200\n";
  RidersOffice office(programme.c_str());
  Clerkship clerk(office);
  const auto anna = clerk.open();
  const Bytes<16> secret{1};
  CHECK(office.bearer_ride(secret, 3) == 175);  // of 251 mg: more than a token's limit
  CHECK(office.ride(anna.token, 2) == 117);
  REQUIRE(step(clerk, [&](Accounts& a) { return a.redeem(anna.account.id, to_hex(secret)); }));
  REQUIRE(step(clerk, [&](Accounts& a) { return a.erase(anna.account.id); }));
  CHECK(office.desk.wrong() == "");
  office.take_back(1);
  CHECK(office.desk.wrong() == "");
  office.take_back(2);
  CHECK(office.desk.wrong() == "");
  CHECK(clerk.credit_of(anna.account.id).balance == 0);
}

TEST_CASE("accounts: who becomes one with another stays in one family, and in as many groups as one may") {
  RidersOffice office;
  Clerkship clerk(office);
  const auto anna = clerk.open(), twice = clerk.open();
  const auto home = clerk.open(Kind::family), other = clerk.open(Kind::family);
  const auto join = [&](const Accounts::Opened& who, const Accounts::Opened& group) {
    const std::string code = got(step(clerk, [&](Accounts& a) { return a.invite(group.account.id); }));
    REQUIRE(step(clerk, [&](Accounts& a) { return a.join(who.account.id, code); }));
  };
  join(anna, home);
  join(twice, other);
  for (int i = 0; i < 8; ++i) join(anna, clerk.open(Kind::team));
  for (int i = 0; i < 7; ++i) join(twice, clerk.open(Kind::team));
  const auto one_more = clerk.open(Kind::team);
  join(twice, one_more);
  const auto merge = [&] { return clerk.in([&](Accounts& a, auto&...) { return a.merge(twice.account.id, anna.account.id); }); };
  CHECK(refusal(merge()).find("would be in more than 16 groups") != std::string::npos);
  CHECK(got(clerk.store->accounts().groups(twice.account.id)).size() == 9);
  ok(clerk.in([&](Accounts& a, auto&...) { return a.leave(twice.account.id, one_more.account.id); }));
  ok(merge());
  CHECK(got(clerk.store->accounts().groups(anna.account.id)).size() == 16);
  CHECK(got(clerk.store->accounts().members(home.account.id)) == std::vector{anna.account.id});
  CHECK(got(clerk.store->accounts().members(other.account.id)).empty());
  CHECK(office.desk.wrong() == "");
}

TEST_CASE("accounts: a merchant's is its share, and there is one") {
  RidersOffice office;
  Clerkship clerk(office);
  const std::string merchant = got(clerk.store->registry().merchants()).front().id;
  office.ride("somebody", 1);
  const auto shop = clerk.open(Kind::merchant, merchant);
  CHECK(shop.token.empty());
  CHECK(clerk.credit_of(shop.account.id).balance == 17);  // a fifth of 83 mg
  const auto open = [&](Kind kind, const std::string& of) {
    return refusal(step(clerk, [&](Accounts& a) { return a.open(kind, "", of); }));
  };
  CHECK(open(Kind::merchant, merchant).find("has an account") != std::string::npos);
  CHECK(open(Kind::merchant, "nobody") == "the registry has no merchant \"nobody\"");
  CHECK(open(Kind::person, merchant) != "");
  CHECK(open(Kind::merchant, "") != "");
  CHECK(refusal(step(clerk, [&](Accounts& a) { return a.add_token(shop.account.id); })).find("which has no token") !=
        std::string::npos);
  CHECK(refusal(step(clerk, [&](Accounts& a) { return a.erase(shop.account.id); })).find("close it") != std::string::npos);
  CHECK(office.desk.wrong() == "");
}

TEST_CASE("accounts: ids are read as people write them, and a digit that was misread is found") {
  RidersOffice office;
  Clerkship clerk(office);
  const std::string id = clerk.open().account.id;
  CHECK(got(read_account_id(in_fours(id))) == id);
  for (std::size_t i = 0; i < id.size(); ++i) {
    std::string wrong = id;
    wrong[i] = wrong[i] == '7' ? '8' : '7';
    CHECK_FALSE(read_account_id(wrong));
  }
  CHECK_FALSE(read_account_id(""));
  CHECK(canonical_token("anna") == "anna");
  CHECK(canonical_token("") == "");
}

}  // namespace greentill::test::accounts_test

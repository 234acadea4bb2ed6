// SPDX-License-Identifier: Apache-2.0
// From an order to a tree that stands. docs/trees.md, "From order to tree".
#include <doctest/doctest.h>

#include "tests/unit/credit-service/people.hpp"

namespace greentill::test::planting_test {
namespace {

using namespace credit;
using State = Tree::State;

/// One who ordered two trees.
struct Field {
  Field() {
    offer_trees(clerk);
    const auto anna = clerk.open();
    office.ride(anna.token, 40);
    office.wait();
    const Orders::Request request{"k", "saxaul", "", 2, 2026, {{anna.account.id, 0}}};
    order = got(clerk.result([&](auto&, auto&, Orders& orders, auto&...) { return orders.place(request); })).no;
    REQUIRE(clerk.result([&](auto&, auto&, Orders& orders, auto&...) { return orders.agree(order, anna.account.id); }));
    office.clock.now += 86'400;
  }
  template <typename Step>
  Result<Tree> say(const Step& step) {
    return clerk.result([&](auto&, auto&, auto&, Planting& planting, auto&) { return step(planting); });
  }
  Evidence shown(std::uint8_t photo, const std::string& who = "plants") const {
    Evidence evidence;
    evidence.who = who;
    evidence.photo = Digest{photo};
    evidence.taken_at = office.clock.now - 60;
    evidence.latitude = 3'881'100;
    evidence.longitude = 10'572'800;
    return evidence;
  }
  static Evidence word(const std::string& who, const std::string& why = "") {
    Evidence evidence;
    evidence.who = who;
    evidence.why = why;
    return evidence;
  }
  Result<Tree> plant(std::uint8_t photo, const std::string& number = kFirst) {
    return say([&](Planting& p) { return p.planted(number, shown(photo)); });
  }
  Result<Tree> approve(const std::string& who = "looks", const std::string& number = kFirst) {
    return say([&](Planting& p) { return p.approve(number, word(who)); });
  }
  std::vector<TreePayment> owed() { return got(clerk.store->trees().payments("plants", true)); }

  static constexpr const char* kFirst = "gt/saxaul/alxa1/2026/1";
  RidersOffice office;
  Clerkship clerk{office};
  std::int64_t order = 0;
};

}  // namespace

TEST_CASE(
    "planting: a tree stands when somebody other than its planter approved what the planter showed; then the planter is owed") {
  Field field;
  CHECK(refusal(field.approve()).find("is ordered: only one that is planted is approved") != std::string::npos);
  CHECK(got(field.plant(1)).state == State::planted);
  CHECK(field.owed().empty());
  for (const char* who : {"plants", "own"}) {
    CHECK(refusal(field.approve(who)).find("by an inspector who does not work for its planter, plants") != std::string::npos);
  }
  CHECK(refusal(field.approve("nobody")) == "there is no planter or inspector \"nobody\"");
  CHECK(got(field.approve()).state == State::standing);
  REQUIRE(field.owed().size() == 1);
  CHECK(field.owed()[0].amount == 250);
  CHECK(field.owed()[0].currency == "CNY");
  CHECK(field.office.desk.wrong() == "");
}

TEST_CASE("planting: evidence is a photo of its own, taken there and since") {
  Field field;
  const auto refused = [&](const Evidence& evidence) {
    return refusal(field.say([&](Planting& p) { return p.planted(Field::kFirst, evidence); }));
  };
  Evidence none = field.shown(1);
  none.photo.reset();
  CHECK(refused(none) == "evidence is a photo, with the time and the place at which it was taken");
  Evidence early = field.shown(1);
  early.taken_at = field.office.clock.now - 2 * 86'400;
  CHECK(refused(early).find("taken before tree gt/saxaul/alxa1/2026/1 was ordered") != std::string::npos);
  Evidence late = field.shown(1);
  late.taken_at = field.office.clock.now + 1;
  CHECK(refused(late) == "the photo is of a time to come");
  Evidence far = field.shown(1);
  far.latitude = 3'981'100;  // a degree north
  CHECK(refused(far) == "the photo was taken 111 km from site alxa1");
  CHECK(refused(field.shown(1, "looks")) == "site alxa1 is planted by plants");
  REQUIRE(field.plant(1));
  CHECK(refusal(field.plant(1, "gt/saxaul/alxa1/2026/2")) == "that photo is evidence of tree gt/saxaul/alxa1/2026/1 already");
  CHECK(refusal(field.plant(2)).find("is planted: only one that is ordered is planted") != std::string::npos);
  CHECK(refusal(field.plant(2, "gt/oak/alxa1/2026/1")) == "there is no tree \"gt/oak/alxa1/2026/1\"");
}

TEST_CASE("planting: evidence that is rejected is given anew, one that failed is replaced for the same credit, and paid once") {
  Field field;
  const auto fail = [&](const std::string& number) {
    return field.say([&](Planting& p) { return p.failed(number, Field::word("looks", "browsed by goats")); });
  };
  REQUIRE(field.plant(1));
  CHECK(refusal(field.say([](Planting& p) { return p.reject(Field::kFirst, Field::word("looks")); })) != "");
  CHECK(got(field.say([](Planting& p) { return p.reject(Field::kFirst, Field::word("looks", "no tree to be seen")); })).state ==
        State::ordered);
  REQUIRE(field.plant(2));
  REQUIRE(field.approve());
  CHECK(got(fail(Field::kFirst)).state == State::failed);
  const Tree fresh = got(field.say([](Planting& p) { return p.replace(Field::kFirst, "desk"); }));
  CHECK(fresh.number == "gt/saxaul/alxa1/2026/3");
  CHECK(fresh.replaces == Field::kFirst);
  CHECK(fresh.order == field.order);
  CHECK(refusal(field.say([](Planting& p) { return p.replace(Field::kFirst, "desk"); })) != "");
  field.office.clock.now += 86'400;
  REQUIRE(field.plant(3, fresh.number));
  REQUIRE(field.approve("looks", fresh.number));
  CHECK(field.owed().size() == 1);

  // Nobody was paid for one that was never approved: who plants in its place is.
  const std::string second = "gt/saxaul/alxa1/2026/2";
  REQUIRE(fail(second));
  const Tree other = got(field.say([&](Planting& p) { return p.replace(second, "desk"); }));
  field.office.clock.now += 86'400;
  REQUIRE(field.plant(4, other.number));
  REQUIRE(field.approve("looks", other.number));
  CHECK(field.owed().size() == 2);
  const auto events = got(field.clerk.store->trees().events(Field::kFirst));
  CHECK(events.size() == 6);
  CHECK(events[1].why == "no tree to be seen");
  CHECK(field.office.desk.wrong() == "");
}

TEST_CASE("planting: a payment is noted once, with the payer's reference") {
  Field field;
  const auto pay = [&](const std::string& number, const std::string& reference) {
    return field.clerk.in([&](auto&, auto&, auto&, Planting& planting, auto&) { return planting.paid(number, reference, 7); });
  };
  CHECK(refusal(pay(Field::kFirst, "r1")).find("nothing is owed") != std::string::npos);
  REQUIRE(field.plant(1));
  REQUIRE(field.approve());
  ok(pay(Field::kFirst, "r1"));
  ok(pay(Field::kFirst, "r1"));
  CHECK(refusal(pay(Field::kFirst, "r2")).find("was paid with the reference r1") != std::string::npos);
  CHECK(field.owed().empty());
}

TEST_CASE("planting: the catalogue takes what can be planted, and says which field is wrong") {
  RidersOffice office;
  Clerkship clerk(office);
  offer_trees(clerk);
  const Species good = *got(clerk.store->trees().species("saxaul"));
  const auto refused = [&](const std::function<void(Species&)>& edit) {
    Species species = good;
    edit(species);
    return refusal(clerk.in([&](auto&, auto&, auto&, auto&, Catalogue& catalogue) { return catalogue.put(species); }));
  };
  CHECK(refused([](Species&) {}) == "");
  CHECK(refused([](Species& s) { s.id = "Saxaul"; }).find("species: 1 to 40") == 0);
  CHECK(refused([](Species& s) { s.scientific.clear(); }).find("scientific") == 0);
  CHECK(refused([](Species& s) { s.price_mg = 0; }).find("price: ") == 0);
  CHECK(refused([](Species& s) { s.last_month = 13; }).find("season: ") == 0);
  CHECK(refused([](Species& s) { s.cost = -1; }).find("cost: ") == 0);
  CHECK(refused([](Species& s) { s.currency = "yuan"; }).find("currency: ") == 0);
  const auto site = [&](const Site& one) {
    return refusal(clerk.in([&](auto&, auto&, auto&, auto&, Catalogue& catalogue) { return catalogue.add(one); }));
  };
  CHECK(site({"alxa1", "plants", "a", "Alxa", 0, 0, 1, 0}) == "there is a site \"alxa1\" already");
  CHECK(site({"b", "looks", "b", "Alxa", 0, 0, 1, 0}).find("\"looks\" is an inspector") != std::string::npos);
  CHECK(site({"b", "plants", "b", "Alxa", 9'000'001, 0, 1, 0}).find("latitude: ") == 0);
  CHECK(refusal(clerk.result([](auto&, auto&, auto&, auto&, Catalogue& catalogue) { return catalogue.set_room("alxa1", -1); })) !=
        "");
  CHECK(got(clerk.result([](auto&, auto&, auto&, auto&, Catalogue& catalogue) { return catalogue.set_room("alxa1", 5); })).room ==
        5);
}

}  // namespace greentill::test::planting_test

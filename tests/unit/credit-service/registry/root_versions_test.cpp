// SPDX-License-Identifier: Apache-2.0
// When a root's versions are in force, and how far apart they change.
#include <algorithm>

#include "tests/unit/credit-service/registry_book.hpp"

namespace greentill::credit::root_versions_test {
namespace {

using test::RegistryBook;

constexpr std::int64_t kNow = RegistryBook::kNow;

std::vector<std::uint32_t> numbers(const std::vector<RootVersion>& versions) {
  std::vector<std::uint32_t> all;
  for (const RootVersion& one : versions) all.push_back(one.version);
  return all;
}

Root cafe(const RegistryBook& book) { return book.store().root_named("cafe").value().value(); }

/// Begins rise, and lie as far apart as two changes must.
void check_apart(const std::vector<RootVersion>& turn) {
  for (std::size_t i = 1; i < turn.size(); ++i) {
    CAPTURE(i);
    CHECK(turn[i].begins - turn[i - 1].begins >= kBetweenChanges);
    CHECK(turn[i].version > turn[i - 1].version);
  }
}

}  // namespace

TEST_CASE("root versions: two changes lie 52 hours apart, also where one comes in haste") {
  RegistryBook book;
  const std::int64_t first = kNow + kVersionNotice;
  CHECK(book.said([&](Registry& r) { return r.add_version("cafe", first); }) == "");
  CHECK_HAS(book.said([&](Registry& r) { return r.add_version("cafe", first + kBetweenChanges - 1); }),
            "two changes lie 52 hours apart at least");
  CHECK(book.said([&](Registry& r) { return r.add_version("cafe", first + kBetweenChanges); }) == "");
  // Version 2 has been in force for an hour when its key leaks: the third begins earlier, and 52 hours behind it.
  book.now = first + 3600;
  CHECK(book.said([&](Registry& r) { return r.withdraw_version("cafe", 2); }) == "");
  check_apart(versions_in_turn(cafe(book)));
  CHECK(versions_in_turn(cafe(book)).at(2).begins == first + kBetweenChanges);
  CHECK(cafe(book).versions.size() == 3);
}

TEST_CASE("root versions: one that is withdrawn before it began never is in force, and its number is not given again") {
  RegistryBook book;
  CHECK(book.said([](Registry& r) { return r.add_version("cafe", kNow + kVersionNotice); }) == "");
  CHECK(book.said([](Registry& r) { return r.withdraw_version("cafe", 2); }) == "");
  CHECK(numbers(versions_in_turn(cafe(book))) == std::vector<std::uint32_t>{1});
  CHECK(book.said([](Registry& r) { return r.withdraw_version("cafe", 1); }) == "");
  const auto turn = versions_in_turn(cafe(book));
  CHECK(numbers(turn) == std::vector<std::uint32_t>{1, 3});
  CHECK(turn.at(1).begins == kNow);
  CHECK(book.said([](Registry& r) { return r.add_version("cafe", kNow + kVersionNotice); }) == "");
  CHECK(numbers(versions_in_turn(cafe(book))) == std::vector<std::uint32_t>{1, 3, 4});
  check_apart(versions_in_turn(cafe(book)));
}

TEST_CASE("root versions: of use are those under which an act may come yet, and those to come") {
  Root root{1, "r", "m", {}, {{1, 0, 0, {}}, {2, kNow - kVersionKept, 0, {}}, {3, kNow - 5, 0, kNow - 1}, {4, kNow + 9, 0, {}}}};
  CHECK(numbers(versions_of_use(root, kNow - 1)) == std::vector<std::uint32_t>{1, 2, 3, 4});
  CHECK(numbers(versions_of_use(root, kNow)) == std::vector<std::uint32_t>{2, 3, 4});
  CHECK(numbers(versions_of_use(root, kNow + 2 * kVersionKept)) == std::vector<std::uint32_t>{4});
  CHECK(numbers(versions_of_use(root, 0)).size() == 4);
}

}  // namespace greentill::credit::root_versions_test

// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"
#include "daemon/base/system.hpp"

namespace greentill::test {

TEST_CASE("result: it holds one side, also where both are of one type") {
  const Result<std::string, std::string> good(std::string("value"));
  const Result<std::string, std::string> bad(Failure<std::string>{"error"});
  CHECK(good.ok());
  CHECK(*good == "value");
  CHECK_FALSE(bad.ok());
  CHECK(bad.error() == "error");
}

TEST_CASE("result: a value that can only be moved is moved out") {
  Result<std::unique_ptr<int>> made(std::make_unique<int>(7));
  const std::unique_ptr<int> taken = std::move(made).value();
  CHECK(*taken == 7);
}

TEST_CASE("error: context comes in front, the code stays; every code has a name of its own") {
  const Error error = Error{ErrorCode::full, "no room"}.with_context("outbox.db");
  CHECK(error.code == ErrorCode::full);
  CHECK(error.message == "outbox.db: no room");
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(ErrorCode::bug); ++code) names.insert(to_string(static_cast<ErrorCode>(code)));
  CHECK(names.size() == static_cast<std::size_t>(ErrorCode::bug) + 1);
}

TEST_CASE("fixed vector: beyond its capacity it takes nothing and keeps what it has") {
  FixedVector<int, 2> numbers;
  CHECK(numbers.push_back(1));
  CHECK(numbers.push_back(2));
  CHECK_FALSE(numbers.push_back(3));
  CHECK(numbers.size() == 2);
  CHECK(numbers[1] == 2);
  numbers.clear();
  CHECK(numbers.empty());
  CHECK(numbers.begin() == numbers.end());
}

TEST_CASE("random: every byte is filled, and not twice the same") {
  SystemRandom random;
  Bytes<64> first{};
  Bytes<64> second{};
  random.fill(first);
  random.fill(second);
  CHECK(first != second);
  // That the last 16 of 64 are all zero has a chance of 2^-128.
  CHECK(std::any_of(first.end() - 16, first.end(), [](std::uint8_t byte) { return byte != 0; }));
  random.fill({});
}

}  // namespace greentill::test

// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/source_window.hpp"

#include <doctest/doctest.h>

namespace greentill::detect {
namespace {

TEST_CASE("source window: it is heavy by the bytes of what is not durable, and not before there is a record in it") {
  SourceWindow window;
  std::uint64_t number = 0;
  CHECK_FALSE(window.is_heavy());
  REQUIRE(window.add(number, kSourceWindowBytes - 1));
  CHECK_FALSE(window.is_heavy());
  REQUIRE(window.add(number, 3 * kSourceWindowBytes));
  CHECK(window.is_heavy());
  window.complete(1, Done{});
  CHECK(window.is_heavy());  // what is durable in the midst is told to nobody yet
  window.complete(0, Done{});
  CHECK_FALSE(window.is_heavy());
  CHECK(window.durable() == 2);
}

TEST_CASE("source window: a new start owes nothing to what failed before it") {
  SourceWindow window;
  std::uint64_t number = 0;
  REQUIRE(window.add(number, kSourceWindowBytes));
  window.complete(number, fail(ErrorCode::full, "no room"));
  CHECK(window.is_heavy());
  window.restart();
  CHECK_FALSE(window.is_heavy());
}

TEST_CASE("source window: a record counts with all that it takes in memory") {
  Record record;
  const std::size_t empty = memory_of(record);
  record.transaction.lines.resize(10'000);
  record.transaction.lines[0].name.assign(100, 'n');
  record.transaction.attributes = {{"key", "value"}};
  record.transaction.quantities = {{"m.track", 1}};
  record.transaction.evidence.assign(16'000, 1);
  record.reason.assign(300, 'r');
  const std::size_t more = 10'000 * sizeof(event::Line) + 100 + sizeof(std::pair<std::string, std::string>) + 8 +
                           sizeof(event::QuantityValue) + 7 + 16'000 + 300;
  CHECK(memory_of(record) == empty + more);
}

}  // namespace
}  // namespace greentill::detect

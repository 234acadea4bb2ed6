// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/log_queue.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace greentill;

namespace {

LogLine line(LogLevel level, std::string message) { return {level, {}, "test", std::move(message)}; }

/// Says lines of a level until one is lost; how many were kept.
int fill(LogQueue& queue, LogLevel level) {
  const std::uint64_t before = queue.lost();
  int kept = 0;
  for (; queue.lost() == before; ++kept) queue.push(line(level, std::string(100, 'x')));
  return kept - 1;
}

}  // namespace

TEST_CASE("log queue: lines come out as they went in") {
  LogQueue queue;
  queue.push(line(LogLevel::info, "first"));
  queue.push(line(LogLevel::debug, "second"));
  CHECK(queue.pop()->message == "first");
  CHECK(queue.pop()->message == "second");
  CHECK_FALSE(queue.pop());
  CHECK_FALSE(queue.reopen());
  CHECK(queue.lost() == 0);
}

TEST_CASE("log queue: where nothing is taken, memory is bounded, and errors find room when all else is left out") {
  LogQueue queue;
  const int infos = fill(queue, LogLevel::info);
  CHECK(infos > 500);
  const int warnings = fill(queue, LogLevel::warning);
  CHECK(warnings > 200);
  const int errors = fill(queue, LogLevel::error);
  CHECK(errors > 200);
  CHECK((infos + warnings + errors) * 100 < static_cast<int>(LogQueue::kMostBytes));
  queue.push(line(LogLevel::debug, "not even this"));
  CHECK(queue.lost() == 4);
}

TEST_CASE("log queue: what was lost is told once there is room again, and all are kept again") {
  LogQueue queue;
  const int infos = fill(queue, LogLevel::info);
  queue.push(line(LogLevel::info, "short"));  // it would fit, but would hide that others were left out before it
  queue.push(line(LogLevel::error, "an error"));
  CHECK(queue.leaves_out());
  CHECK_FALSE(queue.reopen());
  queue.pop();
  CHECK_FALSE(queue.reopen());  // not at each line that a slow reader takes
  for (int i = 1; i < infos; ++i) queue.pop();
  const auto lost = queue.reopen();
  REQUIRE(lost);
  CHECK(lost->by_level == std::array<std::uint64_t, 4>{0, 2, 0, 0});
  CHECK_FALSE(queue.leaves_out());
  CHECK_FALSE(queue.reopen());
  CHECK(queue.lost() == 2);
  CHECK(queue.pop()->message == "an error");
  queue.push(line(LogLevel::info, "again"));
  CHECK(queue.pop()->message == "again");
}

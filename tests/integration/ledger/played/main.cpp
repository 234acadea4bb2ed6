// SPDX-License-Identifier: Apache-2.0
// played-schedules: reads schedules from its standard input, a line of JSON each (model/README.md), plays each on a ledger of its
// own, and writes what the books are then, a line each. check_schedules.py holds them against the model's.
#define DOCTEST_CONFIG_IMPLEMENT
#include <iostream>

#include "tests/integration/ledger/played/service.hpp"

int main() {
  using namespace greentill::played;
  doctest::Context context;
  context.setAsDefaultForAssertsOutOfTestCases();
  Keys keys;
  for (std::string line; std::getline(std::cin, line);) {
    const Json schedule = Json::parse(line);
    Json answer;
    try {
      Messages messages(schedule, keys);
      Service service(schedule, messages, keys);
      for (const Json& timed : schedule.at("events")) service.hear(timed.at(0).get<std::int64_t>(), timed.at(1));
      service.finish();
      answer = service.totals();
    } catch (const std::exception& error) {
      answer = {{"broken", error.what()}};
    }
    std::cout << answer.dump() << std::endl;
  }
  return 0;
}

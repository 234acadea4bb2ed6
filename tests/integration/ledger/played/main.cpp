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
  WorkersByProgramme workers(keys);
  for (std::string line; std::getline(std::cin, line);) {
    const Json schedule = Json::parse(line);
    Json answer;
    try {
      Messages messages(schedule, keys);
      const Json& programme = schedule.at("world").at("programme");
      Service service(schedule, messages, keys, workers.of(programme));
      for (const Json& timed : schedule.at("events")) service.hear(timed.at(0).get<std::int64_t>(), timed.at(1));
      service.finish();
      answer = service.totals();
      if (service.has_restored()) workers.drop(programme);
    } catch (const std::exception& error) {
      answer = {{"broken", error.what()}};
      workers.drop_all();  // whatever state they are in
    }
    std::cout << answer.dump() << std::endl;
  }
  return 0;
}

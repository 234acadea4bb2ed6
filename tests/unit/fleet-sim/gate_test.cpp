// SPDX-License-Identifier: Apache-2.0
#include "tools/fleet-sim/gate.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace greentill::fleet_sim::gate_test {
namespace {

TEST_CASE("so many are in at once, in the order in which they came") {
  Gate gate(2);
  std::vector<int> in;
  for (int i = 0; i < 5; ++i) gate.ask([&in, i] { in.push_back(i); });
  CHECK(in == std::vector{0, 1});
  gate.leave();
  CHECK(in == std::vector{0, 1, 2});
  gate.leave();
  gate.leave();
  CHECK(in == std::vector{0, 1, 2, 3, 4});
}

TEST_CASE("who leaves as he comes in makes room, without a stack that grows") {
  Gate gate(1);
  int in = 0;
  gate.ask([] {});
  for (int i = 0; i < 200'000; ++i) {
    gate.ask([&] {
      ++in;
      gate.leave();
    });
  }
  CHECK(in == 0);
  gate.leave();
  CHECK(in == 200'000);
}

TEST_CASE("behind a closed gate nobody comes in") {
  Gate gate(1);
  int in = 0;
  gate.ask([&] { ++in; });
  gate.ask([&] { ++in; });
  gate.close();
  gate.leave();
  CHECK(in == 1);
}

}  // namespace
}  // namespace greentill::fleet_sim::gate_test

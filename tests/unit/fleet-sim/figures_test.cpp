// SPDX-License-Identifier: Apache-2.0
#include "tools/fleet-sim/figures.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace greentill::fleet_sim::figures_test {
namespace {

using std::chrono::milliseconds;

TEST_CASE("a quantile is a time that was measured") {
  Samples samples;
  CHECK(samples.at(0.5) == 0);
  for (int ms = 100; ms >= 1; --ms) samples.add(milliseconds(ms));
  CHECK(samples.count() == 100);
  CHECK(samples.at(0.5) == 50);
  CHECK(samples.at(0.99) == 99);
  CHECK(samples.at(1) == 100);
  CHECK(samples.at(0) == 1);
  samples.add(milliseconds(500));
  CHECK(samples.at(1) == 500);
}

TEST_CASE("traffic adds up, and what came behind a place is the difference") {
  Traffic all{1, 2, 3, 4};
  all += {10, 20, 30, 40};
  const Traffic rest = all - Traffic{1, 2, 3, 4};
  CHECK(rest.up == 10);
  CHECK(rest.segments_down == 40);
}

TEST_CASE("a program can read all of it") {
  Figures figures;
  figures.devices = 7;
  figures.refused["duplicate"] = 2;
  figures.receipt.add(milliseconds(12));
  const auto read = nlohmann::json::parse(figures.json());
  CHECK(read.at("devices") == 7);
  CHECK(read.at("refused").at("duplicate") == 2);
  CHECK(read.at("receipt_ms").at("p50") == 12.0);
  CHECK(read.at("receipt_ms").at("count") == 1);
  CHECK(read.at("rest").at("bytes_up") == 0);
}

}  // namespace
}  // namespace greentill::fleet_sim::figures_test

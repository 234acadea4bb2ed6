// SPDX-License-Identifier: Apache-2.0
// The methodologies as shipped. The amounts were computed with exact rationals from docs/methodologies.md, not by the daemon:
// they change only when a file does, and a file changes only with its version.
#include <algorithm>

#include <doctest/doctest.h>

#include "tests/unit/measure/samples.hpp"

using namespace greentill;
using namespace greentill::measure;
using namespace greentill::test;

namespace {

Result<Quantified, Unclaimable> act(std::string_view id, std::string_view key, std::int64_t value, std::int64_t seconds) {
  return quantify(shipped(id), quantities({{key, value}}), kBegin2026, kBegin2026 + seconds);
}

}  // namespace

TEST_CASE("shipped: amounts of every methodology by every way of measuring") {
  struct {
    std::string_view id;
    std::string_view key;
    std::int64_t value;
    std::int64_t seconds;
    std::int64_t estimate_mg;
    std::int64_t credited_mg;
  } const golden[] = {
      {"gt-ride-bike-shared", "m.odometer", 2043, 500, 93771, 34410},
      {"gt-ride-bike-shared", "m.track", 2043, 500, 93771, 33991},
      {"gt-ride-bike-shared", "m.stations", 1000, 300, 45899, 16638},
      {"gt-ride-bike-shared", "m.odometer", 100, 30, 4589, 1684},
      {"gt-ride-bike-shared", "m.odometer", 20000, 3600, 917980, 336866},
      {"gt-ride-bike-shared", "m.odometer", 40000, 7200, 917980, 336866},
      {"gt-ride-ebike-shared", "m.odometer", 3500, 700, 122916, 33014},
      {"gt-ride-ebike-shared", "m.stations", 3500, 700, 122916, 32538},
      {"gt-ride-ebike-shared", "m.track", 20000, 3600, 702380, 185934},
      {"gt-ride-ebike-shared", "m.track", 60000, 7200, 702380, 185934},
      {"gt-ride-bus", "m.track", 5200, 1500, 139880, 69896},
      {"gt-ride-bus", "m.stations", 300, 60, 8070, 4032},
      {"gt-ride-bus", "m.track", 100000, 18000, 1076000, 537667},
      {"gt-ride-metro", "m.stations", 8400, 1200, 392280, 196018},
      {"gt-ride-metro", "m.track", 100000, 7200, 1868000, 933423},
      {"gt-receipt-paperless", "pieces", 1, 0, 1183, 586},
      {"gt-receipt-paperless", "mm", 200, 0, 1183, 953},
      {"gt-receipt-paperless", "g", 2, 0, 2690, 2333},
      {"gt-receipt-paperless", "mm", 1, 0, 5, 4},
      {"gt-receipt-paperless", "g", 20, 0, 13450, 11665},
      {"gt-ticket-paperless", "pieces", 1, 0, 1345, 666},
      {"gt-ticket-paperless", "pieces", 20, 0, 26900, 13332},
      {"gt-ticket-paperless", "pieces", 100, 0, 26900, 13332},
      {"gt-ticket-paperless", "g", 3, 0, 4035, 3499},
  };
  for (const auto& one : golden) {
    CAPTURE(std::string(one.id));
    CAPTURE(one.value);
    const auto out = act(one.id, one.key, one.value, one.seconds);
    REQUIRE(out);
    CHECK(out->estimate_mg == one.estimate_mg);
    CHECK(out->credited_mg == one.credited_mg);
  }
}

TEST_CASE("shipped: each stops what is too little, too much, too fast or too long") {
  struct {
    std::string_view id;
    std::string_view key;
    std::int64_t value;
    std::int64_t seconds;
    Unclaimable reason;
  } const refused[] = {
      {"gt-ride-bike-shared", "m.odometer", 99, 60, Unclaimable::below_minimum},
      {"gt-ride-bike-shared", "m.odometer", 40001, 7200, Unclaimable::implausible},
      {"gt-ride-bike-shared", "m.odometer", 361, 30, Unclaimable::implausible},
      {"gt-ride-bike-shared", "m.odometer", 1000, 29, Unclaimable::implausible},
      {"gt-ride-bike-shared", "m.odometer", 1000, 43201, Unclaimable::implausible},
      {"gt-ride-ebike-shared", "m.track", 421, 30, Unclaimable::implausible},
      {"gt-ride-ebike-shared", "m.track", 60001, 43200, Unclaimable::implausible},
      {"gt-ride-bus", "m.track", 299, 60, Unclaimable::below_minimum},
      {"gt-ride-bus", "m.track", 2201, 100, Unclaimable::implausible},
      {"gt-ride-bus", "m.track", 5000, 18001, Unclaimable::implausible},
      {"gt-ride-metro", "m.stations", 2801, 100, Unclaimable::implausible},
      {"gt-ride-metro", "m.stations", 100001, 18000, Unclaimable::implausible},
      {"gt-receipt-paperless", "pieces", 0, 0, Unclaimable::below_minimum},
      {"gt-receipt-paperless", "g", 21, 0, Unclaimable::implausible},
      {"gt-ticket-paperless", "pieces", 101, 0, Unclaimable::implausible},
      {"gt-ticket-paperless", "mm", 100, 0, Unclaimable::no_quantity},
  };
  for (const auto& one : refused) {
    CAPTURE(std::string(one.id));
    CAPTURE(one.value);
    const auto out = act(one.id, one.key, one.value, one.seconds);
    REQUIRE_FALSE(out);
    CHECK(out.error() == one.reason);
  }
}

TEST_CASE("shipped: every activity has one methodology, and every file is named by its id and version") {
  REQUIRE(shipped().all().size() == 6);
  for (const Methodology& m : shipped().all()) {
    CHECK(shipped().for_activity(m.activity, kBegin2026) == &m);
    CHECK(std::filesystem::exists(shipped_folder() / (m.id + "-" + std::to_string(m.version) + ".toml")));
  }
}

TEST_CASE("shipped: paper is worth its paper, a few grams at most") {
  for (const std::string_view id : {"gt-receipt-paperless", "gt-ticket-paperless"}) {
    CHECK(act(id, "pieces", 1, 0)->estimate_mg >= 1000);
    CHECK(act(id, "pieces", 1, 0)->estimate_mg <= 3000);
  }
}

TEST_CASE("shipped: more of an act is never worth less, and nothing is credited above its estimate") {
  for (const Methodology& m : shipped().all()) {
    for (const Measured& measured : m.measured) {
      std::int64_t last = 0;
      for (std::int64_t value = 1; value < 120'000; value += 97) {
        const auto out = quantify(m, quantities({{measured.key, value}, {"s", 15'000}}), kBegin2026, kBegin2026 + 15'000);
        if (!out) continue;
        if (out->estimate_mg < last || out->credited_mg > out->estimate_mg || out->credited_mg < 0)
          FAIL_CHECK(m.id, " at ", value);
        last = out->estimate_mg;
      }
      CHECK(last > 0);
    }
  }
}

TEST_CASE("shipped: no baseline is without uncertainty, unless it is nothing") {
  for (const Methodology& m : shipped().all()) {
    for (const Term& term : m.terms) CHECK((term.factor_ug == 0 || term.uncertainty_ppm > 0));
  }
}

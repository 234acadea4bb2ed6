// SPDX-License-Identifier: Apache-2.0
// Each limit at its edge: what it lets through last, and what it stops first.
#include <limits>
#include <optional>

#include <doctest/doctest.h>

#include "tests/unit/measure/samples.hpp"

using namespace greentill;
using namespace greentill::measure;
using namespace greentill::test;

namespace {

constexpr std::int64_t kLeast64 = std::numeric_limits<std::int64_t>::min();

// Nothing where it is claimed.
std::optional<Unclaimable> outcome(const Methodology& methodology, const claim::Quantities& list, std::int64_t begin,
                                   std::int64_t end) {
  const auto result = quantify(methodology, list, begin, end);
  return result ? std::nullopt : std::optional(result.error());
}

std::optional<Unclaimable> ride(std::int64_t metres, std::int64_t seconds) {
  static const Methodology kMethodology = accepted(kFullMethodology);
  return outcome(kMethodology, quantities({{"m.odometer", metres}}), kBegin2026, kBegin2026 + seconds);
}

}  // namespace

TEST_CASE("limits: least and most plausible amount") {
  CHECK(ride(99, 1000) == Unclaimable::below_minimum);
  CHECK(ride(100, 1000) == std::nullopt);
  CHECK(ride(50'000, 7200) == std::nullopt);
  CHECK(ride(50'001, 7200) == Unclaimable::implausible);
}

TEST_CASE("limits: they hold for the amount after the multiplier") {
  const Methodology m = accepted(kFullMethodology);  // m.stations · 1.25
  CHECK(outcome(m, quantities({{"m.stations", 79}}), kBegin2026, kBegin2026 + 100) == Unclaimable::below_minimum);
  CHECK(outcome(m, quantities({{"m.stations", 80}}), kBegin2026, kBegin2026 + 100) == std::nullopt);
  CHECK(outcome(m, quantities({{"m.stations", 40'001}}), kBegin2026, kBegin2026 + 7200) == Unclaimable::implausible);
}

TEST_CASE("limits: above max_credited an event counts as that much, below it whole") {
  const Methodology m = accepted(kFullMethodology);
  const auto at = [&](std::int64_t metres) {
    return *quantify(m, quantities({{"m.odometer", metres}}), kBegin2026, kBegin2026 + 7200);
  };
  CHECK_FALSE(at(10'000).capped);
  CHECK(at(10'001).capped);
  CHECK(at(10'001).measured == 10'000);
  CHECK(at(50'000).estimate_mg == at(10'000).estimate_mg);
  CHECK(at(50'000).credited_mg == at(10'000).credited_mg);
  CHECK(at(9'999).estimate_mg < at(10'000).estimate_mg);
}

TEST_CASE("limits: shortest and longest duration") {
  CHECK(ride(100, 59) == Unclaimable::implausible);
  CHECK(ride(100, 60) == std::nullopt);
  CHECK(ride(100, 7200) == std::nullopt);
  CHECK(ride(100, 7201) == Unclaimable::implausible);
}

TEST_CASE("limits: those of an account change no amount and stop no event by themselves") {
  const auto amount = [](const Methodology& m) {
    return *quantify(m, quantities({{"m.odometer", 2'000}}), kBegin2026, kBegin2026 + 100);
  };
  const Quantified with_them = amount(accepted(kFullMethodology));
  std::string text = with(kFullMethodology, "account_events_per_day = 12\n", "");
  text = with(text, "account_min_interval_s = 300\n", "");
  const Quantified without = amount(accepted(text));
  CHECK(with_them.estimate_mg == without.estimate_mg);
  CHECK(with_them.credited_mg == without.credited_mg);
}

TEST_CASE("limits: speed, compared without dividing") {
  CHECK(ride(2'000, 100) == std::nullopt);  // exactly 20 m/s
  CHECK(ride(2'001, 100) == Unclaimable::implausible);
  CHECK(ride(2'019, 101) == std::nullopt);
  CHECK(ride(2'021, 101) == Unclaimable::implausible);
}

TEST_CASE("limits: a reported duration counts in place of begin and end") {
  const Methodology m = accepted(kFullMethodology);
  const auto reported = quantities({{"m.odometer", 1000}, {"s", 100}});
  CHECK(outcome(m, reported, kBegin2026, kBegin2026) == std::nullopt);
  CHECK(outcome(m, reported, kBegin2026, kBegin2026 + 90'000) == std::nullopt);
  CHECK(outcome(m, quantities({{"m.odometer", 1000}, {"s", 0}}), kBegin2026, kBegin2026 + 100) == Unclaimable::implausible);
}

TEST_CASE("limits: a distance in no time or in negative time is implausible") {
  const Methodology m = accepted(with(kFullMethodology, "min_duration_s = 60\n", ""));
  const auto metres = quantities({{"m.odometer", 1000}});
  CHECK(outcome(m, metres, kBegin2026, kBegin2026) == Unclaimable::implausible);
  CHECK(outcome(m, metres, kBegin2026 + 100, kBegin2026) == Unclaimable::implausible);
}

TEST_CASE("limits: a claim whose begin lies at the end of the range is refused without overflow") {
  CHECK(outcome(accepted(kFullMethodology), quantities({{"m.odometer", 1000}}), kLeast64, kBegin2026) ==
        Unclaimable::implausible);
  CHECK(outcome(accepted(kLeastMethodology), quantities({{"pieces", 1}}), kLeast64, std::numeric_limits<std::int64_t>::max()) ==
        std::nullopt);
}

TEST_CASE("limits: an event counts by the version in force when it ended") {
  const Methodology m = accepted(kFullMethodology);
  const auto metres = quantities({{"m.odometer", 1000}});
  constexpr std::int64_t kFrom = 1'709'164'800;
  constexpr std::int64_t kUntil = 1'893'456'000;
  CHECK(outcome(m, metres, kFrom - 101, kFrom - 1) == Unclaimable::outside_validity);
  CHECK(outcome(m, metres, kFrom - 100, kFrom) == std::nullopt);
  CHECK(outcome(m, metres, kUntil - 101, kUntil - 1) == std::nullopt);
  CHECK(outcome(m, metres, kUntil - 100, kUntil) == Unclaimable::outside_validity);
}

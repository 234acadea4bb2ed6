// SPDX-License-Identifier: Apache-2.0
// The methodologies as shipped. The amounts were computed with exact rationals from docs/methodologies.md, not by the daemon:
// they change only when a file does, and a file changes only with its version.
#include <algorithm>
#include <set>
#include <vector>

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
      {"gt-ride-rail-intercity", "m.track", 10000, 600, 285800, 93772},
      {"gt-ride-rail-intercity", "m.stations", 431000, 7200, 12317980, 4041607},
      {"gt-ride-rail-intercity", "m.track", 1000000, 20000, 28580000, 9377278},
      {"gt-ride-rail-intercity", "m.track", 2500000, 86400, 28580000, 9377278},
      {"gt-charge-ev", "Wh", 500, 60, 258071, 76859},
      {"gt-charge-ev", "Wh", 23450, 5400, 12103553, 3604703},
      {"gt-charge-ev", "Wh", 100000, 36000, 51614300, 15371867},
      {"gt-charge-ev", "Wh", 200000, 259200, 51614300, 15371867},
      {"gt-cutlery-none", "pieces", 1, 0, 7186, 1343},
      {"gt-cutlery-none", "pieces", 10, 0, 71860, 13431},
      {"gt-cutlery-none", "pieces", 50, 0, 71860, 13431},
      {"gt-goods-secondhand", "g.clothing", 10, 0, 26680, 12711},
      {"gt-goods-secondhand", "g.clothing", 640, 0, 1707520, 813563},
      {"gt-goods-secondhand", "g.clothing", 50000, 0, 13340000, 6355963},
      {"gt-recycle-pet", "g", 25, 0, 41125, 7262},
      {"gt-recycle-pet", "g", 5000, 0, 8225000, 1452509},
      {"gt-recycle-pet", "g", 20000, 0, 8225000, 1452509},
      {"gt-recycle-can", "g", 15, 0, 121725, 21583},
      {"gt-recycle-can", "g", 20000, 0, 40575000, 7194586},
      {"gt-recycle-paper", "g", 50, 0, 4800, 755},
      {"gt-recycle-paper", "g", 12500, 0, 1200000, 188948},
      {"gt-recycle-paper", "g", 200000, 0, 4800000, 755795},
      {"gt-recycle-textile", "g", 50, 0, 24550, 4279},
      {"gt-recycle-textile", "g", 3200, 0, 1571200, 273866},
      {"gt-recycle-textile", "g", 100000, 0, 9820000, 1711662},
      {"gt-invoice-electronic", "pieces", 1, 0, 4249, 721},
      {"gt-bill-kiosk", "pieces", 1, 0, 1183, 586},
      {"gt-bill-kiosk", "g", 2, 0, 2690, 2333},
      {"gt-bill-kiosk", "g", 20, 0, 13450, 11665},
      {"gt-parcelbox-return", "pieces", 1, 0, 37000, 11177},
      {"gt-parcelbox-return", "pieces", 20, 0, 740000, 223542},
      {"gt-parcelbox-return", "pieces", 100, 0, 740000, 223542},
      {"gt-dish-plantbased", "pieces", 1, 0, 920000, 27650},
      {"gt-dish-plantbased", "pieces", 3, 0, 2760000, 82952},
      {"gt-dish-plantbased", "pieces", 100, 0, 18400000, 553018},
      {"gt-linen-reuse", "pieces", 1, 86400, 92203, 18411},
      {"gt-linen-reuse", "pieces", 60, 86400, 922036, 184119},
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
      {"gt-ride-rail-intercity", "m.track", 9999, 600, Unclaimable::below_minimum},
      {"gt-ride-rail-intercity", "m.track", 54001, 600, Unclaimable::implausible},
      {"gt-ride-rail-intercity", "m.track", 2500001, 86400, Unclaimable::implausible},
      {"gt-ride-rail-intercity", "m.track", 600000, 129601, Unclaimable::implausible},
      {"gt-ride-rail-intercity", "pieces", 1, 600, Unclaimable::no_quantity},
      {"gt-ride-walk", "m.track", 299, 600, Unclaimable::below_minimum},
      {"gt-ride-walk", "m.track", 1801, 600, Unclaimable::implausible},
      {"gt-ride-walk", "m.track", 60001, 57600, Unclaimable::implausible},
      {"gt-ride-walk", "m.track", 9000, 57601, Unclaimable::implausible},
      {"gt-ride-walk", "m.stations", 900, 600, Unclaimable::no_quantity},
      {"gt-charge-ev", "Wh", 499, 600, Unclaimable::below_minimum},
      {"gt-charge-ev", "Wh", 200001, 36000, Unclaimable::implausible},
      {"gt-charge-ev", "Wh", 20000, 59, Unclaimable::implausible},
      {"gt-charge-ev", "Wh", 20000, 259201, Unclaimable::implausible},
      {"gt-charge-ev", "kWh", 20, 3600, Unclaimable::no_quantity},
      {"gt-cup-own", "pieces", 0, 0, Unclaimable::below_minimum},
      {"gt-cup-own", "pieces", 51, 0, Unclaimable::implausible},
      {"gt-bag-own", "g", 501, 0, Unclaimable::implausible},
      {"gt-bag-own", "pieces", 501, 0, Unclaimable::implausible},
      {"gt-cutlery-none", "pieces", 51, 0, Unclaimable::implausible},
      {"gt-cutlery-none", "g", 7, 0, Unclaimable::no_quantity},
      {"gt-goods-secondhand", "g.clothing", 9, 0, Unclaimable::below_minimum},
      {"gt-goods-secondhand", "g.clothing", 50001, 0, Unclaimable::implausible},
      {"gt-goods-secondhand", "g", 500, 0, Unclaimable::no_quantity},
      {"gt-goods-secondhand", "pieces", 1, 0, Unclaimable::no_quantity},
      {"gt-recycle-pet", "g", 4, 0, Unclaimable::below_minimum},
      {"gt-recycle-pet", "g", 20001, 0, Unclaimable::implausible},
      {"gt-recycle-pet", "pieces", 12, 0, Unclaimable::no_quantity},
      {"gt-recycle-can", "g", 4, 0, Unclaimable::below_minimum},
      {"gt-recycle-can", "g", 20001, 0, Unclaimable::implausible},
      {"gt-recycle-paper", "g", 49, 0, Unclaimable::below_minimum},
      {"gt-recycle-paper", "g", 200001, 0, Unclaimable::implausible},
      {"gt-recycle-textile", "g", 49, 0, Unclaimable::below_minimum},
      {"gt-recycle-textile", "g", 100001, 0, Unclaimable::implausible},
      {"gt-invoice-electronic", "pieces", 2, 0, Unclaimable::implausible},
      {"gt-receipt-email", "pieces", 11, 0, Unclaimable::implausible},
      {"gt-bill-kiosk", "g", 21, 0, Unclaimable::implausible},
      {"gt-parcelbox-return", "pieces", 0, 0, Unclaimable::below_minimum},
      {"gt-parcelbox-return", "pieces", 101, 0, Unclaimable::implausible},
      {"gt-dish-plantbased", "pieces", 101, 0, Unclaimable::implausible},
      {"gt-linen-reuse", "pieces", 61, 0, Unclaimable::implausible},
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
  REQUIRE(shipped().all().size() == 23);
  for (const Methodology& m : shipped().all()) {
    CAPTURE(m.id);
    CHECK(shipped().for_activity(m.activity, kBegin2026) == &m);
    CHECK(std::filesystem::exists(shipped_folder() / (m.id + "-" + std::to_string(m.version) + ".toml")));
  }
}

TEST_CASE("shipped: what a cautious reading gives nothing for gives nothing in any amount, and says why") {
  struct {
    std::string_view id;
    std::string_view key;
  } const nothing[] = {{"gt-cup-own", "pieces"},
                       {"gt-bag-own", "pieces"},
                       {"gt-bag-own", "g"},
                       {"gt-receipt-email", "pieces"},
                       {"gt-ride-walk", "m.track"}};
  std::set<std::string_view> ids;
  for (const auto& one : nothing) {
    CAPTURE(std::string(one.id));
    ids.insert(one.id);
    std::size_t claimable = 0;
    for (std::int64_t value = 1; value < 60'000; value += value < 60 ? 1 : 59) {
      const auto out = act(one.id, one.key, value, 50'000);
      if (!out) continue;
      ++claimable;
      if (out->estimate_mg != 0 || out->credited_mg != 0) FAIL_CHECK("worth something at ", value);
    }
    CHECK(claimable >= 10);
  }
  for (const Methodology& m : shipped().all()) {
    CAPTURE(m.id);
    CHECK(m.zero_reason.empty() != (ids.count(m.id) == 1));
  }
}

TEST_CASE("shipped: an own cup pays back after 48 uses, an own bag after 173 thin ones, by the files' own numbers") {
  const auto factors = [](std::string_view id) {
    std::vector<std::int64_t> all;
    for (const Term& term : shipped(id).terms) all.push_back(term.factor_ug);
    return all;
  };
  const auto cup = factors("gt-cup-own");  // a disposable one, washing, making
  REQUIRE(cup.size() == 3);
  CHECK(48 * (cup[0] - cup[1]) == cup[2]);
  const auto bag = factors("gt-bag-own");
  REQUIRE(bag.size() == 2);
  CHECK(bag[1] == (173 * 291'650'513LL + 99'999) / 100'000);
}

TEST_CASE("shipped: paper is worth its paper, a few grams at most") {
  for (const std::string_view id : {"gt-receipt-paperless", "gt-ticket-paperless", "gt-bill-kiosk"}) {
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
      CHECK((last > 0) == m.zero_reason.empty());
    }
  }
}

TEST_CASE("shipped: no baseline is without uncertainty, unless it is nothing") {
  for (const Methodology& m : shipped().all()) {
    for (const Term& term : m.terms) CHECK((term.factor_ug == 0 || term.uncertainty_ppm > 0));
  }
}

TEST_CASE("shipped: each says how often one account may repeat its act, and a ride how soon") {
  for (const Methodology& m : shipped().all()) {
    CAPTURE(m.id);
    CHECK(m.limits.account_events_per_day);
    if (m.activity.rfind("ride.", 0) == 0 || m.activity == "charge.ev") CHECK(m.limits.account_min_interval_s);
  }
}

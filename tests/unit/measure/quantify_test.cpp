// SPDX-License-Identifier: Apache-2.0
#include "daemon/measure/quantify.hpp"

#include <limits>

#include <doctest/doctest.h>

#include "tests/unit/measure/samples.hpp"

using namespace greentill;
using namespace greentill::measure;
using namespace greentill::test;

namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

Result<Quantified, Unclaimable> at_2026(const Methodology& methodology, const claim::Quantities& list) {
  return quantify(methodology, list, kBegin2026, kBegin2026 + 100);
}

Quantified claimed(const Methodology& methodology, const claim::Quantities& list) {
  const auto result = at_2026(methodology, list);
  if (!result) FAIL(to_string(result.error()));
  return *result;
}

Unclaimable unclaimed(const Methodology& methodology, const claim::Quantities& list) {
  const auto result = at_2026(methodology, list);
  if (result) FAIL("claimed ", result->estimate_mg, " mg");
  return result.error();
}

Methodology one_gram(std::string_view factor = "1", std::string_view more = "") {
  const std::string text = with(kLeastMethodology, "factor = \"1\"", "factor = \"" + std::string(factor) + "\"");
  return accepted(with(text, "[limits]", std::string(more) + "[limits]"));
}

std::string term(std::string_view kind, std::string_view factor, std::string_view relative) {
  return "[[" + std::string(kind) + "]]\nid = \"x\"\nfactor = \"" + std::string(factor) +
         "\"\nunit = \"gCO2e/piece\"\nsource = { publisher = \"p\", document = \"d\", table = \"t\", region = \"r\", year = "
         "\"1\" }\n"
         "uncertainty = { rule = \"expert\", relative = \"" +
         std::string(relative) + "\", reason = \"r\" }\n";
}

}  // namespace

TEST_CASE("quantify: exact numbers are credited whole") {
  const Quantified out = claimed(one_gram(), quantities({{"pieces", 3}}));
  CHECK(out.estimate_mg == 3000);
  CHECK(out.credited_mg == 3000);
  CHECK(out.measured == 3);
  CHECK_FALSE(out.capped);
}

TEST_CASE("quantify: factor, displacement and every uncertainty, by hand") {
  // 1000 m · 39,000 µg · 0.8 = 31.2 g. R_f = ⌈√((50000·57736)² + (10000·300000)² + (1000·400000)²) / 39000⌉ = 107245 ppm;
  // R = ⌈√(107245² + 10001² + 100000²)⌉ = 146974 ppm; 31.2 g · (1 − 1.645 · 0.146974) = 23.656… g.
  const Quantified out = claimed(accepted(kFullMethodology), quantities({{"m.odometer", 1000}}));
  CHECK(out.estimate_mg == 31'200);
  CHECK(out.credited_mg == 23'656);
}

TEST_CASE("quantify: the first key of the methodology's list is taken, whatever the order and the rest") {
  const Methodology m = accepted(kFullMethodology);
  CHECK(claimed(m, quantities({{"m.stations", 999}, {"m.odometer", 1000}, {"pieces", 7}})).measured == 1000);
  const Quantified stations = claimed(m, quantities({{"pieces", 7}, {"m.stations", 999}}));
  CHECK(stations.measured == 1248);  // ⌊999 · 1.25⌋
  CHECK(stations.estimate_mg == 38'937);
  CHECK(stations.credited_mg == 23'052);
}

TEST_CASE("quantify: estimate and credit are rounded down once each") {
  // 1.9999 mg and, at 10 %, 1.9999 · 0.8355 = 1.6709 mg.
  const Methodology m = accepted(with(kLeastMethodology, "factor = \"1\"", "factor = \"0.0019999\""));
  CHECK(claimed(m, quantities({{"pieces", 1}})).estimate_mg == 1);
  CHECK(claimed(m, quantities({{"pieces", 10}})).estimate_mg == 19);
  const Methodology coarse = accepted(with(with(kLeastMethodology, "factor = \"1\"", "factor = \"0.0019999\""),
                                           "{ rule = \"exact\", reason = \"by definition\" }",
                                           "{ rule = \"expert\", relative = \"0.1\", reason = \"r\" }"));
  CHECK(claimed(coarse, quantities({{"pieces", 1}})).credited_mg == 1);
  CHECK(claimed(coarse, quantities({{"pieces", 10}})).credited_mg == 16);
}

TEST_CASE("quantify: a net factor of nothing or less is worth nothing") {
  for (const std::string_view spent : {"1", "1.000001", "500"}) {
    const Quantified out = claimed(one_gram("1", term("project_term", spent, "0.3")), quantities({{"pieces", 3}}));
    CHECK(out.estimate_mg == 0);
    CHECK(out.credited_mg == 0);
    CHECK(out.measured == 3);
  }
}

TEST_CASE("quantify: leakage is subtracted like the project") {
  CHECK(claimed(one_gram("1", term("leakage_term", "0.25", "0")), quantities({{"pieces", 4}})).estimate_mg == 3000);
}

TEST_CASE("quantify: an uncertainty beyond 60.8 % is credited nothing, one below it something") {
  const auto with_relative = [](std::string_view relative) {
    return accepted(with(kLeastMethodology, "{ rule = \"exact\", reason = \"by definition\" }",
                         "{ rule = \"expert\", relative = \"" + std::string(relative) + "\", reason = \"r\" }"));
  };
  CHECK(claimed(with_relative("0.607903"), quantities({{"pieces", 1'000'000}})).credited_mg == 0);
  CHECK(claimed(with_relative("0.607902"), quantities({{"pieces", 1'000'000}})).credited_mg == 1210);
  const Quantified none = claimed(with_relative("10"), quantities({{"pieces", 1}}));
  CHECK(none.credited_mg == 0);
  CHECK(none.estimate_mg == 1000);
}

TEST_CASE("quantify: a small difference of large terms is as uncertain as they are") {
  // 100 g ± 1 % less 99 g ± 1 % is 1 g ± 141 %.
  const Methodology m = accepted(with(with(kLeastMethodology, "factor = \"1\"", "factor = \"100\""),
                                      "{ rule = \"exact\", reason = \"by definition\" }",
                                      "{ rule = \"expert\", relative = \"0.01\", reason = \"r\" }"));
  CHECK(claimed(m, quantities({{"pieces", 1}})).credited_mg == 98'355);
  std::string text = with(kLeastMethodology, "factor = \"1\"", "factor = \"100\"");
  text = with(text, "{ rule = \"exact\", reason = \"by definition\" }",
              "{ rule = \"expert\", relative = \"0.01\", reason = \"r\" }");
  text = with(text, "[limits]", term("project_term", "99", "0.01") + "[limits]");
  CHECK(claimed(accepted(text), quantities({{"pieces", 1}})).estimate_mg == 1000);
  CHECK(claimed(accepted(text), quantities({{"pieces", 1}})).credited_mg == 0);
}

TEST_CASE("quantify: no quantity, another's quantity, a negative one") {
  const Methodology m = one_gram();
  CHECK(unclaimed(m, {}) == Unclaimable::no_quantity);
  CHECK(unclaimed(m, quantities({{"piece", 1}, {"g", 5}})) == Unclaimable::no_quantity);
  CHECK(unclaimed(m, quantities({{"pieces", -1}})) == Unclaimable::negative);
  CHECK(unclaimed(m, quantities({{"pieces", 1}, {"g", -1}})) == Unclaimable::negative);
  CHECK(unclaimed(m, quantities({{"pieces", std::numeric_limits<std::int64_t>::min()}})) == Unclaimable::negative);
  CHECK(unclaimed(m, quantities({{"pieces", 0}})) == Unclaimable::below_minimum);
}

TEST_CASE("quantify: the largest amounts are computed exactly, larger ones refused") {
  // One gram a piece: milligrams fit 64 bits up to ⌊(2^63 − 1)/1000⌋ pieces.
  const Methodology m = one_gram();
  constexpr std::int64_t kLast = kMost / 1000;
  CHECK(claimed(m, quantities({{"pieces", kLast}})).estimate_mg == kLast * 1000);
  CHECK(claimed(m, quantities({{"pieces", kLast}})).credited_mg == kLast * 1000);
  CHECK(unclaimed(m, quantities({{"pieces", kLast + 1}})) == Unclaimable::overflow);
  CHECK(unclaimed(m, quantities({{"pieces", kMost}})) == Unclaimable::overflow);
  CHECK(claimed(one_gram("0.001"), quantities({{"pieces", kMost}})).estimate_mg == kMost);
}

TEST_CASE("quantify: a multiplier that takes the amount out of 64 bits is refused") {
  const Methodology m =
      accepted(with(kLeastMethodology, "key = \"pieces\"", "key = \"pieces\"\nmultiplier = \"2\"\nreason = \"pairs\""));
  CHECK(unclaimed(m, quantities({{"pieces", kMost / 2 + 1}})) == Unclaimable::overflow);
  const Methodology small =
      accepted(with(kLeastMethodology, "key = \"pieces\"", "key = \"pieces\"\nmultiplier = \"1000000\"\nreason = \"crates\""));
  CHECK(unclaimed(small, quantities({{"pieces", kMost}})) == Unclaimable::overflow);
}

TEST_CASE("quantify: terms whose squares leave 128 bits are refused") {
  // 10^12 µg at 1000 % have a square of 10^38; 2^127 is 1.7·10^38.
  const Methodology one = one_gram("1", term("baseline_term", "1000000", "10"));
  CHECK(claimed(one, quantities({{"pieces", 1}})).estimate_mg == 1'000'001'000);
  CHECK(claimed(one, quantities({{"pieces", 1}})).credited_mg == 0);
  const Methodology two = one_gram("1", term("baseline_term", "1000000", "10") + term("baseline_term", "1000000", "10"));
  CHECK(unclaimed(two, quantities({{"pieces", 1}})) == Unclaimable::overflow);
}

TEST_CASE("quantify: every reason has words of its own") {
  const Unclaimable all[] = {Unclaimable::no_quantity, Unclaimable::negative,         Unclaimable::below_minimum,
                             Unclaimable::implausible, Unclaimable::outside_validity, Unclaimable::overflow};
  for (const Unclaimable a : all) {
    CHECK(std::string_view(to_string(a)) != "unknown");
    for (const Unclaimable b : all) CHECK((a == b) == (std::string_view(to_string(a)) == to_string(b)));
  }
}

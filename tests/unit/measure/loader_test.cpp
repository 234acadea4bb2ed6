// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <doctest/doctest.h>

#include "tests/unit/measure/samples.hpp"

using namespace greentill;
using namespace greentill::measure;
using namespace greentill::test;

namespace {

struct Wrong {
  std::string_view from;
  std::string_view to;
  std::string_view message;  // follows "sample.toml:line:column: key "
};

void check_refused(std::string_view text, const Wrong& wrong) {
  CAPTURE(std::string(wrong.to));
  const std::string message = refusal(with(text, wrong.from, wrong.to));
  CAPTURE(message);
  CHECK(message.rfind("sample.toml:", 0) == 0);
  CHECK(message.find(std::string(": key ").append(wrong.message)) != std::string::npos);
}

}  // namespace

TEST_CASE("loader: every field arrives") {
  const Methodology m = accepted(kFullMethodology);
  CHECK(m.id == "test-ride");
  CHECK(m.version == 7);
  CHECK(m.title == "A ride for tests");
  CHECK(m.activity == "ride.test");
  CHECK(m.exclusive_group == "ride");
  CHECK(m.event_line == EventLine::each_line);
  CHECK(m.boundary == "well-to-wheel");
  CHECK(m.evidence_grade == "metered");
  CHECK(m.baseline == "half by car, half on foot");
  CHECK(m.region == "nowhere");
  CHECK(m.zero_reason == "there and back is nowhere");
  CHECK(m.valid_from == 1'709'164'800);
  CHECK(m.valid_until == 1'893'456'000);
  REQUIRE(m.measured.size() == 2);
  CHECK(m.measured[0].key == "m.odometer");
  CHECK(m.measured[0].multiplier_ppm == 1'000'000);
  CHECK(m.measured[0].uncertainty_ppm == 10'001);    // 0.0100001, upwards
  CHECK(m.measured[1].multiplier_ppm == 1'250'000);  // 1.2500009, downwards
  CHECK(m.displacement_ppm == 800'000);
  REQUIRE(m.uncertainties.size() == 1);
  CHECK(m.uncertainties[0].relative_ppm == 100'000);
  CHECK(m.uncertainties[0].source.publisher == "P7");
  CHECK(m.limits.min == 100);
  CHECK(m.limits.max_credited == 10'000);
  CHECK(m.limits.max_plausible == 50'000);
  CHECK(m.limits.min_duration_s == 60);
  CHECK(m.limits.max_duration_s == 7'200);
  CHECK(m.limits.max_speed_mm_per_s == 20'000);
  CHECK(m.limits.account_events_per_day == 12);
  CHECK(m.limits.account_min_interval_s == 300);
}

TEST_CASE("loader: terms in µg per base unit, with role, uncertainty and source") {
  const Methodology m = accepted(kFullMethodology);
  REQUIRE(m.terms.size() == 4);
  const std::int64_t factors[] = {50'000, 0, 10'000, 1'000};
  const Role roles[] = {Role::baseline, Role::baseline, Role::project, Role::leakage};
  const std::uint32_t uncertainties[] = {57'736, 0, 300'000, 400'000};  // 20/2/√3/100 = 0.0577350…
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(m.terms[i].factor_ug == factors[i]);
    CHECK(m.terms[i].role == roles[i]);
    CHECK(m.terms[i].uncertainty_ppm == uncertainties[i]);
  }
  const Source& source = m.terms[3].source;
  CHECK(source.publisher + source.document + source.table + source.region + source.year == "P6D6T6R62026");
}

TEST_CASE("loader: what may be left out has its default") {
  const Methodology m = accepted(kLeastMethodology);
  CHECK(m.exclusive_group == "piece.test");
  CHECK(m.event_line == EventLine::whole_event);
  CHECK_FALSE(m.valid_until);
  CHECK(m.zero_reason.empty());
  CHECK(m.displacement_ppm == 1'000'000);
  CHECK(m.uncertainties.empty());
  CHECK(m.limits.min == 1);
  CHECK_FALSE(m.limits.max_credited);
  CHECK_FALSE(m.limits.max_plausible);
  CHECK_FALSE(m.limits.max_speed_mm_per_s);
  CHECK_FALSE(m.limits.account_events_per_day);
  CHECK_FALSE(m.limits.account_min_interval_s);
}

TEST_CASE("loader: every required field of the head is missed by its name") {
  for (const std::string_view key : {"id", "version", "title", "activity", "event_line", "boundary", "evidence_grade", "region",
                                     "valid_from", "base_unit", "baseline"}) {
    const std::string_view head = kLeastMethodology.substr(0, kLeastMethodology.find("[["));
    const std::size_t at = head.find("\n" + std::string(key) + " = ");
    const std::size_t begin = at == std::string_view::npos ? 0 : at + 1;  // the first line has no line before it
    const std::string_view line = kLeastMethodology.substr(begin, kLeastMethodology.find('\n', begin) + 1 - begin);
    const std::string message =
        refusal(std::string(kLeastMethodology.substr(0, begin)).append(kLeastMethodology.substr(begin + line.size())));
    CAPTURE(message);
    CHECK(message.find("key '" + std::string(key) + "' is missing") != std::string::npos);
  }
}

TEST_CASE("loader: a wrong field of the head is refused") {
  const Wrong cases[] = {
      {"id = \"test-piece\"", "id = \"\"", "'id' must be 1 to 32 bytes"},
      {"id = \"test-piece\"", "id = \"a-name-of-thirty-three-bytes-long\"", "'id' must be 1 to 32 bytes"},
      {"version = 1", "version = 0", "'version' must be a whole number from 1"},
      {"version = 1", "version = 1000001", "'version' must be a whole number from 1 to 1000000"},
      {"version = 1", "version = 1.0", "'version' must be a whole number"},
      {"version = 1", "version = \"1\"", "'version' must be a whole number"},
      {"title = \"A piece\"", "title = \"\"", "'title' must not be empty"},
      {"title = \"A piece\"", "title = 5", "'title' must be a text in quotes"},
      {"activity = \"piece.test\"", "activity = \"\"", "'activity' must be 1 to 32 bytes"},
      {"activity = \"piece.test\"", "activity = \"x\"\nexclusive_group = \"\"", "'exclusive_group' must be 1 to 32 bytes"},
      {"event_line = \"event\"", "event_line = \"lines\"", "'event_line' must be \"event\" or \"line\""},
      {"\"life-cycle\"", "\"cradle-to-gate\"", "'boundary' must be \"tank-to-wheel\", \"well-to-wheel\" or \"life-cycle\""},
      {"\"declared\"", "\"guessed\"", "'evidence_grade' must be \"metered\", \"scanned\" or \"declared\""},
      {"region = \"nowhere\"", "region = \"\"", "'region' must not be empty"},
      {"baseline = \"a gram\"", "baseline = \"\"", "'baseline' must not be empty"},
      {"baseline = \"a gram\"", "baseline = \"a gram\"\nzero_reason = \"\"", "'zero_reason' must not be empty"},
      {"base_unit = \"piece\"", "base_unit = \"mile\"",
       "'base_unit' must be \"metre\", \"milligram\", \"piece\" or \"watt-hour\""},
      {"version = 1", "version = 1\nversoin = 1", "'versoin' is not known here; did you mean 'version'?"},
      {"[limits]", "[caps]\nday = 1\n[limits]", "'caps' is not known here"},
  };
  for (const Wrong& wrong : cases) check_refused(kLeastMethodology, wrong);
}

TEST_CASE("loader: dates are calendar days and in order") {
  for (const std::string_view date : {"2023-02-29", "2024-13-01", "2024-00-10", "2024-01-32", "20240101", "2024-1-1",
                                      "2024/01/01", "2024-01-01T00:00:00Z", "-202-01-01", "+202-01-01", "", "today"}) {
    check_refused(kLeastMethodology, {"\"2020-01-01\"", "\"" + std::string(date) + "\"", "'valid_from' must be a date like"});
  }
  check_refused(kLeastMethodology, {"\"2020-01-01\"", "2020-01-01", "'valid_from' must be a text in quotes"});
  for (const std::string_view until : {"2024-02-29", "2024-02-28"}) {
    check_refused(kFullMethodology,
                  {"\"2030-01-01\"", "\"" + std::string(until) + "\"", "'valid_until' must be later than 'valid_from'"});
  }
}

TEST_CASE("loader: a wrong quantity is refused") {
  const Wrong cases[] = {
      {"key = \"m.odometer\"", "key = \"\"", "'quantity[0].key' must be 1 to 32 bytes"},
      {"key = \"m.stations\"", "key = \"m.odometer\"", "'quantity[1].key' is there twice"},
      {"multiplier = \"1.2500009\"", "multiplier = 1.25", "'quantity[1].multiplier' must be a text in quotes"},
      {"multiplier = \"1.2500009\"", "multiplier = \"0.0000001\"", "'quantity[1].multiplier' must be above \"0\""},
      {"multiplier = \"1.2500009\"", "multiplier = \"1000001\"", "'quantity[1].multiplier' must be above \"0\" and at most"},
      {"multiplier = \"1.2500009\"", "multiplier = \"-1\"", "'quantity[1].multiplier' must be a decimal number"},
      {"multiplier = \"1.2500009\"\nsource", "multiplier = \"1.25\"\nsorce",
       "'quantity[1].sorce' is not known here; did you mean 'source'?"},
      {"key = \"m.odometer\"", "key = \"m\"\nmultiplier = \"2\"", "'quantity[0].reason' is missing"},
      {"key = \"m.odometer\"", "key = \"m\"\nmultiplier = \"2\"\nreason = \"\"", "'quantity[0].reason' must not be empty"},
  };
  for (const Wrong& wrong : cases) check_refused(kFullMethodology, wrong);
  check_refused(kLeastMethodology, {"[[quantity]]\nkey = \"pieces\"\nuncertainty = { rule = \"exact\", reason = \"counted\" }\n",
                                    "", "'quantity' must list at least one quantity"});
}

TEST_CASE("loader: a wrong term is refused") {
  const Wrong cases[] = {
      {"id = \"the vehicle\"", "id = \"\"", "'project_term[0].id' must not be empty"},
      {"factor = \"0.01\"", "factor = 0.01", "'project_term[0].factor' must be a text in quotes"},
      {"factor = \"0.01\"", "factor = \"-0.01\"", "'project_term[0].factor' must be a decimal number in quotes, not negative"},
      {"factor = \"0.01\"", "factor = \"0.0100000000001\"",
       "'project_term[0].factor' must be a decimal number in quotes, not negative, with"},
      {"factor = \"0.01\"", "factor = \"1000001\"", "'project_term[0].factor' or its share is too large"},
      {"unit = \"kgCO2e/km\"", "unit = \"kgCO2e/kg\"", "'project_term[0].unit' is no unit of a factor per metre"},
      {"unit = \"kgCO2e/km\"", "unit = \"kgCO2/km\"", "'project_term[0].unit' is no unit of a factor per metre"},
      {"note = \"a round number\"", "notes = \"a round number\"",
       "'baseline_term[0].notes' is not known here; did you mean 'note'?"},
      {"share = \"0.5\"\nfactor = \"100\"", "share = \"0.4\"\nfactor = \"100\"",
       "'baseline_term' has shares that do not add up to 1"},
      {"share = \"0.5\"\nfactor = \"100\"", "factor = \"100\"", "'baseline_term' has shares that do not add up to 1"},
      {"share = \"0.5\"\nfactor = \"100\"", "share = \"1.5\"\nfactor = \"100\"",
       "'baseline_term[0].factor' or its share is too large"},
      {"share = \"0.5\"\nfactor = \"100\"", "share = \"0.5000001\"\nfactor = \"100\"",
       "'baseline_term[0].share' must be a decimal"},
      {"share = \"0.5\"\nfactor = \"0\"", "share = \"9223372036854\"\nfactor = \"0\"",
       "'baseline_term[1].factor' or its share is too large"},
      {"factor = \"1.000\"", "factor = \"1\"\nshare = \"0.9\"", "'leakage_term' has shares that do not add up to 1"},
  };
  for (const Wrong& wrong : cases) check_refused(kFullMethodology, wrong);
  check_refused(kLeastMethodology, {"[[baseline_term]]", "[[project_term]]", "'baseline_term' must be there at least once"});
}

TEST_CASE("loader: a number without its whole source is refused") {
  const std::string_view source = R"(source = { publisher = "P5", document = "D5", table = "T5", region = "R5", year = "2025" })";
  check_refused(kFullMethodology, {source, "", "'project_term[0].source' is missing"});
  check_refused(kFullMethodology, {source, "source = \"P5\"", "'project_term[0].source' must be a table"});
  const Wrong cases[] = {
      {"publisher = \"P5\", ", "", "'project_term[0].source.publisher' is missing"},
      {"document = \"D5\", ", "", "'project_term[0].source.document' is missing"},
      {"table = \"T5\", ", "", "'project_term[0].source.table' is missing"},
      {"region = \"R5\", ", "", "'project_term[0].source.region' is missing"},
      {", year = \"2025\"", "", "'project_term[0].source.year' is missing"},
      {"year = \"2025\"", "year = 2025", "'project_term[0].source.year' must be a text in quotes"},
      {"publisher = \"P5\"", "publisher = \"\"", "'project_term[0].source.publisher' must not be empty"},
      {"publisher = \"P5\"", "publisher = \"P5\", page = \"3\"", "'project_term[0].source.page' is not known here"},
      {"publisher = \"P2\", ", "", "'quantity[1].source.publisher' is missing"},
      {"publisher = \"P7\", ", "", "'displacement.source.publisher' is missing"},
      {"publisher = \"P8\", ", "", "'displacement.uncertainty.source.publisher' is missing"},
  };
  for (const Wrong& wrong : cases) check_refused(kFullMethodology, wrong);
}

TEST_CASE("loader: a wrong displacement is refused") {
  const Wrong cases[] = {
      {"share = \"0.8\"", "share = \"1.000001\"", "'displacement.share' must be at most \"1\""},
      {"share = \"0.8\"", "share = 1", "'displacement.share' must be a text in quotes"},
      {"share = \"0.8\"", "shares = \"1\"", "'displacement.shares' is not known here; did you mean 'share'?"},
      {"id = \"rides that would have been made at all\"\n", "", "'displacement.id' is missing"},
      {"[displacement.uncertainty]", "[displacement.uncertainity]",
       "'displacement.uncertainity' is not known here; did you mean 'uncertainty'?"},
  };
  for (const Wrong& wrong : cases) check_refused(kFullMethodology, wrong);
}

TEST_CASE("loader: wrong limits are refused") {
  const Wrong cases[] = {
      {"reason = \"round numbers\"\n", "", "'limits.reason' is missing"},
      {"reason = \"round numbers\"", "reason = \"\"", "'limits.reason' must not be empty"},
      {"min = 100", "min = 0", "'limits.min' must be a whole number from 1"},
      {"min = 100", "min = \"100\"", "'limits.min' must be a whole number"},
      {"max_credited = 10000", "max_credited = 1e4", "'limits.max_credited' must be a whole number"},
      {"max_credited = 10000", "max_credited = 99", "'limits.max_credited' is below 'min'"},
      {"max_plausible = 50000", "max_plausible = 99", "'limits.max_plausible' is below 'min'"},
      {"max_plausible = 50000", "max_plausible = 0", "'limits.max_plausible' must be a whole number from 1"},
      {"min_duration_s = 60", "min_duration_s = -1", "'limits.min_duration_s' must be a whole number from 0"},
      {"max_duration_s = 7200", "max_duration_s = 59", "'limits.max_duration_s' is below 'min_duration_s'"},
      {"max_speed_mm_per_s = 20000", "max_speed_mm_per_s = 1000001",
       "'limits.max_speed_mm_per_s' must be a whole number from 1 to 1000000"},
      {"max_speed_mm_per_s = 20000", "max_speed = 20", "'limits.max_speed' is not known here"},
      {"events_per_day = 12", "events_per_day = 0", "'limits.account_events_per_day' must be a whole number from 1 to 1000"},
      {"events_per_day = 12", "events_per_day = 1001", "'limits.account_events_per_day' must be a whole number from 1 to 1000"},
      {"interval_s = 300", "interval_s = 0", "'limits.account_min_interval_s' must be a whole number from 1 to 86400"},
      {"interval_s = 300", "interval_s = 86401", "'limits.account_min_interval_s' must be a whole number from 1 to 86400"},
  };
  for (const Wrong& wrong : cases) check_refused(kFullMethodology, wrong);
  check_refused(kLeastMethodology, {"[limits]\nreason = \"none\"\n", "", "'limits' is missing"});
  check_refused(kLeastMethodology, {"reason = \"none\"", "reason = \"none\"\nmax_speed_mm_per_s = 5",
                                    "'limits.max_speed_mm_per_s' limits quantities in metres"});
}

TEST_CASE("loader: only UTF-8 with LF and without a byte-order mark") {
  CHECK(
      refusal("\xEF\xBB\xBF" + std::string(kLeastMethodology)).rfind("sample.toml: must be UTF-8 without a byte-order mark", 0) ==
      0);
  CHECK(refusal(with(kLeastMethodology, "version = 1\n", "version = 1\r\n")).find("ended by LF alone") != std::string::npos);
  CHECK(refusal(with(kLeastMethodology, "A piece", "A \xE9piece")).rfind("sample.toml:3:", 0) == 0);
  CHECK(refusal("").find("key 'id' is missing") != std::string::npos);
  CHECK(refusal(with(kLeastMethodology, "[limits]", "[limits")).rfind("sample.toml:", 0) == 0);
}

TEST_CASE("loader: each unit of a factor becomes µg per base unit") {
  struct {
    std::string_view base;
    std::string_view unit;
    std::int64_t factor_ug;
  } const cases[] = {{"metre", "gCO2e/km", 1'000},          {"metre", "kgCO2e/km", 1'000'000},
                     {"milligram", "kgCO2e/t", 1},          {"milligram", "kgCO2e/kg", 1'000},
                     {"piece", "gCO2e/piece", 1'000'000},   {"watt-hour", "gCO2e/kWh", 1'000},
                     {"watt-hour", "kgCO2e/kWh", 1'000'000}};
  for (const auto& one : cases) {
    const std::string text = with(kLeastMethodology, "base_unit = \"piece\"", "base_unit = \"" + std::string(one.base) + "\"");
    CHECK(accepted(with(text, "gCO2e/piece", one.unit)).terms[0].factor_ug == one.factor_ug);
  }
}

TEST_CASE("loader: a share of a factor is rounded to the cautious side") {
  // 0.0015 g/km are 1.5 µg a metre: one is spared, two are spent.
  std::string baseline = with(kFullMethodology, "share = \"0.5\"\nfactor = \"100\"", "share = \"0.5\"\nfactor = \"0.003\"");
  baseline = with(baseline, "\"100\", \"120\"", "\"0.003\", \"0.004\"");
  const Methodology m = accepted(with(baseline, "factor = \"1.000\"", "factor = \"0.0015\""));
  CHECK(m.terms[0].factor_ug == 1);
  CHECK(m.terms[3].factor_ug == 2);
}

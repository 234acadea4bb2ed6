// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/unit/measure/samples.hpp"

using namespace greentill;
using namespace greentill::measure;
using namespace greentill::test;

namespace {

constexpr std::string_view kExact = R"({ rule = "exact", reason = "by definition" })";

std::string least(std::string_view factor, std::string_view uncertainty) {
  const std::string text = with(kLeastMethodology, "factor = \"1\"", "factor = \"" + std::string(factor) + "\"");
  return with(text, kExact, uncertainty);
}

std::string rectangular(std::string_view values, std::string_view sources = R"("a", "b")") {
  return "{ rule = \"rectangular\", values = [" + std::string(values) + "], sources = [" + std::string(sources) + "] }";
}

std::uint32_t ppm(std::string_view factor, std::string_view uncertainty) {
  return accepted(least(factor, uncertainty)).terms[0].uncertainty_ppm;
}

void check_refused(std::string_view uncertainty, std::string_view message) {
  CAPTURE(std::string(uncertainty));
  const std::string refused = refusal(least("1", uncertainty));
  CAPTURE(refused);
  CHECK(refused.find("sample.toml:22:") == 0);
  CHECK(refused.find("key 'baseline_term[0].uncertainty." + std::string(message)) != std::string::npos);
}

}  // namespace

TEST_CASE("uncertainty: stated and expert are taken as written, rounded up to ppm") {
  CHECK(ppm("1", R"({ rule = "expert", relative = "0.3", reason = "none stated" })") == 300'000);
  CHECK(ppm("1", R"({ rule = "expert", relative = "0.0000001", reason = "none stated" })") == 1);
  CHECK(ppm("1", R"({ rule = "expert", relative = "10", reason = "none stated" })") == 10'000'000);
  const std::string source = R"(source = { publisher = "p", document = "d", table = "t", region = "r", year = "1" })";
  CHECK(ppm("1", R"({ rule = "stated", relative = "0.05", )" + source + " }") == 50'000);
  CHECK(ppm("1", kExact) == 0);
}

TEST_CASE("uncertainty: rectangular is the half-width over the root of three, relative to the number used") {
  CHECK(ppm("148.61", rectangular(R"("148.61", "162.72", "271.8")", R"("a", "b", "c")")) == 239'297);
  CHECK(ppm("1345.0779", rectangular(R"("1345.0779", "1050.0779")")) == 63'312);
  CHECK(ppm("1", rectangular(R"("1", "1")")) == 0);
  CHECK(ppm("1", rectangular(R"("1", "1.000000000001")")) == 1);  // anything above nothing counts
  // (4 − 0)/2 is 2, and 2/√3 of 2 is 0.5773502691…
  CHECK(ppm("2", rectangular(R"("0", "4")")) == 577'351);
}

TEST_CASE("uncertainty: the number used need not be among the values, nor the values be of its size") {
  CHECK(ppm("3", rectangular(R"("1", "2")")) == 96'226);               // 0.5/√3/3
  CHECK(ppm("51903", rectangular(R"("51903", "25000")")) == 149'630);  // the mass of a telephone's production, in grams
  CHECK(ppm("1", rectangular(R"("0", "34.641")")) == 9'999'996);
  CHECK(refusal(least("1", rectangular(R"("0", "34.642")"))).find("cannot be related to the number used") != std::string::npos);
}

TEST_CASE("uncertainty: incomplete or contradictory ones are refused") {
  check_refused(R"({ rule = "guess" })", "rule' must be \"stated\", \"rectangular\", \"expert\" or \"exact\"");
  check_refused(R"({ relative = "0.1" })", "rule' is missing");
  check_refused(R"({ rule = "expert", relative = "0.1" })", "reason' is missing");
  check_refused(R"({ rule = "expert", relative = "0.1", reason = "" })", "reason' must not be empty");
  check_refused(R"({ rule = "expert", reason = "r" })", "relative' is missing");
  check_refused(R"({ rule = "expert", relative = 0.1, reason = "r" })", "relative' must be a text in quotes");
  check_refused(R"({ rule = "expert", relative = "10.1", reason = "r" })", "relative' must be at most \"10\"");
  check_refused(R"({ rule = "expert", relative = "0.1", reason = "r", values = [] })", "values' is not known here");
  check_refused(R"({ rule = "stated", relative = "0.1" })", "source' is missing");
  check_refused(R"({ rule = "stated", relative = "0.1", reason = "r" })", "source' is missing");
  check_refused(R"({ rule = "exact" })", "reason' is missing");
  check_refused(R"({ rule = "exact", reason = "r", relative = "0.1" })", "relative' is not known here");
}

TEST_CASE("uncertainty: a spread needs two numbers, each with its source") {
  check_refused(rectangular("\"1\"", "\"a\""), "values' must be at least two numbers, with as many 'sources'");
  check_refused(rectangular("\"1\", \"2\"", "\"a\""), "values' must be at least two numbers, with as many 'sources'");
  check_refused(rectangular("\"1\", \"2\"", "\"a\", \"\""), "sources' must not be empty texts");
  check_refused(rectangular("\"1\", 2"), "values' must be a list of texts");
  check_refused(rectangular("\"1\", \"two\""), "values' must be decimal numbers in quotes");
  check_refused(rectangular("\"1\", \"-2\""), "values' must be decimal numbers in quotes");
  CHECK(refusal(least("0", rectangular("\"0\", \"1\""))).find("uncertainty.values' cannot be related to the number used") !=
        std::string::npos);
}

TEST_CASE("uncertainty: numbers near the end of the range are refused, not overflowed") {
  for (const std::string_view factor : {"9223371.123456789012", "1000000.000000000001", "9223372"}) {
    CHECK(refusal(least(factor, rectangular("\"0.000000000001\", \"9223372.036854775807\""))).rfind("sample.toml:", 0) == 0);
  }
}

// SPDX-License-Identifier: Apache-2.0
// Recomputes the worked example of docs/methodologies.md from the numbers on the page, in exact rationals, and holds page, file
// and arithmetic against each other: none of the three can drift alone.
#include <algorithm>
#include <map>
#include <numeric>
#include <string>

#include <doctest/doctest.h>

#include "daemon/base/file.hpp"
#include "daemon/measure/integer_math.hpp"
#include "tests/unit/measure/samples.hpp"

using namespace greentill;
using namespace greentill::measure;
using namespace greentill::test;

namespace {

struct Rational {
  Int128 over = 0;
  Int128 under = 1;

  Rational(Int128 numerator, Int128 denominator = 1)
      : over(numerator), under(denominator) {  // NOLINT(google-explicit-constructor)
    Int128 a = over < 0 ? -over : over;
    Int128 b = under;
    while (b != 0) a = std::exchange(b, a % b);
    over /= a;
    under /= a;
  }
  friend Rational operator*(Rational a, Rational b) { return {a.over * b.over, a.under * b.under}; }
  friend Rational operator/(Rational a, Rational b) { return {a.over * b.under, a.under * b.over}; }
  friend Rational operator-(Rational a, Rational b) { return {a.over * b.under - b.over * a.under, a.under * b.under}; }
  friend Rational operator+(Rational a, Rational b) { return a - Rational(-b.over, b.under); }
  friend bool operator==(Rational a, Rational b) { return a.over == b.over && a.under == b.under; }
};

// Every rational of the example is positive.
Rational floor(Rational a) { return a.over / a.under; }
Rational ceiling(Rational a) { return (a.over + a.under - 1) / a.under; }

// The smallest integer whose square is at least a.
Rational root_up(Rational a) {
  Int128 low = -1;
  Int128 high = Int128{1} << 40;
  while (high - low > 1) {
    const Int128 middle = (low + high) / 2;
    (middle * middle >= ceiling(a).over ? high : low) = middle;
  }
  return high;
}

// "93,771" and "0.31" as they stand on the page.
Rational number(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), ','), text.end());
  const std::size_t point = text.find('.');
  Int128 denominator = 1;
  if (point != std::string::npos) {
    for (std::size_t i = point + 1; i < text.size(); ++i) denominator *= 10;
    text.erase(point, 1);
  }
  return {std::stoll(text), denominator};
}

// The rows of the section's tables: the symbol in the first cell, the number at the begin of the last.
std::map<std::string, Rational> read_page() {
  const auto page = read_file(std::filesystem::path(GREENTILL_SOURCE_DIR) / "docs/methodologies.md");
  REQUIRE(page);
  const std::size_t begin = page->find("\n## Worked example");
  REQUIRE(begin != std::string::npos);
  const std::size_t end = page->find("\n## ", begin + 1);
  std::map<std::string, Rational> rows;
  for (std::size_t at = page->find("\n| `", begin); at < end; at = page->find("\n| `", at + 1)) {
    const std::size_t first = at + 4;
    const std::string symbol = page->substr(first, page->find('`', first) - first);
    const std::string line = page->substr(first, page->find('\n', first) - first);
    const std::size_t cell = line.rfind("| ", line.size() - 3) + 2;
    rows.emplace(symbol, number(line.substr(cell, line.find(' ', cell) - cell)));
  }
  return rows;
}

class Page {
 public:
  Rational operator[](const std::string& symbol) {
    const auto row = rows_.find(symbol);
    if (row == rows_.end()) FAIL("docs/methodologies.md has no row for ", symbol);
    used_.emplace(symbol, true);
    return row->second;
  }
  [[nodiscard]] bool all_used() const { return used_.size() == rows_.size(); }

 private:
  std::map<std::string, Rational> rows_ = read_page();
  std::map<std::string, bool> used_;
};

std::int64_t integer(Rational a) {
  REQUIRE(a.under == 1);
  return static_cast<std::int64_t>(a.over);
}

}  // namespace

TEST_CASE("worked example: each line of the page follows from the lines above it") {
  Page page;
  const Rational kMillion = 1'000'000;
  CHECK(page["x1"] == floor(page["b"] * page["w"] * 1000));
  CHECK(page["x2"] == ceiling(page["p"] * 1000));
  CHECK(page["f"] == page["x1"] - page["x2"]);
  const Rational half_width = (page["b max"] - page["b min"]) / 2;
  CHECK(page["r1"] == root_up(half_width * half_width / 3 / (page["b"] * page["b"]) * kMillion * kMillion));
  CHECK(page["r2"] == ceiling(page["up"] * kMillion));
  const Rational s1 = page["x1"] * page["r1"];
  const Rational s2 = page["x2"] * page["r2"];
  CHECK(page["S"] == root_up(s1 * s1 + s2 * s2));
  CHECK(page["Rf"] == ceiling(page["S"] / page["f"]));
  const Rational distance = page["uq"] * kMillion;
  const Rational displacement = page["ud"] * kMillion;
  CHECK(page["R"] == root_up(page["Rf"] * page["Rf"] + distance * distance + displacement * displacement));
  CHECK(page["E"] == floor(page["q"] * page["f"] * page["d"]));
  CHECK(page["estimate_mg"] == floor(page["E"] / 1000));
  CHECK(page["credited_mg"] == floor(page["E"] * (Rational(1'000'000'000) - Rational(1645) * page["R"]) / (kMillion * kMillion)));
  CHECK(page["s"] == Rational(500));
  CHECK(page.all_used());
}

TEST_CASE("worked example: the page's numbers are the shipped file's") {
  Page page;
  const Methodology& m = shipped("gt-ride-bike-shared");
  REQUIRE(m.terms.size() == 3);
  CHECK(m.terms[0].factor_ug == integer(page["x1"]));
  CHECK(m.terms[0].uncertainty_ppm == integer(page["r1"]));
  CHECK(m.terms[1].factor_ug == 0);
  CHECK(m.terms[2].factor_ug == integer(page["x2"]));
  CHECK(m.terms[2].uncertainty_ppm == integer(page["r2"]));
  CHECK(Rational(m.measured[0].uncertainty_ppm, 1'000'000) == page["uq"]);
  CHECK(Rational(m.uncertainties[0].relative_ppm, 1'000'000) == page["ud"]);
  CHECK(Rational(m.displacement_ppm, 1'000'000) == page["d"]);
}

TEST_CASE("worked example: the daemon's arithmetic gives the page's result") {
  Page page;
  const claim::Quantities list = quantities({{"m.odometer", integer(page["q"])}, {"s", integer(page["s"])}});
  const auto out = quantify(shipped("gt-ride-bike-shared"), list, kBegin2026, kBegin2026 + integer(page["s"]));
  REQUIRE(out);
  CHECK(out->estimate_mg == integer(page["estimate_mg"]));
  CHECK(out->credited_mg == integer(page["credited_mg"]));
}

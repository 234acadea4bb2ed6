// SPDX-License-Identifier: Apache-2.0
// The tables of docs/methodologies.md that list the shipped files, held against the files: an operator chooses by these tables.
#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "daemon/base/file.hpp"
#include "daemon/measure/integer_math.hpp"
#include "tests/unit/measure/samples.hpp"

using namespace greentill;
using namespace greentill::measure;
using namespace greentill::test;

namespace {

using Row = std::map<std::string, std::string>;  // the cell below each heading

std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> all;
  std::size_t from = 2;
  for (std::size_t at = line.find(" |", from); at != std::string::npos; at = line.find(" |", from)) {
    all.push_back(line.substr(from, at - from));
    from = at + 3;
  }
  return all;
}

std::vector<Row> table_that_begins(const std::string& heading) {
  const auto page = read_file(std::filesystem::path(GREENTILL_SOURCE_DIR) / "docs/methodologies.md");
  REQUIRE(page);
  const std::size_t at = page->find(heading);
  REQUIRE(at != std::string::npos);
  std::istringstream lines(page->substr(at));
  std::string line;
  std::getline(lines, line);
  const std::vector<std::string> headings = cells(line);
  std::getline(lines, line);
  std::vector<Row> rows;
  while (std::getline(lines, line) && line.rfind("| ", 0) == 0) {
    const std::vector<std::string> found = cells(line);
    REQUIRE(found.size() == headings.size());
    Row row;
    for (std::size_t i = 0; i < found.size(); ++i) row[headings[i]] = found[i];
    rows.push_back(std::move(row));
  }
  return rows;
}

const Methodology& of_activity(const std::string& quoted) {
  const auto& all = shipped().all();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& m) { return "`" + m.activity + "`" == quoted; });
  if (found == all.end()) FAIL("no file is for ", quoted);
  return *found;
}

std::string keys_of(const Methodology& m) {
  std::string all;
  for (const Measured& measured : m.measured) all += (all.empty() ? "`" : ", `") + measured.key + "`";
  return all;
}

/// How many of a quantity's own units the page's unit has: its distances and energies are in thousands of what is measured.
std::int64_t measured_units(const std::string& unit) { return unit == "km" || unit == "kWh" ? 1000 : 1; }

/// What the first way of measuring gives for one of the page's units, in µg.
Int128 estimate_ug(const Methodology& m, const std::string& unit) {
  Int128 net = 0;
  for (const Term& term : m.terms) net += term.role == Role::baseline ? Int128{term.factor_ug} : -Int128{term.factor_ug};
  if (net < 0) return 0;
  const Int128 trillion = Int128{1'000'000} * 1'000'000;
  return net * m.displacement_ppm * static_cast<Int128>(m.measured[0].multiplier_ppm) * measured_units(unit) / trillion;
}

/// Of a large amount, in whole percent.
std::int64_t credited_percent(const Methodology& m, const Measured& measured) {
  const Int128 most = Int128{*m.limits.max_credited} * 1'000'000;
  const auto value = static_cast<std::int64_t>(ceil_divide(most, static_cast<Int128>(measured.multiplier_ppm)));
  const auto out =
      quantify(m, quantities({{measured.key, value}, {"s", m.limits.max_duration_s.value_or(0)}}), kBegin2026, kBegin2026);
  REQUIRE(out);
  return out->estimate_mg == 0 ? 0 : (200 * out->credited_mg + out->estimate_mg) / (2 * out->estimate_mg);
}

/// "37 %" and "87 %; 50 % where slips are counted".
std::vector<std::int64_t> percents(const std::string& cell) {
  std::vector<std::int64_t> all;
  for (std::size_t at = cell.find(" %"); at != std::string::npos; at = cell.find(" %", at + 1)) {
    const std::size_t begin = at < 2 || cell[at - 2] == ' ' ? at - 1 : at - 2;
    all.push_back(std::stoll(cell.substr(begin, at - begin)));
  }
  return all;
}

void check_amounts(const Methodology& m, const Row& row) {
  std::int64_t most = 0;
  std::string unit;
  std::istringstream(row.at("credited at most for")) >> most >> unit;
  const auto multiplier = static_cast<Int128>(m.measured[0].multiplier_ppm);
  CHECK(m.limits.max_credited == static_cast<std::int64_t>(most * measured_units(unit) * multiplier / 1'000'000));

  const std::string& estimate = row.at("one unit's estimate");  // "45.899 g/km", digits beyond cut off
  const std::string number = estimate.substr(0, estimate.find(' '));
  const std::size_t point = number.find('.');
  const std::size_t decimals = point == std::string::npos ? 0 : number.size() - point - 1;
  Int128 step = 1'000'000;
  for (std::size_t i = 0; i < decimals; ++i) step /= 10;
  std::string digits = number;
  if (point != std::string::npos) digits.erase(point, 1);
  CHECK(estimate_ug(m, estimate.substr(estimate.find("g/") + 2)) / step == std::stoll(digits));
}

void check_percents(const Methodology& m, const Row& row) {
  const std::vector<std::int64_t> stated = percents(row.at("of it credited"));
  CHECK(stated.empty() == !m.zero_reason.empty());
  CHECK((row.at("of it credited") == "[nothing](#worth-nothing)") == stated.empty());
  std::vector<std::int64_t> true_ones;
  for (const Measured& measured : m.measured) true_ones.push_back(credited_percent(m, measured));
  if (!stated.empty()) CHECK(stated[0] == true_ones[0]);
  for (const std::int64_t one : stated) CHECK(std::count(true_ones.begin(), true_ones.end(), one) > 0);
}

}  // namespace

TEST_CASE("page: the table of amounts is the shipped files'") {
  const std::vector<Row> rows = table_that_begins("| file | activity |");
  CHECK(rows.size() == shipped().all().size());
  for (const Row& row : rows) {
    const Methodology& m = of_activity(row.at("activity"));
    CAPTURE(m.id);
    const std::string file = m.id + "-" + std::to_string(m.version);
    CHECK(row.at("file") == "[`" + file + "`](../config/methodologies/" + file + ".toml)");
    CHECK(row.at("measured by") == keys_of(m));
    check_amounts(m, row);
    check_percents(m, row);
  }
}

TEST_CASE("page: the table of what is compared is the shipped files'") {
  const std::vector<Row> rows = table_that_begins("| activity | in place of |");
  CHECK(rows.size() == shipped().all().size());
  for (const Row& row : rows) {
    const Methodology& m = of_activity(row.at("activity"));
    CAPTURE(m.id);
    CHECK(row.at("boundary") == m.boundary);
    CHECK(row.at("known by being") == m.evidence_grade);
    CHECK(row.at("group") == "`" + m.exclusive_group + "`");
    CHECK(row.at("one act is") == (m.event_line == EventLine::each_line ? "a line" : "an event"));
    CHECK(row.at("region") == m.region);
  }
}

TEST_CASE("page: every activity that is worth nothing is listed with why, and no other") {
  const std::vector<Row> rows = table_that_begins("| activity | why nothing |");
  const auto& all = shipped().all();
  CHECK(static_cast<std::ptrdiff_t>(rows.size()) ==
        std::count_if(all.begin(), all.end(), [](const auto& m) { return !m.zero_reason.empty(); }));
  for (const Row& row : rows) CHECK_FALSE(of_activity(row.at("activity")).zero_reason.empty());
}

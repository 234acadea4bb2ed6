// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/measure/samples.hpp"
#include "daemon/crypto/hasher.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "tests/support/test_signer.hpp"

namespace greentill::test {
namespace {

const crypto::Hasher kHasher;

}  // namespace

const std::string_view kFullMethodology = R"(id = "test-ride"
version = 7
title = "A ride for tests"
activity = "ride.test"
exclusive_group = "ride"
event_line = "line"
boundary = "well-to-wheel"
evidence_grade = "metered"
region = "nowhere"
valid_from = "2024-02-29"
valid_until = "2030-01-01"
base_unit = "metre"
baseline = "half by car, half on foot"
zero_reason = "there and back is nowhere"

[[quantity]]
key = "m.odometer"
[quantity.uncertainty]
rule = "stated"
relative = "0.0100001"
source = { publisher = "P1", document = "D1", table = "T1", region = "R1", year = "2021" }

[[quantity]]
key = "m.stations"
multiplier = "1.2500009"
source = { publisher = "P2", document = "D2", table = "T2", region = "R2", year = "2022" }
uncertainty = { rule = "expert", relative = "0.2", reason = "straight lines" }

[[baseline_term]]
id = "car"
share = "0.5"
factor = "100"
unit = "gCO2e/km"
note = "a round number"
source = { publisher = "P3", document = "D3", table = "T3", region = "R3", year = "2023" }
uncertainty = { rule = "rectangular", values = ["100", "120"], sources = ["one", "another"] }

[[baseline_term]]
id = "on foot"
share = "0.5"
factor = "0"
unit = "gCO2e/km"
source = { publisher = "P4", document = "D4", table = "T4", region = "R4", year = "2024" }
uncertainty = { rule = "exact", reason = "nothing is burnt" }

[[project_term]]
id = "the vehicle"
factor = "0.01"
unit = "kgCO2e/km"
source = { publisher = "P5", document = "D5", table = "T5", region = "R5", year = "2025" }
uncertainty = { rule = "expert", relative = "0.3", reason = "the source states none" }

[[leakage_term]]
id = "bringing it back"
factor = "1.000"
unit = "gCO2e/km"
source = { publisher = "P6", document = "D6", table = "T6", region = "R6", year = "2026" }
uncertainty = { rule = "expert", relative = "0.4", reason = "a guess" }

[displacement]
id = "rides that would have been made at all"
share = "0.8"
source = { publisher = "P7", document = "D7", table = "T7", region = "R7", year = "2027" }
[displacement.uncertainty]
rule = "stated"
relative = "0.1"
source = { publisher = "P8", document = "D8", table = "T8", region = "R8", year = "2028" }

[limits]
reason = "round numbers"
min = 100
max_credited = 10000
max_plausible = 50000
min_duration_s = 60
max_duration_s = 7200
max_speed_mm_per_s = 20000
account_events_per_day = 12
account_min_interval_s = 300
)";

const std::string_view kLeastMethodology = R"(id = "test-piece"
version = 1
title = "A piece"
activity = "piece.test"
event_line = "event"
boundary = "life-cycle"
evidence_grade = "declared"
region = "nowhere"
valid_from = "2020-01-01"
base_unit = "piece"
baseline = "a gram"

[[quantity]]
key = "pieces"
uncertainty = { rule = "exact", reason = "counted" }

[[baseline_term]]
id = "a gram"
factor = "1"
unit = "gCO2e/piece"
source = { publisher = "P", document = "D", table = "T", region = "R", year = "2020" }
uncertainty = { rule = "exact", reason = "by definition" }

[limits]
reason = "none"
)";

std::string with(std::string_view text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  if (at == std::string_view::npos || text.find(from, at + 1) != std::string_view::npos) {
    FAIL("not exactly once in the sample: ", std::string(from));
  }
  return std::string(text.substr(0, at)).append(to).append(text.substr(at + from.size()));
}

Result<measure::Methodology> parse(std::string_view text) { return measure::parse_methodology(text, "sample.toml", kHasher); }

measure::Methodology accepted(std::string_view text) {
  const auto methodology = parse(text);
  if (!methodology) FAIL(methodology.error().message);
  return *methodology;
}

std::string refusal(std::string_view text) {
  const auto methodology = parse(text);
  if (methodology) {
    FAIL_CHECK("accepted");
    return {};
  }
  CHECK(methodology.error().code == ErrorCode::invalid);
  return methodology.error().message;
}

claim::Quantities quantities(std::initializer_list<claim::Quantity> list) {
  claim::Quantities all;
  for (const claim::Quantity& one : list) REQUIRE(all.push_back(one));
  return all;
}

std::filesystem::path shipped_folder() { return std::filesystem::path(GREENTILL_SOURCE_DIR) / "config/methodologies"; }

const measure::Library& shipped() {
  static const auto loaded = measure::Library::load(shipped_folder(), kHasher);
  if (!loaded) FAIL(loaded.error().message);
  return *loaded;
}

const measure::Methodology& shipped(std::string_view id) {
  const auto& all = shipped().all();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.id == id && one.version == 1; });
  if (found == all.end()) FAIL("not shipped: ", std::string(id));
  return *found;
}

}  // namespace greentill::test

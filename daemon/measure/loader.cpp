// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <limits>
#include <utility>

#include "daemon/base/calendar.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/measure/integer_math.hpp"
#include "daemon/measure/library.hpp"
#include "daemon/toml/table.hpp"

namespace greentill::measure {
namespace {

using toml::Table;

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMillion = 1'000'000;
constexpr std::int64_t kMostUncertain = 10 * kMillion;  // ppm

/// A unit that a factor may be written in, and the power of ten from it to µg CO2e per base unit.
struct FactorUnit {
  std::string_view base;
  std::string_view written;
  unsigned scale;
};
constexpr std::array kFactorUnits{
    FactorUnit{"metre", "gCO2e/km", 3},       FactorUnit{"metre", "kgCO2e/km", 6},   FactorUnit{"milligram", "kgCO2e/t", 0},
    FactorUnit{"milligram", "kgCO2e/kg", 3},  FactorUnit{"piece", "gCO2e/piece", 6}, FactorUnit{"watt-hour", "gCO2e/kWh", 3},
    FactorUnit{"watt-hour", "kgCO2e/kWh", 6},
};
// Digits beyond the unit's own that are kept while a mix's share is applied, so that each term is rounded only once.
constexpr unsigned kGuardDigits = 6;

bool is_plain_utf8_file(std::string_view bytes) {
  return bytes.find('\r') == std::string_view::npos && bytes.substr(0, 3) != "\xEF\xBB\xBF";
}

std::int64_t read_date(const Table& fields, std::string_view key) {
  const std::string text = fields.text(key);
  unsigned year = 0;
  unsigned month = 0;
  unsigned day = 0;
  const auto number = [&](std::size_t from, std::size_t length, auto& into) {
    return text.size() == 10 &&
           std::from_chars(text.data() + from, text.data() + from + length, into).ptr == text.data() + from + length;
  };
  if (number(0, 4, year) && number(5, 2, month) && number(8, 2, day) && text[4] == '-' && text[7] == '-') {
    const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(year)}, std::chrono::month{month},
                                           std::chrono::day{day}};
    if (date.ok()) return std::chrono::sys_seconds{std::chrono::sys_days{date}}.time_since_epoch().count();
  }
  fields.wrong(key, "must be a date like \"2026-01-31\" (midnight UTC)");
  return 0;
}

Source read_source(const Table& parent) {
  const Table fields = parent.table("source");
  return {fields.filled_text("publisher"), fields.filled_text("document"), fields.filled_text("table"),
          fields.filled_text("region"), fields.filled_text("year")};
}

/// The square root of spread² / (12·used²) in ppm, rounded up; nothing where the numbers cannot be related.
std::optional<std::uint32_t> spread_ppm(Int128 spread, Int128 used) {
  // Only the ratio counts: without the common zeros that scaling added, any number that can be written fits.
  while (spread != 0 && spread % 10 == 0 && used % 10 == 0) {
    spread /= 10;
    used /= 10;
  }
  constexpr Int128 kTrillion = Int128{kMillion} * kMillion;
  if (used <= 0 || used > kTrillion * kMillion || spread > kTrillion) return std::nullopt;
  const Int128 root = isqrt_up(ceil_divide(spread * spread * kTrillion, 12 * used * used));
  if (root > kMostUncertain) return std::nullopt;
  return static_cast<std::uint32_t>(root);
}

/// The standard uncertainty of a rectangular distribution: half the spread of the values divided by √3, relative to the value
/// used.
std::uint32_t rectangular_ppm(const Table& fields, Int128 used, unsigned scale) {
  const std::vector<std::string> values = fields.texts_or_none("values");
  const std::vector<std::string> sources = fields.texts_or_none("sources");
  if (values.size() < 2 || sources.size() != values.size()) {
    fields.wrong("values", "must be at least two numbers, with as many 'sources'");
    return 0;
  }
  if (std::find(sources.begin(), sources.end(), "") != sources.end()) fields.wrong("sources", "must not be empty texts");
  Int128 least = kMost;
  Int128 most = 0;
  for (const std::string& value : values) {
    const auto decimal = Decimal::parse_unsigned(value);
    const auto number = decimal ? decimal->in_units(scale, Rounding::exact) : std::nullopt;
    if (!number) {
      fields.wrong("values", "must be decimal numbers in quotes, in the unit of the number they belong to");
      return 0;
    }
    least = std::min<Int128>(least, *number);
    most = std::max<Int128>(most, *number);
  }
  const auto ppm = spread_ppm(most - least, used);
  if (!ppm)
    fields.wrong(
        "values",
        "cannot be related to the number used: it is zero, or less than a tenth of their uncertainty, or has too many digits");
  return ppm.value_or(0);
}

/// Reads an uncertainty in ppm. `used` is the number that it belongs to, times 10^scale.
std::uint32_t read_uncertainty(const Table& parent, Int128 used, unsigned scale) {
  const Table fields = parent.table("uncertainty");
  const std::string rule = fields.one_of("rule", {"stated", "rectangular", "expert", "exact"});
  if (rule == "rectangular") return rectangular_ppm(fields, used, scale);
  if (rule == "stated") {
    read_source(fields);
  } else {
    fields.require({"reason"});
  }
  if (rule == "exact") return 0;
  const std::int64_t relative = fields.decimal("relative", 6, Rounding::up);
  if (relative > kMostUncertain) fields.wrong("relative", "must be at most \"10\"");
  return static_cast<std::uint32_t>(std::min(relative, kMostUncertain));
}

unsigned factor_scale(const Table& fields, std::string_view base_unit) {
  const std::string unit = fields.text("unit");
  for (const FactorUnit& known : kFactorUnits) {
    if (known.base == base_unit && known.written == unit) return known.scale;
  }
  fields.wrong("unit", "is no unit of a factor per " + std::string(base_unit));
  return 0;
}

Term read_term(const Table& fields, Role role, std::string_view base_unit, std::int64_t& shares) {
  fields.allow({"note"});
  Term term;
  term.id = fields.filled_text("id");
  term.role = role;
  const unsigned scale = factor_scale(fields, base_unit) + kGuardDigits;
  const std::int64_t factor = fields.decimal("factor", scale, Rounding::exact);
  const std::int64_t share = fields.decimal_or("share", 6, Rounding::exact, kMillion);
  shares += std::min(share, 2 * kMillion);  // more than 1 is refused below; the sum must not overflow before
  // Rounded to the cautious side: less is spared, more is spent.
  const Int128 product = Int128{factor} * share;
  const Int128 divisor = Int128{kMillion} * kMillion;
  const Int128 rounded = role == Role::baseline ? floor_divide(product, divisor) : ceil_divide(product, divisor);
  if (share > kMillion || rounded > 1'000'000'000'000) fields.wrong("factor", "or its share is too large");
  term.factor_ug = static_cast<std::int64_t>(rounded);
  term.source = read_source(fields);
  term.uncertainty_ppm = read_uncertainty(fields, factor, scale);
  return term;
}

void read_terms(const Table& fields, std::string_view key, Role role, std::string_view base_unit, Methodology& into) {
  std::int64_t shares = 0;
  bool mix = false;
  auto tables = fields.tables(key);
  for (const Table& table : tables) {
    mix = mix || table.has("share");
    into.terms.push_back(read_term(table, role, base_unit, shares));
  }
  if (mix && shares != kMillion) fields.wrong(key, "has shares that do not add up to 1");
}

void read_measured(const Table& fields, Methodology& into) {
  for (const Table& table : fields.tables("quantity")) {
    Measured measured;
    measured.key = table.text("key");
    if (measured.key.empty() || measured.key.size() > claim::kMaxTextBytes) table.wrong("key", "must be 1 to 32 bytes");
    const std::int64_t multiplier = table.decimal_or("multiplier", 6, Rounding::down, kMillion);
    if (multiplier < 1 || multiplier > kMillion * kMillion)
      table.wrong("multiplier", "must be above \"0\" and at most \"1000000\"");
    measured.multiplier_ppm = static_cast<std::uint64_t>(std::max<std::int64_t>(multiplier, 1));
    table.allow({"reason"});
    if (table.has("source")) {
      read_source(table);
    } else if (table.has("multiplier")) {
      table.require({"reason"});
    }
    measured.uncertainty_ppm = read_uncertainty(table, multiplier, 6);
    const bool twice =
        std::any_of(into.measured.begin(), into.measured.end(), [&](const Measured& other) { return other.key == measured.key; });
    if (twice) table.wrong("key", "is there twice; the first would always be taken");
    into.measured.push_back(std::move(measured));
  }
  if (into.measured.empty()) fields.wrong("quantity", "must list at least one quantity");
}

void read_displacement(const Table& fields, Methodology& into) {
  if (!fields.has("displacement")) return;
  const Table table = fields.table("displacement");
  table.require({"id"});
  const std::int64_t share = table.decimal("share", 6, Rounding::down);
  if (share > kMillion) table.wrong("share", "must be at most \"1\"");
  into.displacement_ppm = static_cast<std::uint32_t>(std::min(share, kMillion));
  Uncertainty uncertainty;
  uncertainty.id = "displacement";
  uncertainty.source = read_source(table);
  uncertainty.relative_ppm = read_uncertainty(table, share, 6);
  into.uncertainties.push_back(std::move(uncertainty));
}

void read_limits(const Table& fields, std::string_view base_unit, Limits& limits) {
  const Table table = fields.table("limits");
  table.require({"reason"});
  limits.min = table.integer_or("min", 1, kMost, 1);
  limits.max_credited = table.optional_integer("max_credited", 1, kMost);
  limits.max_plausible = table.optional_integer("max_plausible", 1, kMost);
  limits.min_duration_s = table.optional_integer("min_duration_s", 0, kMost);
  limits.max_duration_s = table.optional_integer("max_duration_s", 1, kMost);
  limits.max_speed_mm_per_s = table.optional_integer("max_speed_mm_per_s", 1, 1'000'000);
  limits.account_events_per_day = table.optional_integer("account_events_per_day", 1, 1000);
  limits.account_min_interval_s = table.optional_integer("account_min_interval_s", 1, kSecondsADay);
  for (const auto& [key, most] :
       {std::pair("max_credited", limits.max_credited), std::pair("max_plausible", limits.max_plausible)}) {
    if (most && *most < limits.min) table.wrong(key, "is below 'min', so that nothing could be claimed");
  }
  if (limits.min_duration_s && limits.max_duration_s && *limits.max_duration_s < *limits.min_duration_s) {
    table.wrong("max_duration_s", "is below 'min_duration_s', so that nothing could be claimed");
  }
  if (limits.max_speed_mm_per_s && base_unit != "metre") table.wrong("max_speed_mm_per_s", "limits quantities in metres alone");
}

Methodology read_methodology(const Table& fields) {
  Methodology out;
  out.id = fields.filled_text("id", claim::kMaxTextBytes);
  out.version = static_cast<std::uint64_t>(fields.integer("version", 1, 1'000'000));
  out.title = fields.filled_text("title");
  out.activity = fields.filled_text("activity", claim::kMaxTextBytes);
  out.exclusive_group =
      fields.has("exclusive_group") ? fields.filled_text("exclusive_group", claim::kMaxTextBytes) : out.activity;
  out.event_line = static_cast<EventLine>(fields.choice("event_line", {"event", "line"}));
  out.boundary = fields.one_of("boundary", {"tank-to-wheel", "well-to-wheel", "life-cycle"});
  out.evidence_grade = fields.one_of("evidence_grade", {"metered", "scanned", "declared"});
  out.baseline = fields.filled_text("baseline");
  out.region = fields.filled_text("region");
  if (fields.has("zero_reason")) out.zero_reason = fields.filled_text("zero_reason");
  out.valid_from = read_date(fields, "valid_from");
  if (fields.has("valid_until")) {
    out.valid_until = read_date(fields, "valid_until");
    if (*out.valid_until <= out.valid_from) fields.wrong("valid_until", "must be later than 'valid_from'");
  }
  const std::string base_unit = fields.one_of("base_unit", {"metre", "milligram", "piece", "watt-hour"});
  read_measured(fields, out);
  read_terms(fields, "baseline_term", Role::baseline, base_unit, out);
  read_terms(fields, "project_term", Role::project, base_unit, out);
  read_terms(fields, "leakage_term", Role::leakage, base_unit, out);
  if (out.terms.empty() || out.terms.front().role != Role::baseline) fields.wrong("baseline_term", "must be there at least once");
  read_displacement(fields, out);
  read_limits(fields, base_unit, out.limits);
  return out;
}

}  // namespace

Result<Methodology> parse_methodology(std::string_view bytes, std::string_view name, const claim::Hasher& hasher) {
  if (!is_plain_utf8_file(bytes)) {
    return fail(ErrorCode::invalid, std::string(name) + ": must be UTF-8 without a byte-order mark, its lines ended by LF alone");
  }
  auto methodology = toml::load(bytes, std::string(name), read_methodology);
  if (methodology) methodology->sha256 = hasher.sha256({as_bytes(bytes)});
  return methodology;
}

}  // namespace greentill::measure

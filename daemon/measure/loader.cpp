// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <limits>
#include <utility>

#include "daemon/claim/claim.hpp"
#include "daemon/measure/integer_math.hpp"
#include "daemon/measure/library.hpp"
#include "daemon/measure/toml_fields.hpp"

namespace greentill::measure {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMillion = 1'000'000;
constexpr std::int64_t kMostUncertain = 10 * kMillion;  // ppm

/// The power of ten from a factor as written to µg CO2e per base unit.
struct FactorUnit {
  std::string_view base;
  std::string_view written;
  int scale;
};
constexpr std::array kFactorUnits{
    FactorUnit{"metre", "gCO2e/km", 3},       FactorUnit{"metre", "kgCO2e/km", 6},   FactorUnit{"milligram", "kgCO2e/t", 0},
    FactorUnit{"milligram", "kgCO2e/kg", 3},  FactorUnit{"piece", "gCO2e/piece", 6}, FactorUnit{"watt-hour", "gCO2e/kWh", 3},
    FactorUnit{"watt-hour", "kgCO2e/kWh", 6},
};
// Digits kept beyond the unit's own while a share of a mix is applied, so that each term is rounded once.
constexpr int kGuardDigits = 6;

bool is_plain_utf8_file(std::string_view bytes) {
  return bytes.find('\r') == std::string_view::npos && bytes.substr(0, 3) != "\xEF\xBB\xBF";
}

std::int64_t read_date(TomlFields& fields, std::string_view key) {
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

std::string said(TomlFields& fields, std::string_view key) {
  std::string text = fields.text(key);
  if (text.empty()) fields.wrong(key, "must not be empty");
  return text;
}

Source read_source(TomlFields& parent) {
  TomlFields fields = parent.table("source");
  fields.only({"publisher", "document", "table", "region", "year"});
  return {said(fields, "publisher"), said(fields, "document"), said(fields, "table"), said(fields, "region"),
          said(fields, "year")};
}

/// The root of spread² / (12·used²) in ppm, rounded up; nothing where the two cannot be related.
std::optional<std::uint32_t> spread_ppm(Int128 spread, Int128 used) {
  // Only the ratio counts: without the zeros that scaling put behind both, any written number fits.
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

/// Half the spread of the values over the square root of three, relative to the value used.
std::uint32_t rectangular_ppm(TomlFields& fields, Int128 used, int scale) {
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
    const auto number = parse_decimal(value, scale, Rounding::exact);
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

/// `used` is the number the uncertainty is of, times 10^scale.
std::uint32_t read_uncertainty(TomlFields& parent, Int128 used, int scale) {
  TomlFields fields = parent.table("uncertainty");
  const std::string rule = fields.text("rule");
  if (rule == "rectangular") {
    fields.only({"rule", "values", "sources"});
    return rectangular_ppm(fields, used, scale);
  }
  if (rule == "stated") {
    fields.only({"rule", "relative", "source"});
    read_source(fields);
  } else if (rule == "expert") {
    fields.only({"rule", "relative", "reason"});
    said(fields, "reason");
  } else if (rule == "exact") {
    fields.only({"rule", "reason"});
    said(fields, "reason");
    return 0;
  } else {
    fields.wrong("rule", "must be \"stated\", \"rectangular\", \"expert\" or \"exact\"");
    return 0;
  }
  const std::int64_t relative = fields.decimal("relative", 6, Rounding::up);
  if (relative > kMostUncertain) fields.wrong("relative", "must be at most \"10\"");
  return static_cast<std::uint32_t>(std::min(relative, kMostUncertain));
}

int factor_scale(TomlFields& fields, std::string_view base_unit) {
  const std::string unit = fields.text("unit");
  for (const FactorUnit& known : kFactorUnits) {
    if (known.base == base_unit && known.written == unit) return known.scale;
  }
  fields.wrong("unit", "is no unit of a factor per " + std::string(base_unit));
  return 0;
}

Term read_term(TomlFields& fields, Role role, std::string_view base_unit, std::int64_t& shares) {
  fields.only({"id", "share", "factor", "unit", "note", "source", "uncertainty"});
  Term term;
  term.id = said(fields, "id");
  term.role = role;
  const int scale = factor_scale(fields, base_unit) + kGuardDigits;
  const std::int64_t factor = fields.decimal("factor", scale, Rounding::exact);
  const std::int64_t share = fields.decimal_or("share", 6, Rounding::exact, kMillion);
  shares += std::min(share, 2 * kMillion);  // more is refused below; the sum must not overflow before
  // The cautious side: less spared, more spent.
  const Int128 product = Int128{factor} * share;
  const Int128 divisor = Int128{kMillion} * kMillion;
  const Int128 rounded = role == Role::baseline ? floor_divide(product, divisor) : ceil_divide(product, divisor);
  if (share > kMillion || rounded > 1'000'000'000'000) fields.wrong("factor", "or its share is too large");
  term.factor_ug = static_cast<std::int64_t>(rounded);
  term.source = read_source(fields);
  term.uncertainty_ppm = read_uncertainty(fields, factor, scale);
  return term;
}

void read_terms(TomlFields& fields, std::string_view key, Role role, std::string_view base_unit, Methodology& into) {
  std::int64_t shares = 0;
  bool mix = false;
  auto tables = fields.tables(key);
  for (TomlFields& table : tables) {
    mix = mix || table.has("share");
    into.terms.push_back(read_term(table, role, base_unit, shares));
  }
  if (mix && shares != kMillion) fields.wrong(key, "has shares that do not add up to 1");
}

void read_measured(TomlFields& fields, Methodology& into) {
  for (TomlFields& table : fields.tables("quantity")) {
    table.only({"key", "multiplier", "source", "reason", "uncertainty"});
    Measured measured;
    measured.key = table.text("key");
    if (measured.key.empty() || measured.key.size() > claim::kMaxTextBytes) table.wrong("key", "must be 1 to 32 bytes");
    const std::int64_t multiplier = table.decimal_or("multiplier", 6, Rounding::down, kMillion);
    if (multiplier < 1 || multiplier > kMillion * kMillion)
      table.wrong("multiplier", "must be above \"0\" and at most \"1000000\"");
    measured.multiplier_ppm = static_cast<std::uint64_t>(std::max<std::int64_t>(multiplier, 1));
    if (table.has("source")) {
      read_source(table);
    } else if (table.has("multiplier")) {
      said(table, "reason");
    }
    measured.uncertainty_ppm = read_uncertainty(table, multiplier, 6);
    const bool twice =
        std::any_of(into.measured.begin(), into.measured.end(), [&](const Measured& other) { return other.key == measured.key; });
    if (twice) table.wrong("key", "is there twice; the first would always be taken");
    into.measured.push_back(std::move(measured));
  }
  if (into.measured.empty()) fields.wrong("quantity", "must list at least one quantity");
}

void read_displacement(TomlFields& fields, Methodology& into) {
  if (!fields.has("displacement")) return;
  TomlFields table = fields.table("displacement");
  table.only({"id", "share", "source", "uncertainty"});
  said(table, "id");
  const std::int64_t share = table.decimal("share", 6, Rounding::down);
  if (share > kMillion) table.wrong("share", "must be at most \"1\"");
  into.displacement_ppm = static_cast<std::uint32_t>(std::min(share, kMillion));
  Uncertainty uncertainty;
  uncertainty.id = "displacement";
  uncertainty.source = read_source(table);
  uncertainty.relative_ppm = read_uncertainty(table, share, 6);
  into.uncertainties.push_back(std::move(uncertainty));
}

void read_limits(TomlFields& fields, std::string_view base_unit, Limits& limits) {
  TomlFields table = fields.table("limits");
  table.only({"reason", "min", "max_credited", "max_plausible", "min_duration_s", "max_duration_s", "max_speed_mm_per_s",
              "account_events_per_day", "account_min_interval_s"});
  said(table, "reason");
  limits.min = table.integer_or("min", 1, kMost, 1);
  limits.max_credited = table.optional_integer("max_credited", 1, kMost);
  limits.max_plausible = table.optional_integer("max_plausible", 1, kMost);
  limits.min_duration_s = table.optional_integer("min_duration_s", 0, kMost);
  limits.max_duration_s = table.optional_integer("max_duration_s", 1, kMost);
  limits.max_speed_mm_per_s = table.optional_integer("max_speed_mm_per_s", 1, 1'000'000);
  limits.account_events_per_day = table.optional_integer("account_events_per_day", 1, 1000);
  limits.account_min_interval_s = table.optional_integer("account_min_interval_s", 1, 86'400);
  for (const auto& [key, most] :
       {std::pair("max_credited", limits.max_credited), std::pair("max_plausible", limits.max_plausible)}) {
    if (most && *most < limits.min) table.wrong(key, "is below 'min', so that nothing could be claimed");
  }
  if (limits.min_duration_s && limits.max_duration_s && *limits.max_duration_s < *limits.min_duration_s) {
    table.wrong("max_duration_s", "is below 'min_duration_s', so that nothing could be claimed");
  }
  if (limits.max_speed_mm_per_s && base_unit != "metre") table.wrong("max_speed_mm_per_s", "limits quantities in metres alone");
}

std::string one_of(TomlFields& fields, std::string_view key, std::initializer_list<std::string_view> allowed) {
  std::string text = fields.text(key);
  if (std::find(allowed.begin(), allowed.end(), text) != allowed.end()) return text;
  std::string list;
  for (const std::string_view one : allowed) list += (list.empty() ? "\"" : ", \"") + std::string(one) + '"';
  fields.wrong(key, "must be one of " + list);
  return text;
}

std::string short_text(TomlFields& fields, std::string_view key) {
  std::string text = fields.text(key);
  if (text.empty() || text.size() > claim::kMaxTextBytes) fields.wrong(key, "must be 1 to 32 bytes");
  return text;
}

Methodology read_methodology(TomlFields& fields) {
  fields.only({"id",           "version",        "title",    "activity",      "exclusive_group", "event_line",
               "boundary",     "evidence_grade", "baseline", "region",        "zero_reason",     "valid_from",
               "valid_until",  "base_unit",      "quantity", "baseline_term", "project_term",    "leakage_term",
               "displacement", "limits"});
  Methodology out;
  out.id = short_text(fields, "id");
  out.version = static_cast<std::uint64_t>(fields.integer("version", 1, 1'000'000));
  out.title = said(fields, "title");
  out.activity = short_text(fields, "activity");
  out.exclusive_group = fields.has("exclusive_group") ? short_text(fields, "exclusive_group") : out.activity;
  out.event_line = one_of(fields, "event_line", {"event", "line"}) == "line" ? EventLine::each_line : EventLine::whole_event;
  out.boundary = one_of(fields, "boundary", {"tank-to-wheel", "well-to-wheel", "life-cycle"});
  out.evidence_grade = one_of(fields, "evidence_grade", {"metered", "scanned", "declared"});
  out.baseline = said(fields, "baseline");
  out.region = said(fields, "region");
  if (fields.has("zero_reason")) out.zero_reason = said(fields, "zero_reason");
  out.valid_from = read_date(fields, "valid_from");
  if (fields.has("valid_until")) {
    out.valid_until = read_date(fields, "valid_until");
    if (*out.valid_until <= out.valid_from) fields.wrong("valid_until", "must be later than 'valid_from'");
  }
  const std::string base_unit = one_of(fields, "base_unit", {"metre", "milligram", "piece", "watt-hour"});
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
  auto document = TomlTable::parse(bytes, std::string(name));
  if (!document) return Failure{document.error()};
  FirstError first;
  TomlFields fields(std::move(*document), first);
  Methodology methodology = read_methodology(fields);
  if (first) return Failure{std::move(*first)};
  methodology.sha256 = hasher.sha256({as_bytes(bytes)});
  return methodology;
}

}  // namespace greentill::measure

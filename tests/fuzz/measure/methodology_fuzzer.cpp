// SPDX-License-Identifier: Apache-2.0
// Any text is a methodology or a refusal that names the file; what is read keeps the ranges of docs/methodologies.md, and no
// quantity makes its arithmetic overflow, credit more than the estimate, or pay more for less.
#include <algorithm>
#include <cstdlib>
#include <limits>
#include <optional>

#include "daemon/measure/library.hpp"
#include "daemon/measure/quantify.hpp"
#include "tests/fuzz/no_hasher.hpp"

namespace {

using namespace greentill;

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

void require(bool holds) {
  if (!holds) std::abort();
}

bool at_most(const std::optional<std::int64_t>& a, const std::optional<std::int64_t>& b) { return !a || !b || *a <= *b; }

void check_ranges(const measure::Methodology& m) {
  require(!m.id.empty() && m.id.size() <= 32 && !m.activity.empty() && m.activity.size() <= 32);
  require(!m.exclusive_group.empty() && m.exclusive_group.size() <= 32);
  require(m.version >= 1 && m.displacement_ppm <= 1'000'000 && !m.measured.empty() && !m.terms.empty());
  require(!m.valid_until || *m.valid_until > m.valid_from);
  require(at_most(m.limits.min, m.limits.max_credited) && at_most(m.limits.min, m.limits.max_plausible));
  require(at_most(m.limits.min_duration_s, m.limits.max_duration_s));
  for (const measure::Term& term : m.terms) {
    require(term.factor_ug >= 0 && term.factor_ug <= 1'000'000'000'000 && term.uncertainty_ppm <= 10'000'000);
    require(!term.source.publisher.empty() && !term.source.document.empty() && !term.source.year.empty());
  }
  for (const measure::Measured& measured : m.measured) {
    require(measured.multiplier_ppm >= 1 && measured.multiplier_ppm <= 1'000'000'000'000 &&
            measured.uncertainty_ppm <= 10'000'000);
  }
}

void check_amounts(const measure::Methodology& m, const measure::Measured& measured) {
  measure::Quantified last;
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{1}, m.limits.min, std::int64_t{1000}, m.limits.max_credited.value_or(77'777),
        m.limits.max_plausible.value_or(std::int64_t{1} << 40), kMost / 1000, kMost}) {
    claim::Quantities quantities;
    require(quantities.push_back({measured.key, value}));
    for (const std::int64_t begin : {kLeast, m.valid_from}) static_cast<void>(measure::quantify(m, quantities, begin, kMost));
    const std::int64_t duration = std::max(m.limits.min_duration_s.value_or(0), m.limits.max_duration_s.value_or(1'000));
    // A key "s" would be read as the duration and counted as the quantity at once.
    if (measured.key != "s") require(quantities.push_back({"s", duration}));
    const auto out = measure::quantify(m, quantities, m.valid_from, m.valid_from);
    if (!out) continue;
    require(out->credited_mg >= 0 && out->credited_mg <= out->estimate_mg);
    require(m.measured.front().key != measured.key || out->measured <= m.limits.max_credited.value_or(kMost));
    if (out->measured >= last.measured) require(out->estimate_mg >= last.estimate_mg && out->credited_mg >= last.credited_mg);
    last = *out;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto methodology = measure::parse_methodology(as_text({data, size}), "m.toml", fuzz::NoHasher());
  if (!methodology) {
    require(methodology.error().message.rfind("m.toml:", 0) == 0);
    return 0;
  }
  check_ranges(*methodology);
  for (const measure::Measured& measured : methodology->measured) check_amounts(*methodology, measured);
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "daemon/measure/quantify.hpp"

#include <limits>
#include <optional>

#include "daemon/measure/integer_math.hpp"

namespace greentill::measure {
namespace {

constexpr Int128 kPpmOfOne = 1'000'000;
constexpr Int128 kMax64 = std::numeric_limits<std::int64_t>::max();

// Integer arithmetic with an overflow flag: one check at the end tells whether the whole result is valid.
class Checked {
 public:
  Int128 multiply(Int128 a, Int128 b) {
    Int128 out = 0;
    overflow_ |= __builtin_mul_overflow(a, b, &out);
    return out;
  }
  Int128 add(Int128 a, Int128 b) {
    Int128 out = 0;
    overflow_ |= __builtin_add_overflow(a, b, &out);
    return out;
  }
  [[nodiscard]] bool overflow() const { return overflow_; }

 private:
  bool overflow_ = false;
};

struct NetFactor {
  Int128 ug = 0;              // µg per base unit
  Int128 sum_of_squares = 0;  // Σ (x·r)², x in µg, r in ppm
};

NetFactor net_factor(const Methodology& methodology, Checked& checked) {
  NetFactor net;
  for (const Term& term : methodology.terms) {
    net.ug += term.role == Role::baseline ? Int128{term.factor_ug} : -Int128{term.factor_ug};
    const Int128 spread = checked.multiply(term.factor_ug, term.uncertainty_ppm);
    net.sum_of_squares = checked.add(net.sum_of_squares, checked.multiply(spread, spread));
  }
  return net;
}

const Measured* find_measured(const Methodology& methodology, const claim::Quantities& quantities, std::int64_t& value) {
  for (const Measured& measured : methodology.measured) {
    for (const claim::Quantity& quantity : quantities) {
      if (quantity.unit != measured.key) continue;
      value = quantity.value;
      return &measured;
    }
  }
  return nullptr;
}

Int128 duration_of(const claim::Quantities& quantities, std::int64_t begin, std::int64_t end) {
  for (const claim::Quantity& quantity : quantities) {
    if (quantity.unit == "s") return quantity.value;
  }
  return Int128{end} - begin;  // 128 bits, since a hostile claim may name the two ends of the 64-bit range
}

std::optional<Unclaimable> beyond_limits(const Limits& limits, Int128 amount, Int128 duration) {
  if (amount < limits.min) return Unclaimable::below_minimum;
  if (limits.max_plausible && amount > *limits.max_plausible) return Unclaimable::implausible;
  if (limits.min_duration_s && duration < *limits.min_duration_s) return Unclaimable::implausible;
  if (limits.max_duration_s && duration > *limits.max_duration_s) return Unclaimable::implausible;
  if (limits.max_speed_mm_per_s && amount * 1000 > duration * *limits.max_speed_mm_per_s) return Unclaimable::implausible;
  return std::nullopt;
}

Int128 combined_ppm(const Methodology& methodology, const Measured& measured, const NetFactor& net, Checked& checked) {
  const Int128 of_factor = ceil_divide(isqrt_up(net.sum_of_squares), net.ug);
  Int128 squares = checked.multiply(of_factor, of_factor);
  squares = checked.add(squares, Int128{measured.uncertainty_ppm} * measured.uncertainty_ppm);
  for (const Uncertainty& other : methodology.uncertainties) {
    squares = checked.add(squares, Int128{other.relative_ppm} * other.relative_ppm);
  }
  return isqrt_up(squares);
}

}  // namespace

const char* to_string(Unclaimable reason) {
  switch (reason) {
    case Unclaimable::no_quantity: return "none of the quantities that its methodology measures is there";
    case Unclaimable::negative: return "a quantity is below zero";
    case Unclaimable::below_minimum: return "less than the least that its methodology counts";
    case Unclaimable::implausible: return "amount, duration or speed is beyond what its methodology holds plausible";
    case Unclaimable::outside_validity: return "it ended outside the time its methodology is valid for";
    case Unclaimable::overflow: return "the amounts are too large to compute with";
  }
  return "unknown";
}

Result<Quantified, Unclaimable> quantify(const Methodology& methodology, const claim::Quantities& quantities, std::int64_t begin,
                                         std::int64_t end) {
  if (end < methodology.valid_from || (methodology.valid_until && end >= *methodology.valid_until)) {
    return Failure{Unclaimable::outside_validity};
  }
  for (const claim::Quantity& quantity : quantities) {
    if (quantity.value < 0) return Failure{Unclaimable::negative};
  }
  std::int64_t value = 0;
  const Measured* measured = find_measured(methodology, quantities, value);
  if (measured == nullptr) return Failure{Unclaimable::no_quantity};

  Checked checked;
  Int128 amount = checked.multiply(value, static_cast<Int128>(measured->multiplier_ppm)) / kPpmOfOne;
  if (amount > kMax64) return Failure{Unclaimable::overflow};
  if (const auto reason = beyond_limits(methodology.limits, amount, duration_of(quantities, begin, end))) return Failure{*reason};

  Quantified out;
  if (methodology.limits.max_credited && amount > *methodology.limits.max_credited) {
    amount = *methodology.limits.max_credited;
    out.capped = true;
  }
  out.measured = static_cast<std::int64_t>(amount);
  const NetFactor net = net_factor(methodology, checked);
  if (checked.overflow()) return Failure{Unclaimable::overflow};
  if (net.ug <= 0) return out;

  const Int128 estimate_ug =
      floor_divide(checked.multiply(checked.multiply(amount, net.ug), methodology.displacement_ppm), kPpmOfOne);
  const Int128 relative_ppm = combined_ppm(methodology, *measured, net, checked);
  const Int128 kept = checked.add(1'000'000'000, -checked.multiply(1645, relative_ppm));
  const Int128 credited = floor_divide(checked.multiply(estimate_ug, kept), Int128{1'000'000'000'000});
  if (checked.overflow() || estimate_ug / 1000 > kMax64) return Failure{Unclaimable::overflow};
  out.estimate_mg = static_cast<std::int64_t>(floor_divide(estimate_ug, 1000));
  out.credited_mg = credited > 0 ? static_cast<std::int64_t>(credited) : 0;
  return out;
}

}  // namespace greentill::measure

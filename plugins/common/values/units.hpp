// SPDX-License-Identifier: Apache-2.0
// The units that tills, invoices and meters write, by name, sign or code of UN/ECE Recommendation 20. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "daemon/base/decimal.hpp"

namespace greentill::plugin {

enum class Measure : unsigned char { pieces, mass, volume, energy };

struct Unit {
  Measure measure = Measure::pieces;
  Decimal size;  ///< of one such unit, exactly: in pieces, kilograms, litres or watt hours
};

/// "kg", "Lbs.", "KGM", "Stk". Capital and small letters are the same, as are a point or blanks at the end. Nothing where it is
/// none of those known, or can mean two things ("gal", "box").
std::optional<Unit> unit_of(std::string_view written);

/// So many of that unit in thousandths of a piece, kilogram, litre or watt hour, rounded towards zero: 1.5 lb are 680. Nothing
/// where that does not fit 64 bits.
std::optional<std::int64_t> in_milli(const Decimal& amount, const Unit& unit);

/// The same for a line of a sale, which counts in pieces, kilograms or litres (gt_line::quantity_milli). 0, of which no rule
/// claims anything, where the unit is not known or is none of these: how much it was is then not known either.
std::optional<std::int64_t> line_quantity_milli(const Decimal& amount, std::string_view unit);

/// What that quantity counts, as gt_line::unit has it; empty where the unit is not known or is none of a line's.
std::string_view line_unit(std::string_view unit);

}  // namespace greentill::plugin

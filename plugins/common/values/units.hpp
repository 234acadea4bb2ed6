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
  Decimal size;  ///< of one such unit, exactly, in pieces, kilograms, litres or watt hours
};

/// Reads a unit as people and systems write it: "kg", "Lbs.", "KGM", "Stk". Case, and a point or blanks at the end, make no
/// difference. Nothing where it is not known, or can mean two things ("gal", "box").
std::optional<Unit> unit_of(std::string_view written);

/// An amount of a unit in thousandths of a piece, kilogram, litre or watt hour, rounded towards zero: 1.5 lb are 680. Nothing
/// where that does not fit 64 bits.
std::optional<std::int64_t> in_milli(const Decimal& amount, const Unit& unit);

/// As in_milli(), for a line of a sale, which is counted in pieces, kilograms or litres (gt_line::quantity_milli). 0 where the
/// unit is not known or is none of these: how much it was is not known then, and rules claim nothing for 0.
std::optional<std::int64_t> line_quantity_milli(const Decimal& amount, std::string_view unit);

/// What the line's quantity counts, as in gt_line::unit; empty where the unit is not known or is not one of a line's.
std::string_view line_unit(std::string_view unit);

}  // namespace greentill::plugin

// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/values/units.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "daemon/base/text.hpp"

namespace greentill::plugin {
namespace {

struct Names {
  Measure measure;
  std::string_view size;   // of one of them, in the measure's unit
  std::string_view names;  // in small letters, with a blank before and behind each
};

/// What is counted in the language of the receipts that are read here. A box, a pack or a pair is not among them: it may hold
/// several. Nor are gallon and fluid ounce, which differ by country, but for their codes, which do not.
constexpr std::array<Names, 22> kUnits{{
    {Measure::pieces, "1",
     " c62 h87 ea each nar xpp pc pcs pce pces piece pieces unit units item items ct count nos st stk stck stück stÜck stueck pz "
     "pza "
     "pezzo pezzi pieza piezas ud uds unidad unidades u un unité unités unite unites pièce pièces szt ks kpl buc portion "
     "portions "
     "portionen ptn stuk stuks styck und uni 个 個 件 份 杯 瓶 碗 点 本 枚 개 잔 병 "},
    {Measure::mass, "1", " kg kgm kgs kilo kilos kilogram kilograms kilogramm kilogramme kilogrammes 公斤 千克 キロ "},
    {Measure::mass, "0.001", " g gr grm gm gms gram grams gramm gramme grammes gramo gramos grammo grammi 克 グラム "},
    {Measure::mass, "0.01", " dag dkg deka dj "},
    {Measure::mass, "0.1", " hg hgm etto etti "},
    {Measure::mass, "0.45359237", " lb lbs lbr pound pounds libra libras "},
    {Measure::mass, "0.028349523125", " oz ozs onz ounce ounces "},
    {Measure::mass, "6.35029318", " sti stone stones "},
    {Measure::mass, "0.5", " pfund pfd 斤 市斤 "},  // Taiwan's 斤 has 600 g: the less counts
    {Measure::mass, "1000", " tne tonne tonnes tonnen "},
    {Measure::volume, "1", " l ltr lt lts liter liters litre litres litro litros litri 升 リットル "},
    {Measure::volume, "0.001", " ml mlt milliliter milliliters millilitre millilitres 毫升 "},
    {Measure::volume, "0.01", " cl clt centiliter centilitre "},
    {Measure::volume, "0.1", " dl dlt deciliter decilitre "},
    {Measure::volume, "100", " hl hlt hectoliter hectolitre "},
    {Measure::volume, "3.785411784", " gll "},
    {Measure::volume, "4.54609", " gli "},
    {Measure::volume, "0.0295735295625", " oza "},
    {Measure::volume, "0.0284130625", " ozi "},
    {Measure::energy, "1", " wh whr "},
    {Measure::energy, "1000", " kwh "},
    {Measure::energy, "1000000", " mwh "},
}};

}  // namespace

std::optional<Unit> unit_of(std::string_view written) {
  std::string name = lower_case(trimmed(written));
  if (name.ends_with('.')) name.pop_back();
  if (name.empty() || name.find(' ') != std::string::npos) return std::nullopt;
  const std::string in_list = " " + name + " ";
  const auto found = std::find_if(kUnits.begin(), kUnits.end(),
                                  [&](const Names& one) { return one.names.find(in_list) != std::string_view::npos; });
  if (found == kUnits.end()) return std::nullopt;
  return Unit{found->measure, *Decimal::parse(found->size)};
}

std::optional<std::int64_t> in_milli(const Decimal& amount, const Unit& unit) {
  const auto all = amount.times(unit.size);
  return all ? all->in_units(3, all->sign() < 0 ? Rounding::up : Rounding::down) : std::nullopt;
}

std::optional<std::int64_t> line_quantity_milli(const Decimal& amount, std::string_view unit) {
  const auto known = unit_of(unit);
  if (!known || known->measure == Measure::energy) return 0;
  return in_milli(amount, *known);
}

std::string_view line_unit(std::string_view unit) {
  const auto known = unit_of(unit);
  if (!known) return {};
  switch (known->measure) {
    case Measure::pieces: return "pieces";
    case Measure::mass: return "kg";
    case Measure::volume: return "l";
    case Measure::energy: break;
  }
  return {};
}

}  // namespace greentill::plugin

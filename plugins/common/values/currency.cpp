// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/values/currency.hpp"

#include "daemon/event/fields.hpp"

namespace greentill::plugin {

std::optional<unsigned> minor_places(std::string_view currency) {
  constexpr std::string_view kNone = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
  constexpr std::string_view kThree = "BHD IQD JOD KWD LYD OMR TND";
  constexpr std::string_view kFour = "CLF UYW";
  if (!event::is_currency(currency)) return std::nullopt;
  const auto is_in = [currency](std::string_view list) { return list.find(currency) != std::string_view::npos; };
  return is_in(kNone) ? 0 : is_in(kThree) ? 3 : is_in(kFour) ? 4 : 2;
}

}  // namespace greentill::plugin

// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/values/currency.hpp"

#include "daemon/event/fields.hpp"

namespace greentill::plugin {

std::optional<unsigned> minor_places(std::string_view currency) {
  constexpr std::string_view kNone = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
  constexpr std::string_view kTwo =
      "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY "
      "COP "
      "COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR "
      "IRR "
      "JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO "
      "NOK "
      "NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS "
      "TMT "
      "TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG ZWL";
  constexpr std::string_view kThree = "BHD IQD JOD KWD LYD OMR TND";
  constexpr std::string_view kFour = "CLF UYW";
  if (!event::is_currency(currency)) return std::nullopt;
  const auto is_in = [currency](std::string_view list) { return list.find(currency) != std::string_view::npos; };
  if (is_in(kTwo)) return 2;
  if (is_in(kNone)) return 0;
  if (is_in(kThree)) return 3;
  return is_in(kFour) ? std::optional(4u) : std::nullopt;
}

}  // namespace greentill::plugin

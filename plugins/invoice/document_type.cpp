// SPDX-License-Identifier: Apache-2.0
#include "plugins/invoice/document_type.hpp"

#include <algorithm>
#include <array>

#include "daemon/base/text.hpp"

namespace greentill::invoice {
namespace {

struct Codes {
  Nature nature;
  std::string_view codes;  // with a blank before and behind each
};

constexpr std::array<Codes, 6> kCodes{{
    // Invoices and debit notes; partial (326), prepayment (386), consolidated (385), hire, lease, factored, freight and building
    // ones.
    {Nature::bill, " 80 82 84 295 326 331 380 383 385 386 387 388 390 393 394 395 575 623 633 780 875 876 877 "},
    {Nature::pro_forma, " 325 "},
    {Nature::credit, " 81 83 262 296 308 381 396 420 458 503 532 "},
    {Nature::corrected, " 384 472 "},
    {Nature::self_billed, " 261 389 471 473 500 501 502 527 "},
    {Nature::no_invoice, " 130 751 "},
}};

}  // namespace

Nature nature_of(std::string_view code, bool is_credit_note) {
  if (code.empty()) return is_credit_note ? Nature::credit : Nature::bill;
  const std::string in_list = " " + std::string(code) + " ";
  const auto found = std::find_if(kCodes.begin(), kCodes.end(),
                                  [&](const Codes& one) { return one.codes.find(in_list) != std::string_view::npos; });
  const Nature nature = found != kCodes.end() ? found->nature : Nature::unknown;
  return is_credit_note && nature == Nature::bill ? Nature::credit : nature;
}

}  // namespace greentill::invoice

// SPDX-License-Identifier: Apache-2.0
// What the 64-bit codes of the fiskaltrust interface say of a receipt, its lines and its payments. The first two bytes of a code
// are the country's letters; the version of the tagging decides how the rest is read: before version 2 each country has a list of
// its own, with version 2 all share one. Sources: fiskaltrust interface documentation, reference tables of the appendices AT
// (RKSV), DE (KassenSichV) and IT (RT). Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "plugins/common/readers/json_tree.hpp"

namespace greentill::fiscal {

struct ReceiptCase {
  enum class Nature {
    sale,
    unfinished,  ///< an order, an interim bill, a delivery note: the sale follows
    copy,
    other,  ///< closings, logs, movements of cash: nothing was sold
  };

  std::string country;  ///< ISO 3166-1 alpha-2
  Nature nature = Nature::other;
  bool training = false;
  bool voided = false;    ///< takes another receipt back as a whole
  bool refunded = false;  ///< gives back what was sold
  bool repeated = false;  ///< asks for the answer to a request that was sent before
  bool handwritten = false;
};

struct LineCase {
  bool voided = false;
  bool refunded = false;
  bool discount = false;  ///< or a surcharge: an amount without pieces
  bool deposit = false;   ///< for bottles and the like, paid or given back
};

/// Throws Unusable where the country's list is not known, or the case is not in it.
ReceiptCase receipt_case(std::uint64_t code);
LineCase line_case(std::uint64_t code);
/// "cash", "card", "app", or empty for all that is none of them.
std::string tender(std::uint64_t code);

/// A code as JSON has it: an integer of at most 64 bits, exactly. Throws Unusable, naming the field, where it is none.
std::uint64_t code_of(const plugin::JsonValue* value, const std::string& field);

}  // namespace greentill::fiscal

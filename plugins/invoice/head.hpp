// SPDX-License-Identifier: Apache-2.0
// What is read of an invoice, in whatever syntax it is written, and what it means. Business terms are EN 16931's (BT-1, …).
// Threads: values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "greentill/plugin.hpp"
#include "plugins/common/readers/xml_tree.hpp"
#include "plugins/common/values/zone.hpp"

namespace greentill::invoice {

struct Head {
  std::string issuer;  ///< opaque_issuer() of the seller's identifier
  std::string number;  ///< BT-1
  std::string type;    ///< BT-3, a code of UNTDID 1001, or empty
  bool is_credit_note = false;
  bool is_copy = false;
  bool is_test = false;
  std::int64_t time = 0;  ///< BT-2, Unix seconds
  std::string currency;   ///< BT-5
  std::int64_t total_minor = 0;
  std::vector<std::string> preceding;  ///< BT-25
  std::string document;                ///< the attribute of that name
};

/// Why nothing comes of such a document.
inline constexpr const char* kSelfBilled = "the buyer wrote it (self-billed): the seller sent nothing in place of paper";

/// One bill, the reversals that a credit note means, or both for a corrected invoice. Throws plugin::LeftOut where the seller did
/// not send it in place of paper.
std::vector<plugin::Transaction> transactions_of(const Head& head);

/// The same for one seller in every syntax; `scheme`: the register that the identifier is of, or empty.
std::string issuer_of(std::string_view scheme, std::string_view identifier);

/// Throws plugin::Unusable with that reason where it is no time. A date alone is given as noon, which is that day in most of the
/// world.
std::int64_t moment(const std::optional<WallTime>& wall, const plugin::Zone& zone, const char* reason);

/// Exactly, in the currency's minor unit. Throws plugin::Unusable where the currency (of the element `currency_field`) is not
/// known, or the amount is in another or would have to be rounded.
std::int64_t total(const plugin::XmlElement& amount, const std::string& currency, const std::string& currency_field);

}  // namespace greentill::invoice

// SPDX-License-Identifier: Apache-2.0
// What a document does, by its code of UNTDID 1001, the list that EN 16931 takes BT-3 from. docs/invoice.md has the table.
// Threads: pure function.
#pragma once

#include <string_view>

namespace greentill::invoice {

enum class Nature : unsigned char {
  bill,         ///< the seller's, to be paid
  pro_forma,    ///< the invoice follows
  credit,       ///< takes an invoice back
  corrected,    ///< takes the place of an invoice
  self_billed,  ///< the buyer wrote it
  no_invoice,   ///< for accounting alone: nobody was sent it in place of paper
  unknown,
};

/// `is_credit_note`: what a document without a code is, and what no code makes a bill. `code`: empty for none.
Nature nature_of(std::string_view code, bool is_credit_note);

}  // namespace greentill::invoice

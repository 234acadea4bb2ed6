// SPDX-License-Identifier: Apache-2.0
// Whether a line is a heading that says what the paper is: "REFUND", "Credit note No. 12", "Notice / Refund receipt", and not
// "Refund Café" or "No refund without receipt". Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "plugins/escpos/plain_line.hpp"

namespace greentill::escpos {

/// What may stand with a heading's words without making another line of it. Whatever holds a digit may as well: numbers, dates.
struct Beside {
  Phrases around;
  Phrases behind;                   ///< behind alone: "Refund no 7", and not "No refund"
  std::vector<std::string> months;  ///< folded; three letters of one are enough
};

/// The line says one of the phrases and nothing else.
bool is_heading(const PlainLine& line, const Phrases& phrases, const Beside& beside);

/// One part of the line does so, and one other part at most says anything else: "Corner Café - REFUND", "Refund: Jane Roe". Parts
/// end at / | : and brackets, and at a dash between blanks. For lines above the items, where no advice to the customer stands.
bool has_heading(const PlainLine& line, const Phrases& phrases, const Beside& beside);

}  // namespace greentill::escpos

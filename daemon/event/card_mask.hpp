// SPDX-License-Identifier: Apache-2.0
// Masks card numbers, which do not belong in anything Greentill keeps: whoever takes in a till's text masks it first.
// Threads: pure functions, safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "daemon/event/field_kinds.hpp"
#include "daemon/event/transaction.hpp"

namespace greentill::event {

/// Replaces all but the last four digits of every card number in `text` by '*' and says whether there was one.
/// A card number is 13 to 19 decimal digits of any script that satisfy Luhn's check, neither preceded nor followed by a further
/// digit, written together, in groups joined by one space or dash of any width each, or in groups as cards have them (at least
/// three, of four digits the first and three each other) joined by up to three spaces, dashes, dots, slashes or tabs. One in ten
/// other numbers of that length and form is masked as well. Cost: one pass where the text holds fewer than 13 digits.
bool mask_card_numbers(std::string& text);

/// As above, where the field's rule asks for it.
void mask_card_numbers(std::string& text, Mask mask);

/// Masks every text of a transaction that may be kept. Texts that name something stay as they are, since masking could make two
/// events one: issuer and event id are stored only as a hash, and check.hpp refuses an account token that is a card number.
void mask_card_numbers(Transaction& transaction);

/// Whether the whole text is a GTIN (8, 12, 13 or 14 digits with their own check digit). One in ten of the longer ones satisfies
/// Luhn's check as well, so fields that hold article numbers are left alone when this is true.
[[nodiscard]] bool is_gtin(std::string_view text);

}  // namespace greentill::event

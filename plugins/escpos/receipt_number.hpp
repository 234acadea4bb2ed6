// SPDX-License-Identifier: Apache-2.0
// A receipt's number behind its label. What only looks like one would make a day's sales one event: dates, times, "1 of 2",
// prices. Threads: pure.
#pragma once

#include <cstddef>
#include <string>

#include "plugins/escpos/numbers.hpp"
#include "plugins/escpos/plain_line.hpp"
#include "plugins/escpos/printed_time.hpp"

namespace greentill::escpos {

/// What tells other figures from a number.
struct NumberContext {
  const Numbers& numbers;
  const TimeFormats& time;
  Date date;  ///< the receipt's own: it is no number either where it is written without signs, or without its year
};

/// The first word behind the label with a digit in it, of letters, digits and -/_. and at most 40 bytes. What only looks like a
/// number is passed over; behind any other word only a number with "#" counts. Empty where there is none. `word`: the index of
/// the word behind the label.
std::string number_behind(const PlainLine& line, std::size_t word, const NumberContext& context);

}  // namespace greentill::escpos

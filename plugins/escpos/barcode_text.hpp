// SPDX-License-Identifier: Apache-2.0
// What a scanner says of a barcode, from the bytes that a job has it printed with (GS k). Threads: pure.
#pragma once

#include <string>
#include <string_view>

namespace greentill::escpos {

/// With the check digit that the printer adds, and without what is no data: stars of Code 39, start and stop of Codabar, the code
/// sets, shifts and functions of Code 128 (FNC1 within is GS, 0x1d), parentheses of GS1-128. Of data that no printer takes: the
/// bytes as sent. `symbology`: as in Code.
std::string barcode_text(std::string_view symbology, std::string_view data);

}  // namespace greentill::escpos

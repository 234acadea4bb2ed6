// SPDX-License-Identifier: Apache-2.0
// Lines that are drawn around and between printed text. Threads: pure.
#pragma once

#include <string>
#include <string_view>

namespace greentill::escpos {

/// Stands where a cell of a table ends: no printed text holds one.
inline constexpr char kCellEnd = '\t';

/// The line without what is drawn. Bars become kCellEnd; other box drawings, blocks, runs of three or more of one sign such as
/// "-----" or ".....", and a sign that both begins and ends the line ("* TOTAL 3.80 *") become blanks. Empty where all is drawn.
/// What is no UTF-8 stays.
std::string without_frames(std::string_view line);

}  // namespace greentill::escpos

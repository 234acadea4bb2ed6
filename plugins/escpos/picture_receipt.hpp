// SPDX-License-Identifier: Apache-2.0
// From the picture of a receipt to a transaction. Letters are guessed, so nothing is counted that only one reading says: a
// picture is read in several ways, until two of them say the same sale and its numbers add up. Threads: one.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "daemon/toml/table.hpp"
#include "plugins/escpos/picture/tesseract.hpp"
#include "plugins/escpos/receipt.hpp"
#include "plugins/escpos/sale_reader.hpp"

namespace greentill::escpos {

/// All readings of one receipt together. A source's call may take 10 s (docs/plugin-abi.md).
inline constexpr std::chrono::milliseconds kPictureTime{8'000};

/// Words that stand apart are spaces apart, as in a receipt that was printed as text.
std::vector<Line> lines_of(const std::vector<picture::Word>& words);

/// As understand(), of what is drawn on a receipt without text. What is not sure is `doubtful`, with the reason as its remark;
/// what nobody could use is a problem, also where the time is over.
Understood understand_picture(const picture::Bitmap& bitmap, picture::Tesseract& tesseract, const Receipt& receipt,
                              const Profile& profile, const std::string& issuer, Arrival arrived,
                              std::chrono::milliseconds most = kPictureTime);

/// The keys `pictures`, `picture_languages` and `picture_data`. Nothing where pictures are not to be read. Throws
/// std::runtime_error, which names the key, where they cannot be.
std::unique_ptr<picture::Tesseract> picture_reader(const toml::Table& toml);

}  // namespace greentill::escpos

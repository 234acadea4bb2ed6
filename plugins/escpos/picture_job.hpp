// SPDX-License-Identifier: Apache-2.0
// What a job's receipts show as pictures: some tills print a whole receipt as one. Threads: one.
#pragma once

#include <string>

#include "plugins/escpos/picture/graphics.hpp"
#include "plugins/escpos/receipt.hpp"
#include "plugins/escpos/scanner.hpp"

namespace greentill::escpos {

class PictureJob {
 public:
  explicit PictureJob(std::string bytes) : bytes_(std::move(bytes)) {}

  /// What is drawn on a receipt that read_receipts() found in these bytes; empty where nothing is. Ask in the receipts' order,
  /// for all or some of them. Throws plugin::Unusable where it is larger than a receipt can be.
  picture::Bitmap on(const Receipt& receipt);

 private:
  void play_to(std::size_t end);

  std::string bytes_;
  std::size_t at_ = 0;
  bool deselected_ = false;
  picture::Graphics graphics_;
};

/// One with text is read by its text, and its pictures are logos. One without a letter may be a picture as a whole.
bool has_text(const Receipt& receipt);
/// Whether anything is drawn on it, of whatever size.
bool is_drawn_on(const std::string& job, const Receipt& receipt);

}  // namespace greentill::escpos

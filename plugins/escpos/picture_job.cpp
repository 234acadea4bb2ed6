// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/picture_job.hpp"

#include <algorithm>

#include "plugins/common/values/limits.hpp"

namespace greentill::escpos {

void PictureJob::play_to(std::size_t end) {
  end = std::min(end, bytes_.size());
  Scanner scanner({reinterpret_cast<const std::uint8_t*>(bytes_.data()) + at_, end - std::min(at_, end)});
  while (const auto token = scanner.next()) {
    const bool selects = token->kind == Token::Kind::command && token->prefix == control::kEsc && token->code == '=';
    if (selects) deselected_ = !token->bytes.empty() && (token->bytes[0] & 1u) == 0;
    if (selects || deselected_) continue;
    if (token->kind == Token::Kind::control) graphics_.control(token->code);
    if (token->kind == Token::Kind::command) graphics_.command(token->prefix, token->code, token->bytes);
  }
  at_ = std::max(at_, end);
}

picture::Bitmap PictureJob::on(const Receipt& receipt) {
  play_to(receipt.begin);
  try {
    graphics_.take();
  } catch (const plugin::Unusable&) {
    // Of receipts that were not asked for.
  }
  play_to(receipt.end);
  return graphics_.take();
}

bool has_text(const Receipt& receipt) {
  return std::any_of(receipt.lines.begin(), receipt.lines.end(),
                     [](const Line& line) { return line.text.find_first_not_of(' ') != std::string::npos; });
}

bool is_drawn_on(const std::string& job, const Receipt& receipt) {
  try {
    return !PictureJob(job).on(receipt).is_empty();
  } catch (const plugin::Unusable&) {
    return true;
  }
}

}  // namespace greentill::escpos

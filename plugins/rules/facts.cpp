// SPDX-License-Identifier: Apache-2.0
#include "plugins/rules/facts.hpp"

namespace greentill::rules {
namespace {

// More lines than any till prints are not kept room for.
constexpr std::size_t kUsualLines = 512;

}  // namespace

void Facts::look_at(const gt_transaction& transaction) {
  transaction_ = &transaction;
  has_tender_ = has_attributes_ = has_lines_ = false;
  drop_what_was_large();
}

void Facts::drop_what_was_large() {
  if (lines_.size() <= kUsualLines) return;
  lines_ = {};
  bits_ = {};
}

const std::string& Facts::tender() {
  if (!has_tender_) folder_.fold_to_words(plugin::view(transaction_->tender), tender_);
  has_tender_ = true;
  return tender_;
}

std::span<const AttributeFacts> Facts::attributes() {
  const std::size_t count = transaction_->attribute_count;
  if (!has_attributes_) {
    if (attributes_.size() < count) attributes_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      const gt_attribute& attribute = plugin::element(transaction_->attributes, i);
      folder_.fold(plugin::view(attribute.key), attributes_[i].name);
      folder_.fold_to_words(plugin::view(attribute.value), attributes_[i].value);
    }
  }
  has_attributes_ = true;
  return {attributes_.data(), count};
}

std::span<const LineFacts> Facts::lines() {
  if (!has_lines_) read_lines();
  has_lines_ = true;
  return {lines_.data(), transaction_->line_count};
}

void Facts::read_lines() {
  const std::size_t count = transaction_->line_count;
  const std::size_t size = index_.size();
  if (lines_.size() < count) lines_.resize(count);
  bits_.assign(count * size, 0);
  for (std::size_t i = 0; i < count; ++i) {
    const gt_line& line = plugin::element(transaction_->lines, i);
    LineFacts& facts = lines_[i];
    const std::span<std::uint64_t> bits(bits_.data() + i * size, size);
    facts.line = &line;
    facts.lists = bits;
    folder_.fold_to_words(plugin::view(line.category), facts.category);
    folder_.fold(plugin::view(line.name), facts.name);
    folder_.words(facts.name, facts.name_words);
    index_.find(facts.name_words, bits);
  }
}

}  // namespace greentill::rules

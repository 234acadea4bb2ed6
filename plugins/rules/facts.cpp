// SPDX-License-Identifier: Apache-2.0
#include "plugins/rules/facts.hpp"

#include <algorithm>

namespace greentill::rules {
namespace {

// Memory for more lines than any till prints is given back after the transaction.
constexpr std::size_t kUsualLines = 512;

}  // namespace

void Facts::look_at(const gt_transaction& transaction) {
  transaction_ = &transaction;
  has_tender_ = has_attributes_ = has_lines_ = has_fields_ = false;
  read_ = nullptr;
  drop_what_was_large();
}

void Facts::drop_what_was_large() {
  if (lines_.size() <= kUsualLines) return;
  lines_ = {};
  bits_ = {};
  left_ = {};
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

std::span<const FieldFacts> Facts::fields() {
  const std::size_t count = transaction_->attribute_count;
  if (!has_fields_) {
    if (fields_.size() < count) fields_.resize(count);
    for (std::size_t i = 0; i < count; ++i) read_field(plugin::element(transaction_->attributes, i), fields_[i]);
  }
  has_fields_ = true;
  return {fields_.data(), count};
}

void Facts::read_field_name(const gt_attribute& attribute) {
  text_.clear();
  for (const char c : plugin::view(attribute.key)) {
    const bool begins_word = c >= 'A' && c <= 'Z' && !text_.empty() && text_.back() >= 'a' && text_.back() <= 'z';
    if (begins_word) text_ += ' ';
    text_ += c;
  }
  folder_.fold_to_words(text_, words_);
  if (!words_.starts_with(' ')) words_.clear();
}

void Facts::read_field(const gt_attribute& attribute, FieldFacts& into) {
  into.lists.assign(index_.size(), 0);
  read_field_name(attribute);
  index_.find(words_, into.lists);
  folder_.fold(plugin::view(attribute.value), text_);
  folder_.words(text_, words_);
  index_.find(words_, into.lists);
}

std::span<const std::uint64_t> Facts::category_lists(const LineFacts& line) {
  const std::string_view category = plugin::view(line.line->category);
  if (category_ == category) return category_bits_;
  category_ = category;
  category_says_.clear();
  category_is_read_ = false;
  category_bits_.assign(index_.size(), 0);
  // A category without letters or digits is kept as its signs, which the index does not hold.
  if (line.category.starts_with(' ')) index_.find(line.category, category_bits_);
  return category_bits_;
}

bool Facts::category_says(const LineFacts& line, const Phrases& phrases) {
  const std::span<const std::uint64_t> lists = category_lists(line);
  if (!phrases.may_hold(lists)) return false;
  const auto known =
      std::find_if(category_says_.begin(), category_says_.end(), [&phrases](const auto& one) { return one.first == &phrases; });
  if (known != category_says_.end()) return known->second;
  const bool says = phrases.hold(lists, category_reading(line));
  category_says_.emplace_back(&phrases, says);
  return says;
}

bool Facts::is_read(const void* what) {
  if (read_ == what) return true;
  read_ = what;
  return false;
}

const Reading& Facts::name_reading(const LineFacts& line) {
  if (is_read(&line.name)) return reading_;
  std::string& text = reading_.sentence.begin_anew();
  if (line.is_one_clause) text = line.name_words;
  if (!line.is_one_clause) folder_.clauses(line.name, text);
  lexicon_.read(reading_);
  return reading_;
}

const Reading& Facts::category_reading(const LineFacts& line) {
  static_cast<void>(category_lists(line));
  if (category_is_read_) return category_reading_;
  category_is_read_ = true;
  std::string& sentence = category_reading_.sentence.begin_anew();
  if (line.category_is_one_clause && line.category.starts_with(' ')) {
    sentence = line.category;
  } else {
    folder_.fold(plugin::view(line.line->category), text_);
    folder_.clauses(text_, sentence);
  }
  lexicon_.read(category_reading_);
  return category_reading_;
}

const Reading& Facts::field_reading(std::size_t field) {
  if (is_read(&fields_[field])) return reading_;
  const gt_attribute& attribute = plugin::element(transaction_->attributes, field);
  read_field_name(attribute);
  folder_.fold(plugin::view(attribute.value), text_);
  std::string& sentence = reading_.sentence.begin_anew();
  folder_.clauses(text_, sentence);
  sentence.insert(0, words_.empty() ? " :" : words_ + ':');
  lexicon_.read(reading_);
  return reading_;
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
    const std::string_view category = plugin::view(line.category);
    if (i > 0 && category == plugin::view(lines_[i - 1].line->category)) {
      facts.category = lines_[i - 1].category;
      facts.category_is_one_clause = lines_[i - 1].category_is_one_clause;
    } else {
      facts.category_is_one_clause = folder_.fold_and_words(category, text_, facts.category);
      if (facts.category.empty()) facts.category = text_;
    }
    facts.is_one_clause = folder_.fold_and_words(plugin::view(line.name), facts.name, facts.name_words);
    index_.find(facts.name_words, bits);
  }
}

}  // namespace greentill::rules

// SPDX-License-Identifier: Apache-2.0
// A transaction as rules look at it: each text is folded once for all rules, and only when a rule asks for it. One object is used
// for transaction after transaction, so that it stops allocating. Threads: one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "greentill/plugin.hpp"
#include "plugins/rules/fold.hpp"
#include "plugins/rules/phrase.hpp"
#include "plugins/rules/word_index.hpp"

namespace greentill::rules {

struct LineFacts {
  const gt_line* line = nullptr;
  std::string name;                      // folded
  std::string name_words;                // as Folder::fold_to_words()
  bool is_one_clause = true;             // whether Folder::clauses() would give the same as name_words
  std::string category;                  // as Folder::fold_to_words()
  bool category_is_one_clause = true;    // as is_one_clause, of the category
  std::span<const std::uint64_t> lists;  // bits of the WordIndex lists that have words of the name
  /// Whether the line takes others back: a till voids or returns a line by another line with a negative quantity.
  [[nodiscard]] bool takes_back() const { return line->quantity_milli < 0; }
};

struct AttributeFacts {
  std::string name;   // folded
  std::string value;  // as Folder::fold_to_words()
};

/// An attribute as phrases read it: its name, a colon, its value.
struct FieldFacts {
  std::vector<std::uint64_t> lists;  // bits of the WordIndex lists that have words of its name or its value
};

class Facts {
 public:
  /// All references must outlive the object.
  Facts(Folder& folder, const WordIndex& index, const Lexicon& lexicon) : folder_(folder), index_(index), lexicon_(lexicon) {}

  /// Begins with another transaction. What the functions below return lives until the next call of look_at(), and as long as the
  /// transaction.
  void look_at(const gt_transaction& transaction);

  [[nodiscard]] const gt_transaction& transaction() const { return *transaction_; }
  [[nodiscard]] const std::string& tender();
  [[nodiscard]] std::span<const AttributeFacts> attributes();
  /// Room for a number a line, empty: a rule's until the next one asks for it.
  std::vector<std::int64_t>& left() {
    left_.clear();
    return left_;
  }
  [[nodiscard]] std::span<const LineFacts> lines();
  [[nodiscard]] std::span<const FieldFacts> fields();
  [[nodiscard]] std::span<const std::uint64_t> category_lists(const LineFacts& line);
  [[nodiscard]] bool category_says(const LineFacts& line, const Phrases& phrases);

  // The text as phrases read it; each is valid until another reading is asked for.
  [[nodiscard]] const Reading& name_reading(const LineFacts& line);
  [[nodiscard]] const Reading& category_reading(const LineFacts& line);
  [[nodiscard]] const Reading& field_reading(std::size_t field);

 private:
  void read_lines();
  void read_field(const gt_attribute& attribute, FieldFacts& into);
  /// Puts the words of a field's name, cut at underscores and capitals, into words_.
  void read_field_name(const gt_attribute& attribute);
  /// Whether `what` is in reading_ already. Where it is not, the caller must read it into reading_ now.
  bool is_read(const void* what);
  void drop_what_was_large();

  Folder& folder_;
  const WordIndex& index_;
  const Lexicon& lexicon_;
  const gt_transaction* transaction_ = nullptr;
  bool has_tender_ = false;
  bool has_attributes_ = false;
  bool has_lines_ = false;
  bool has_fields_ = false;
  std::string tender_;
  std::vector<AttributeFacts> attributes_;
  std::vector<LineFacts> lines_;
  std::vector<std::uint64_t> bits_;
  std::vector<std::int64_t> left_;
  std::vector<FieldFacts> fields_;
  // The category that was asked for last: many lines have the same one.
  std::optional<std::string> category_;
  std::vector<std::uint64_t> category_bits_;
  Reading category_reading_;
  bool category_is_read_ = false;
  std::vector<std::pair<const Phrases*, bool>> category_says_;
  Reading reading_;
  const void* read_ = nullptr;  // the text that reading_ holds
  std::string words_;
  std::string text_;
};

}  // namespace greentill::rules

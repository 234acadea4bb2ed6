// SPDX-License-Identifier: Apache-2.0
// A transaction as rules look at it: each of its texts folded once, however many rules there are, and only where one asks for it.
// Reused from transaction to transaction, so that it stops allocating. Threads: one.
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
  bool is_one_clause = true;             // Folder::clauses() says the same
  std::string category;                  // likewise
  std::span<const std::uint64_t> lists;  // of WordIndex, that have words of the name
  /// A till voids or returns a line by one more line, with a negative quantity.
  [[nodiscard]] bool takes_back() const { return line->quantity_milli < 0; }
};

struct AttributeFacts {
  std::string name;   // folded
  std::string value;  // as Folder::fold_to_words()
};

/// An attribute as phrases read it.
struct FieldFacts {
  std::vector<std::uint64_t> lists;  // of WordIndex, that have words of its name or its value
};

class Facts {
 public:
  /// All must outlive it.
  Facts(Folder& folder, const WordIndex& index, const Lexicon& lexicon) : folder_(folder), index_(index), lexicon_(lexicon) {}

  /// Lifetime of what is handed out below: until the next call, and the transaction's.
  void look_at(const gt_transaction& transaction);

  [[nodiscard]] const gt_transaction& transaction() const { return *transaction_; }
  [[nodiscard]] const std::string& tender();
  [[nodiscard]] std::span<const AttributeFacts> attributes();
  [[nodiscard]] std::span<const LineFacts> lines();
  [[nodiscard]] std::span<const FieldFacts> fields();
  [[nodiscard]] std::span<const std::uint64_t> category_lists(const LineFacts& line);
  [[nodiscard]] bool category_says(const LineFacts& line, const Phrases& phrases);

  // As phrases read them, each until another is asked for.
  [[nodiscard]] const Reading& name_reading(const LineFacts& line);
  [[nodiscard]] const Reading& category_reading(const LineFacts& line);
  [[nodiscard]] const Reading& field_reading(std::size_t field);

 private:
  void read_lines();
  void read_field(const gt_attribute& attribute, FieldFacts& into);
  /// The words of a field's name, cut at underscores and capitals, in words_.
  void read_field_name(const gt_attribute& attribute);
  /// Whether `what` is in reading_ already; it is to be read there now where it is not.
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
  std::vector<FieldFacts> fields_;
  // Of the category that was asked for last: many lines have the same.
  std::optional<std::string> category_;
  std::vector<std::uint64_t> category_bits_;
  Reading category_reading_;
  bool category_is_read_ = false;
  std::vector<std::pair<const Phrases*, bool>> category_says_;
  Reading reading_;
  const void* read_ = nullptr;  // what is in it
  std::string words_;
  std::string text_;
};

}  // namespace greentill::rules

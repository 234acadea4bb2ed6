// SPDX-License-Identifier: Apache-2.0
// A transaction as rules look at it: each of its texts folded once, however many rules there are, and only where one asks for it.
// Reused from transaction to transaction, so that it stops allocating. Threads: one.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "greentill/plugin.hpp"
#include "plugins/rules/fold.hpp"
#include "plugins/rules/word_index.hpp"

namespace greentill::rules {

struct LineFacts {
  const gt_line* line = nullptr;
  std::string name;                      // folded
  std::string name_words;                // as Folder::fold_to_words()
  std::string category;                  // likewise
  std::span<const std::uint64_t> lists;  // of WordIndex, that have words of the name
  /// A till voids or returns a line by one more line, with a negative quantity.
  [[nodiscard]] bool takes_back() const { return line->quantity_milli < 0; }
};

struct AttributeFacts {
  std::string name;   // folded
  std::string value;  // as Folder::fold_to_words()
};

class Facts {
 public:
  /// Both must outlive it.
  Facts(Folder& folder, const WordIndex& index) : folder_(folder), index_(index) {}

  /// Lifetime of what is handed out below: until the next call, and the transaction's.
  void look_at(const gt_transaction& transaction);

  [[nodiscard]] const gt_transaction& transaction() const { return *transaction_; }
  [[nodiscard]] const std::string& tender();
  [[nodiscard]] std::span<const AttributeFacts> attributes();
  [[nodiscard]] std::span<const LineFacts> lines();

 private:
  void read_lines();
  void drop_what_was_large();

  Folder& folder_;
  const WordIndex& index_;
  const gt_transaction* transaction_ = nullptr;
  bool has_tender_ = false;
  bool has_attributes_ = false;
  bool has_lines_ = false;
  std::string tender_;
  std::vector<AttributeFacts> attributes_;
  std::vector<LineFacts> lines_;
  std::vector<std::uint64_t> bits_;
};

}  // namespace greentill::rules

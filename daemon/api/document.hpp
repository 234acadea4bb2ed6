// SPDX-License-Identifier: Apache-2.0
// What POST /v1/transactions takes, apart from any server: one JSON object, an array of them, or one a line (NDJSON). Each
// transaction is read by event/json_reader.hpp; one that is refused costs no other.
// Threads: pure functions; a LineSplitter by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/result.hpp"
#include "daemon/event/json_reader.hpp"

namespace greentill::api {

inline constexpr std::size_t kMaxTransactionBytes = 256u << 10;  ///< of one transaction's JSON

enum class DocumentForm : std::uint8_t { object, array, lines };

/// Which form a whole document has: an array where it begins with '[', lines where its first line is an object and something
/// follows, else one object.
[[nodiscard]] DocumentForm sniff_form(std::string_view document);

struct Item {
  std::size_t index = 0;  ///< from 0
  std::size_t line = 0;   ///< from 1, for DocumentForm::lines; else 0
  Result<event::Transaction, event::Refusal> transaction;
};

/// Called for each item in order; false stops the reading.
using ItemVisitor = std::function<bool(Item&&)>;

/// Reads an array's items one after the other. Where the array is not closed, or anything follows it, one more refused item says
/// so.
void parse_array(std::string_view document, const ItemVisitor& visit);

/// Cuts what arrives in pieces into lines. Blank lines are counted and passed over. Holds at most one line.
class LineSplitter {
 public:
  /// False as soon as the visitor stops; then nothing more may be fed.
  [[nodiscard]] bool feed(std::string_view piece, const ItemVisitor& visit);
  /// Hands in a last line that has no line end.
  [[nodiscard]] bool finish(const ItemVisitor& visit);
  /// How many whole lines, and items, came so far.
  [[nodiscard]] std::size_t lines() const { return line_; }
  [[nodiscard]] std::size_t items() const { return index_; }

 private:
  bool end_line(std::string_view text, const ItemVisitor& visit);

  std::string partial_;
  bool too_long_ = false;
  std::size_t line_ = 0;
  std::size_t index_ = 0;
};

/// Reads a whole document into memory, in the form that its sender declared, else in the one that sniff_form() finds.
[[nodiscard]] std::vector<Item> parse_document(std::string_view document, std::optional<DocumentForm> form = std::nullopt);

}  // namespace greentill::api

// SPDX-License-Identifier: Apache-2.0
// From a file's bytes to transactions, row by row: the part of the journal that reads what others wrote, without any file.
// Threads: one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/event/transaction.hpp"
#include "plugins/journal/mapping.hpp"

namespace greentill::journal {

/// Of a row beyond these the first line is given up and the next one tried: a quote that is never closed costs its own line
/// alone, and holds a file that grows slowly up for a few rows only.
inline constexpr std::size_t kMaxRowBytes = 256u << 10;
inline constexpr std::size_t kMaxRowLines = 16;

struct Row {
  std::size_t size = 0;                                 ///< bytes, line end included
  std::size_t lines = 0;                                ///< newlines in it
  std::optional<plugin::Transaction> transaction = {};  ///< that a mapping made
  std::optional<event::Transaction> read = {};          ///< that stood there as JSON
  std::string problem = {};  ///< why there is neither; all empty where the row says nothing: a header, a blank line
  bool left_out = false;     ///< there is neither on purpose
};

class RowDecoder {
 public:
  virtual ~RowDecoder() = default;
  /// The next row is the first of a file.
  virtual void begin_file() = 0;
  /// The row at the begin of `bytes`; nothing where it is not complete. `last`: nothing follows these bytes.
  /// Throws std::runtime_error where the file as a whole cannot be read with this configuration (its header).
  virtual std::optional<Row> next(std::string_view bytes, bool last) = 0;
  /// The first line of a file that nobody will write any more, which next() left there: it is no row. Requires: some bytes.
  virtual Row abandoned(std::string_view bytes) = 0;
  /// Whether the rows that follow can be read without what stands at the file's begin.
  [[nodiscard]] virtual bool is_past_header() const = 0;
};

/// Rows of CSV, the first of each file being its header. A line "sep=;" before it says with what fields are separated in that
/// file.
std::unique_ptr<RowDecoder> csv_decoder(Mapping mapping);
/// One transaction in JSON a line (NDJSON).
std::unique_ptr<RowDecoder> json_decoder();

}  // namespace greentill::journal

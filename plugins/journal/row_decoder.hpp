// SPDX-License-Identifier: Apache-2.0
// From a file's bytes to transactions, row by row: the part of the journal that reads what others wrote, without any file.
// Threads: one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/journal/mapping.hpp"

namespace greentill::journal {

/// A row beyond this is given up: what a quote that is never closed swallows is bounded.
inline constexpr std::size_t kMaxRowBytes = 256u << 10;

struct Row {
  std::size_t size = 0;   ///< bytes, line end included
  std::size_t lines = 0;  ///< newlines in it
  std::optional<plugin::Transaction> transaction;
  std::string problem;  ///< why there is none; both empty where the row says nothing: a header, a blank line
};

class RowDecoder {
 public:
  virtual ~RowDecoder() = default;
  /// The next row is the first of a file.
  virtual void begin_file() = 0;
  /// The row at the begin of `bytes`; nothing where it is not complete. `last`: nothing follows these bytes.
  /// Throws std::runtime_error where the file as a whole cannot be read with this configuration (its header).
  virtual std::optional<Row> next(std::string_view bytes, bool last) = 0;
};

/// Rows of CSV, the first of each file being its header.
std::unique_ptr<RowDecoder> csv_decoder(Mapping mapping);
/// One transaction in JSON a line (NDJSON).
std::unique_ptr<RowDecoder> json_decoder();

}  // namespace greentill::journal

// SPDX-License-Identifier: Apache-2.0
// Reads rows from the pages of a database whose tables cannot be followed any more. Each page is looked at by itself, so that a
// page that is zeroed, swapped or missing takes with it what stood on it and nothing else. What is read may be anything: whoever
// asks has to know a row by its content. The file format: https://www.sqlite.org/fileformat2.html
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "daemon/base/bytes.hpp"
#include "daemon/base/descriptor.hpp"
#include "daemon/base/error.hpp"
#include "daemon/sqlite/log_frames.hpp"

namespace greentill::sqlite {

/// A column of a row as it is stored. Lifetime of the bytes: the visit.
struct RawValue {
  enum class Kind : std::uint8_t { null, integer, text, blob };
  Kind kind = Kind::null;
  std::int64_t integer = 0;
  ByteView bytes;
};

struct RawRow {
  std::int64_t rowid = 0;
  std::vector<RawValue> columns;  ///< of a rowid's own column: null
};

class PageReader {
 public:
  /// Opens the file and, where there is one, its write-ahead log. io where the file cannot be opened; a damaged log is none.
  static Result<PageReader> open(const std::filesystem::path& database);

  /// Visits the rows of all pages that look like a leaf of a table with a rowid: first of each page's latest version, then of
  /// what it was before, so that of two rows with one rowid the first is the newer one; in the end what else stands in the log. A
  /// page that cannot be read is passed over.
  void for_each_row(const std::function<void(const RawRow&)>& visit);

 private:
  using Page = std::vector<std::uint8_t>;
  PageReader() = default;
  void read_page_size();
  void read_log();
  bool read_at(const Descriptor& file, std::uint64_t offset, Page& into) const;
  /// The page's latest version.
  bool read_page(std::uint32_t number, Page& into) const;
  void visit_page(const Page& page, std::uint32_t number, const std::function<void(const RawRow&)>& visit);
  bool read_cell(ByteView page, std::size_t at);
  bool read_overflow(std::uint32_t number, std::size_t missing);
  bool read_record();

  Descriptor file_, log_;
  std::uint64_t file_bytes_ = 0;
  std::size_t page_size_ = 4096;
  std::size_t usable_ = 4096;
  LogFrames frames_;
  std::map<std::uint32_t, std::size_t> latest_;  // the last one of each page that is taken
  std::vector<std::uint8_t> payload_;            // of the cell that is read
  RawRow row_;
};

}  // namespace greentill::sqlite

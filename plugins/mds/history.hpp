// SPDX-License-Identifier: Apache-2.0
// A trip history that was published as CSV, read by a mapping of the journal's. Threads: one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "plugins/common/readers/record_reader.hpp"
#include "plugins/journal/row_decoder.hpp"

namespace greentill::mds {

class History final : public plugin::RecordReader {
 public:
  /// `bytes` must outlive the history.
  History(plugin::ByteInput& bytes, journal::Mapping mapping);

  Next next(plugin::Transaction& into) override;
  [[nodiscard]] std::string where() const override { return "line " + std::to_string(line_); }

 private:
  plugin::ByteInput& bytes_;
  std::unique_ptr<journal::RowDecoder> rows_;
  std::string buffer_;
  std::size_t consumed_ = 0;
  bool at_end_ = false;
  std::uint64_t line_ = 1;       // of the row read last
  std::uint64_t next_line_ = 1;  // of the one that follows
};

}  // namespace greentill::mds

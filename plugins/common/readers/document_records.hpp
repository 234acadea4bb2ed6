// SPDX-License-Identifier: Apache-2.0
// The records of a file that is one document and was read at once. Threads: one thread.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "plugins/common/readers/record_reader.hpp"

namespace greentill::plugin {

/// Whatever max_file_mb allows: a document is in memory as a whole, and as a tree besides.
inline constexpr std::size_t kMostDocumentBytes = 64u << 20;

class DocumentRecords final : public RecordReader {
 public:
  explicit DocumentRecords(std::vector<Transaction> records) : records_(std::move(records)) {}
  Next next(Transaction& into) override {
    if (next_ == records_.size()) return Next::end;
    into = std::move(records_[next_++]);
    return Next::record;
  }

 private:
  std::vector<Transaction> records_;
  std::size_t next_ = 0;
};

}  // namespace greentill::plugin

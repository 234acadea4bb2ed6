// SPDX-License-Identifier: Apache-2.0
// The records of a file that is one document, read into memory at once. Threads: one thread.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "plugins/common/readers/record_reader.hpp"

namespace greentill::plugin {

/// The largest document, whatever max_file_mb allows: it is in memory as text and as a tree.
inline constexpr std::size_t kMostDocumentBytes = 64u << 20;

/// A transaction, or why there is none.
struct DocumentRecord {
  Transaction transaction;
  std::string unusable = {};
  std::string left_out = {};
};

class DocumentRecords final : public RecordReader {
 public:
  explicit DocumentRecords(std::vector<DocumentRecord> records) : records_(std::move(records)) {}
  Next next(Transaction& into) override {
    if (next_ == records_.size()) return Next::end;
    DocumentRecord& record = records_[next_++];
    if (!record.unusable.empty()) throw Unusable(record.unusable);
    if (!record.left_out.empty()) throw LeftOut(record.left_out);
    into = std::move(record.transaction);
    return Next::record;
  }

 private:
  std::vector<DocumentRecord> records_;
  std::size_t next_ = 0;
};

/// Appends the transactions that `read` returns. Where it throws LeftOut, appends one record that is left out for that reason.
/// Unusable is not caught.
template <typename Read>
void add_records(std::vector<DocumentRecord>& to, const Read& read) {
  try {
    std::vector<Transaction> all = read();
    for (const Transaction& one : all) check_limits(one);
    for (Transaction& one : all) to.push_back({std::move(one)});
  } catch (const LeftOut& left_out) {
    to.push_back({{}, {}, left_out.what()});
  }
}

}  // namespace greentill::plugin

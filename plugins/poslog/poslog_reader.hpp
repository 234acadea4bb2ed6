// SPDX-License-Identifier: Apache-2.0
// The transactions of a POSLog, one at a time. Threads: one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "plugins/common/readers/document_records.hpp"
#include "plugins/poslog/log_parser.hpp"
#include "plugins/poslog/transactions.hpp"

namespace greentill::poslog {

class PosLogReader final : public plugin::RecordReader {
 public:
  /// Both live as long as the reader.
  PosLogReader(plugin::ByteInput& bytes, const Settings& settings);
  Next next(plugin::Transaction& into) override;
  [[nodiscard]] std::string where() const override { return "transaction " + std::to_string(number_); }

 private:
  struct Read {
    std::uint64_t number = 0;  ///< of the Transaction element, from 1
    plugin::DocumentRecord record;
  };
  void take(const Receipt& receipt);

  const Settings& settings_;
  LogParser parser_;
  plugin::Pieces pieces_;
  std::deque<Read> read_;  // those that one piece of the file held
  std::uint64_t transactions_ = 0;
  std::uint64_t number_ = 0;
};

}  // namespace greentill::poslog

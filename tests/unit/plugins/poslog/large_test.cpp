// SPDX-License-Identifier: Apache-2.0
// A log of 120 MB, in one line, made as it is read: what is held does not grow with it.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "tests/unit/plugins/poslog/logs.hpp"

namespace greentill::poslog {
namespace {

using namespace test;

constexpr std::size_t kLogBytes = 120u << 20;

/// Receipts with numbers of their own, until there are so many bytes.
class MadeLog final : public plugin::ByteInput {
 public:
  std::size_t read(std::span<char> into) override {
    if (begin_ == piece_.size()) make();
    const std::size_t count = std::min(into.size(), piece_.size() - begin_);
    std::copy_n(piece_.data() + begin_, count, into.data());
    begin_ += count;
    made_ += count;
    return count;
  }
  [[nodiscard]] int receipts() const { return receipts_; }
  [[nodiscard]] std::size_t bytes() const { return made_; }

 private:
  void make() {
    begin_ = 0;
    if (made_ == 0) {
      piece_ = "<POSLog xmlns=\"" + kSpace + "\">";
    } else if (made_ < kLogBytes) {
      piece_ = receipt(++receipts_, inside_);
    } else {
      piece_ = std::exchange(ended_, true) ? "" : "</POSLog>";
    }
  }
  // As in real logs, most of it is what nobody reads here: rewards, authorisations, signatures.
  const std::string inside_ =
      sale("bread") + sale("milk", "2", "3.20") + line("<LoyaltyReward>" + std::string(2000, 'r') + "</LoyaltyReward>") +
      line("<ElectronicSignature><svg><path d=\"" + std::string(9000, 'M') + "\"/></svg></ElectronicSignature>");
  std::string piece_;
  std::size_t begin_ = 0;
  std::size_t made_ = 0;
  int receipts_ = 0;
  bool ended_ = false;
};

std::size_t resident_bytes() {
  std::ifstream in("/proc/self/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  in >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

TEST_CASE("poslog: a log of 120 MB is read in memory that does not grow with it") {
  MadeLog log;
  const Settings with = settings();
  PosLogReader reader(log, with);
  int read = 0;
  std::size_t early = 0;
  std::size_t most = 0;
  for (;;) {
    plugin::Transaction transaction;
    const auto next = reader.next(transaction);
    if (next == plugin::RecordReader::Next::end) break;
    if (next == plugin::RecordReader::Next::nothing) continue;
    REQUIRE(transaction.lines.size() == 2);
    if (++read % 500 != 0) continue;
    if (early == 0) early = resident_bytes();
    most = std::max(most, resident_bytes());
  }
  CHECK(log.bytes() > kLogBytes);
  CHECK(read == log.receipts());
  MESSAGE(read, " receipts, grown by ", (most - early) >> 10, " KiB");
#if defined(__SANITIZE_ADDRESS__)
  MESSAGE("what the sanitizer keeps of freed memory is not measured");
#else
  CHECK(most - early < (2u << 20));
#endif
}

}  // namespace
}  // namespace greentill::poslog

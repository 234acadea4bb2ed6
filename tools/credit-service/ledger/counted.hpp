// SPDX-License-Identifier: Apache-2.0
// What a claim counts for in ceilings and limits. docs/ledger.md, "What was spent": what is taken back after it could be spent
// gives nothing back, and what stands again then counts once, at the most that it ever had. Threads: pure.
#pragma once

#include <algorithm>
#include <cstdint>

namespace greentill::credit {

class Counted {
 public:
  /// A booking that changed what is granted by `mg`; `is_late`: when it could be spent already.
  void change(std::int64_t mg, bool is_late) {
    was_booked_ = true;
    granted_ += mg;
    if (mg < 0 && is_late) kept_ = std::max(kept_, mg_);
    mg_ = std::max(kept_, granted_);
  }
  [[nodiscard]] std::int64_t mg() const { return mg_; }
  [[nodiscard]] bool was_booked() const { return was_booked_; }

 private:
  std::int64_t granted_ = 0;
  std::int64_t kept_ = 0;
  std::int64_t mg_ = 0;
  bool was_booked_ = false;
};

}  // namespace greentill::credit

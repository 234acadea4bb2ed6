// SPDX-License-Identifier: Apache-2.0
// Between our own structs and those of the plugin ABI: views of ours to hand in, checked copies of what a plugin hands out.
// Threads: one object a thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/event/transaction.hpp"
#include "greentill/plugin.h"

namespace greentill::detect {

inline constexpr std::size_t kMaxActivities = 64;
inline constexpr std::size_t kMaxLines = 10'000;
inline constexpr std::size_t kMaxAttributes = 256;
inline constexpr std::size_t kMaxTransactionQuantities = 64;

inline gt_text to_abi(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view from_abi(gt_text text) {
  return text.size == 0 || text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

/// Holds a gt_transaction that points into a Transaction. Reused from call to call, so that it stops allocating.
class TransactionView {
 public:
  /// Lifetime: until the next call, and the transaction's. The account token is left out: no detector needs it.
  const gt_transaction& of(const event::Transaction& transaction);

 private:
  std::vector<gt_quantity> quantities_;
  std::vector<gt_line> lines_;
  std::vector<gt_attribute> attributes_;
  gt_transaction view_{};
};

/// What keeps a string, an activity or a transaction from being taken, or null where nothing does. Static text.
const char* wrong_with(const gt_activity& activity, std::size_t line_count);
const char* wrong_with(const gt_transaction& transaction);

/// Requires: nothing wrong with it.
event::Activity copy(const gt_activity& activity);
event::Transaction copy(const gt_transaction& transaction);

/// Bytes that are not UTF-8 or control characters become '?'; cut at `limit` bytes. For texts that only people read.
std::string readable(gt_text text, std::size_t limit = 512);

}  // namespace greentill::detect

// SPDX-License-Identifier: Apache-2.0
// The step tell: what a device must be told of a claim besides the receipt for its batch (docs/claim-format.md, "Receipts").
// Called within the store's current transaction. Private to ledger/. Threads: one.
#pragma once

#include <map>
#include <string>

#include "tools/credit-service/ledger/store.hpp"

namespace greentill::credit {

/// What stands of a claim, as its device sees it.
struct Stands {
  claim::Stands standing = claim::Stands::accepted;
  std::int64_t granted_mg = 0;
  Reason reason = Reason::none;  ///< none where it is accepted
  friend bool operator==(const Stands&, const Stands&) = default;
};
[[nodiscard]] Stands stands_of(const Decision& decision);

class Telling {
 public:
  explicit Telling(Store& store) : store_(store) {}

  /// Where what stands has changed, numbers the change for the claim's device. A claim that was refused for now is no matter of
  /// changes: its bytes come again. `is_new`: this batch's receipt says what was decided, but not that it is held.
  Status tell(const std::string& device, std::int64_t claim, const Decision& was, const Decision& is, bool is_new,
              std::int64_t now);

 private:
  Store& store_;
};

}  // namespace greentill::credit

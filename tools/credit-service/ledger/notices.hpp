// SPDX-License-Identifier: Apache-2.0
// What the operator is told while batches are taken, rationed: a device sends the same again and again, and each would be a line.
// Private to ledger/. Threads: one.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "daemon/base/line_allowance.hpp"
#include "daemon/base/lines_by_name.hpp"
#include "daemon/base/ports.hpp"
#include "tools/credit-service/ledger/lock_store.hpp"
#include "tools/credit-service/ledger/things.hpp"
#include "tools/credit-service/verify/batch.hpp"

namespace greentill::credit {

class Notices {
 public:
  /// Both must outlive it.
  Notices(Clock& clock, Log& log) : clock_(clock), log_(log) {}

  /// A chain stands still because its next claim cannot be taken.
  void not_taken(const std::string& device, const BatchClaim& claim);
  /// A claim took its place, and is refused for what the operator, or a clock, can mend.
  void refused(const std::string& device, const BatchClaim& claim, Reason reason);
  /// A device goes on where this ledger has not come to; said once it sends the same again: then what lies between does not come.
  void gap(const Batch& batch, std::uint64_t seq, std::uint64_t head);
  /// A batch is read up to a message that is none.
  void broken(const std::string& device, const std::string& trouble);
  /// A batch that was kept aside is dropped, as this version reads it differently.
  void unreadable(const std::string& device, const std::string& trouble);
  /// A chain began that is not simply the next one.
  void began(const std::string& device, const Chain& chain);
  /// A chain is held from here on.
  void held(const std::string& device, const Chain& chain, const std::string& why);
  /// A start is not stored, because there is one like it.
  void no_room(const std::string& device, const claim::ChainId& chain);
  /// A ride of a lock contradicts others of it; the device brought it.
  void contradicted(const LockFault& fault, const std::string& device);
  /// A day stood out, in a sentence.
  void stood_out(const std::string& words);
  /// What is held, by reasons, where there is any; said once a day.
  void held_in_all(const std::vector<HeldCount>& counts);
  /// Credit lapsed with the begin of a month (202611), of so many accounts' purses.
  void lapsed(std::int64_t month, std::size_t holders, std::int64_t mg);
  /// A device's quota is used up.
  void over_quota(const std::string& device, std::int64_t again_s);

 private:
  void tell(const std::string& device, const BatchClaim& claim, Reason reason, const std::string& fate, const std::string& why);
  bool may(const std::string& device, Reason about);
  void ration(LinesByName& lines, LogLevel level, const std::string& name, const std::string& line);

  static constexpr std::chrono::minutes kLeastBetweenLines{10};
  // A contradiction holds two chains or more at once, each of which is worth a line.
  static constexpr int kChainsAtOnce = 4;

  Clock& clock_;
  Log& log_;
  LinesByName broken_{1, kLeastBetweenLines};
  LinesByName unreadable_{1, kLeastBetweenLines};
  LinesByName locks_{1, kLeastBetweenLines};
  LinesByName chains_{kChainsAtOnce, kLeastBetweenLines};         // by device, and what became of them
  std::map<std::pair<std::string, Reason>, LineAllowance> told_;  // bounded by the number of devices with a certificate
  struct Gap {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    LineAllowance lines;
  };
  std::map<std::string, Gap> gaps_;  // likewise
};

}  // namespace greentill::credit

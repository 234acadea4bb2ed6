// SPDX-License-Identifier: Apache-2.0
// A device's day is looked at: against its own past, and against days of others of its class (docs/ledger.md, "Screening").
// Called within the store's current transaction. Private to ledger/. Threads: one.
#pragma once

#include "tools/credit-service/ledger/lookup.hpp"
#include "tools/credit-service/ledger/notices.hpp"
#include "tools/credit-service/ledger/programmes.hpp"
#include "tools/credit-service/ledger/sweeps.hpp"

namespace greentill::credit {

class Screening {
 public:
  /// What it refers to must outlive it.
  Screening(Store& store, Lookup& lookup, Programmes& programmes, Sweeps& sweeps, Notices& notices)
      : store_(store), lookup_(lookup), programmes_(programmes), sweeps_(sweeps), notices_(notices) {}

  /// Looks at the day that the work is of, for each activity of which enough came. What stands out is held from here on.
  Status look(const Work& work, std::int64_t now);

 private:
  /// A day of which enough came.
  struct Look {
    const Device& device;
    const std::string& activity;
    std::int64_t day = 0;
    std::int64_t from = 0;  ///< the first day of those that it is compared with
    std::int64_t value = 0;
  };

  Result<bool> is_new(const std::string& device, std::int64_t now);
  Status compare(const Look& look, const DeviceDay& day, std::int64_t now);
  Status hold(const Look& look, const DeviceDay& day, const std::string& words, std::int64_t now);
  Status add_to_class(const Look& look, const std::vector<ClassDay>& others);

  Store& store_;
  Lookup& lookup_;
  Programmes& programmes_;
  Sweeps& sweeps_;
  Notices& notices_;
};

}  // namespace greentill::credit

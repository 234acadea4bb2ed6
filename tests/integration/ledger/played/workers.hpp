// SPDX-License-Identifier: Apache-2.0
// A ledger's database with its workers, kept for all schedules of one programme: to open them costs more than most schedules.
// Threads: one.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/integration/ledger/played/messages.hpp"
#include "tests/unit/credit-service/office.hpp"

namespace greentill::played {

struct Workers {
  /// Nothing is open yet. `keys` must outlive it.
  Workers(const Json& programme, Keys& keys);

  void open();
  void close();
  /// Empties the books, and opens what is not open: as after a start with a new file.
  void clear();
  void clear_postgres();

  test::Office office;
  std::unique_ptr<credit::Store> store;
  std::vector<std::unique_ptr<test::Desk>> desks;
};

class WorkersByProgramme {
 public:
  explicit WorkersByProgramme(Keys& keys) : keys_(keys) {}
  /// With empty books. Lifetime: until the next call.
  Workers& of(const Json& programme);
  /// Those of the programme went through a restore, whose epoch stays: they serve no other schedule.
  void drop(const Json& programme) { all_.erase(programme.dump()); }
  void drop_all() { all_.clear(); }

 private:
  Keys& keys_;
  std::map<std::string, Workers> all_;
};

/// A device that nobody asks for: it asks, so that an hour counts.
inline constexpr const char* kClock = "clock";

}  // namespace greentill::played

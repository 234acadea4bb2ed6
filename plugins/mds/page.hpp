// SPDX-License-Identifier: Apache-2.0
// A page of MDS, read as it comes: provider /trips, /status_changes and /events of 1.x, provider /trips and /events of 2.x, and
// the bare list that agency /trips of 2.x takes. Threads: one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "plugins/common/readers/json_stream.hpp"
#include "plugins/common/readers/record_reader.hpp"
#include "plugins/mds/status_change.hpp"
#include "plugins/mds/trip.hpp"

namespace greentill::mds {

class Page final : public plugin::RecordReader {
 public:
  /// `bytes` must outlive the page.
  Page(plugin::ByteInput& bytes, Surroundings with);

  Next next(plugin::Transaction& into) override;
  [[nodiscard]] std::string where() const override { return where_; }

 private:
  enum class At { begin, page, data, trips, events, over, finished };

  void open();
  void read_key();
  void read_version();
  void enter_list(At list, int major);
  Next read_trip(plugin::Transaction& into);
  void read_event();
  void check_end();
  Next give(plugin::Transaction& into);

  plugin::JsonStream stream_;
  Surroundings with_;
  TripsOfEvents events_;
  At at_ = At::begin;
  At above_ = At::over;  // where the list that is being read stands in
  int version_ = 0;      // the major one; 0: not seen yet
  int shape_ = 0;        // what the place of the list says of it; 0: nothing
  bool bare_ = false;
  bool found_list_ = false;
  std::string other_;  // a list of MDS that holds no trips
  std::uint64_t number_ = 0;
  std::string where_;
  std::deque<Outcome> outcomes_;
};

}  // namespace greentill::mds

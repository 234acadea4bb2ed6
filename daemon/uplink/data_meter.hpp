// SPDX-License-Identifier: Apache-2.0
// Counts what the line carries in a month and says what may still go over it. Private to daemon/uplink. Threads: the strand's.
//
// What always holds:
// - What is kept is never less than what went over the line, as far as it was told, and at most a step more: it is written ahead,
//   a step at a time. So a kill forgets nothing, costs a step, and few messages cost a write.
// - Only a sure time begins a month. A clock that nobody keeps neither frees the line nor locks it: it goes on in the month it
//   has, and once that is used up it is tried now and then, with little, until the service has said the time.
#pragma once

#include <chrono>
#include <cstdint>

#include "daemon/base/ports.hpp"
#include "daemon/uplink/data_use.hpp"

namespace greentill::uplink {

class DataMeter {
 public:
  /// About what connecting, subscribing and asking once take.
  static constexpr std::uint64_t kConnecting = 10'000;
  /// What a try for the time may use, and how often one is made.
  static constexpr std::uint64_t kTrial = 32'768;
  static constexpr std::chrono::hours kFirstTrial{1};
  static constexpr std::chrono::hours kBetweenTrials{24};

  /// `clock` must outlive it.
  DataMeter(DataOptions options, Clock& clock);

  /// A connection begins: it has carried nothing yet.
  void begin() { connection_ = 0; }
  /// So much the connection has carried since it began.
  void carried(std::uint64_t total);
  /// Adds what nobody measured.
  void reckon(std::uint64_t bytes);
  /// Looks whether another month has begun.
  void look();
  /// Whether a connection may be made: where nothing is left, only as a try for the time.
  bool may_connect();
  /// How much may still go over the line.
  [[nodiscard]] std::uint64_t room() const;
  [[nodiscard]] bool has_room(std::uint64_t bytes) const { return bytes <= room(); }
  /// The line is given up for the month.
  void close() { used_up_ = true; }
  /// Keeps the count as it is: at an end in good order.
  void keep();
  [[nodiscard]] DataUse use() const;

 private:
  void begin_month(std::int32_t month);

  const DataOptions options_;
  Clock& clock_;
  const std::uint64_t step_;
  DataCount count_;
  DataCount kept_;
  std::uint64_t connection_ = 0;  // what of the count the connection has carried
  std::uint64_t limit_;           // the cap, or more while a try lasts
  bool used_up_ = false;
  std::chrono::milliseconds next_trial_;
};

}  // namespace greentill::uplink

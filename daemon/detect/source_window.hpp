// SPDX-License-Identifier: Apache-2.0
// The records that a source handed in and that are not durable yet. Callbacks of the sink share it, so that it outlives its
// runner where they come late. Threads: complete() and wake() from any thread; the rest from the runner's.
//
// What always holds:
// - Records have numbers from 0 on, in the order of add(); at most kSourceWindow are taken and not durable.
// - durable() only rises, and counts an unbroken run from the first record on: it stops before a record that must be offered
//   again.
// - complete() is called exactly once for each record, in any order; outstanding() counts those for which it was not.
// - Once retry_reason() is not empty it stays so until restart(), which needs that nothing is outstanding: so no late callback
//   counts for the next life.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/detect/wire.hpp"

namespace greentill::detect {

/// How much memory records may take that are not durable. A record is taken as long as less is in use, so that one of any size is
/// taken in the end.
inline constexpr std::size_t kSourceWindowBytes = 4u << 20;

/// How much memory a record takes. The host and the daemon compute the same number.
[[nodiscard]] std::size_t memory_of(const Record& record);

class SourceWindow {
 public:
  SourceWindow();
  ~SourceWindow();
  SourceWindow(const SourceWindow&) = delete;
  SourceWindow& operator=(const SourceWindow&) = delete;

  /// Starts counting records from 0. Requires: outstanding() == 0.
  void restart();
  /// Takes in one more record, of so many bytes, and sets its number; false where kSourceWindow records are not durable.
  bool add(std::uint64_t& number, std::size_t bytes);
  /// The sink's answer for a record. ok or invalid: it is durable, or refused for ever. Any other code: it must be offered again.
  void complete(std::uint64_t number, const Status& status);

  /// How many records, from the first on, are durable or refused for ever.
  [[nodiscard]] std::uint64_t durable() const;
  /// How many records were not answered yet.
  [[nodiscard]] std::uint64_t outstanding() const;
  /// Whether the records that are not durable take kSourceWindowBytes or more.
  [[nodiscard]] bool is_heavy() const;
  /// Why records must be offered again, of the first such record; empty where none must.
  [[nodiscard]] std::string retry_reason() const;

  /// Becomes readable when a record was completed or wake() was called; drain() makes it silent again.
  [[nodiscard]] int descriptor() const { return event_; }
  void wake();
  void drain();

 private:
  mutable std::mutex mutex_;
  std::vector<bool> done_ = std::vector<bool>(kSourceWindow);
  std::vector<std::size_t> bytes_ = std::vector<std::size_t>(kSourceWindow);
  std::size_t all_bytes_ = 0;  // of those that are not durable
  std::uint64_t added_ = 0;
  std::uint64_t durable_ = 0;
  std::uint64_t completed_ = 0;
  std::string retry_reason_;
  int event_;
};

}  // namespace greentill::detect

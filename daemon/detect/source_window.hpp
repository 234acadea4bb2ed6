// SPDX-License-Identifier: Apache-2.0
// What a source handed in and is not durable yet. It outlives its runner where callbacks come late.
// Threads: complete() and wake() from any thread; the rest from the runner's.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/detect/wire.hpp"

namespace greentill::detect {

/// The memory of what is not durable, beyond which no further record is taken; so that there is always room for one, however
/// large.
inline constexpr std::size_t kSourceWindowBytes = 4u << 20;

/// What a record takes in memory. The host and the daemon go by the same number.
[[nodiscard]] std::size_t memory_of(const Record& record);

class SourceWindow {
 public:
  SourceWindow();
  ~SourceWindow();
  SourceWindow(const SourceWindow&) = delete;
  SourceWindow& operator=(const SourceWindow&) = delete;

  /// Starts counting records from 0. Requires: outstanding() == 0.
  void restart();
  /// Takes in one more record of so many bytes; false where there are as many as may be.
  bool add(std::uint64_t& number, std::size_t bytes);
  void complete(std::uint64_t number, const Status& status);

  /// The first so many records are durable, or refused for ever.
  [[nodiscard]] std::uint64_t durable() const;
  [[nodiscard]] std::uint64_t outstanding() const;
  /// Whether those that are not durable take kSourceWindowBytes or more.
  [[nodiscard]] bool is_heavy() const;
  /// Why records must be offered again, or empty.
  [[nodiscard]] std::string retry_reason() const;

  /// Readable once something was completed or wake() called; drain() makes it silent again.
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

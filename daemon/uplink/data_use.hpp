// SPDX-License-Identifier: Apache-2.0
// What the line to the broker has carried in a month, and what of a cap is left: docs/configuration.md, "A metered line".
// Threads: pure functions; a book as it says.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::uplink {

/// What went over the line in a month, both ways, headers of IP and TCP included.
struct DataCount {
  std::int32_t month = 0;  ///< by the device's zone, as 202611; 0: no sure time was known yet
  std::uint64_t bytes = 0;
  friend bool operator==(const DataCount&, const DataCount&) = default;
};

/// The month that the shop's calendar shows at that moment (Unix seconds), as 202611.
[[nodiscard]] std::int32_t local_month(std::int64_t unix_seconds);
/// "2026-11"; empty for 0.
[[nodiscard]] inline std::string month_text(std::int32_t month) {
  if (month == 0) return {};
  const std::string digits = std::to_string(month % 100);
  return std::to_string(month / 100) + (digits.size() == 1 ? "-0" : "-") + digits;
}

enum class DataStage : std::uint8_t {
  free,     ///< nothing is left out
  sparing,  ///< nine tenths are used: only claims, their receipts and the questions about them
  used_up,  ///< the line is not used; claims wait for the month's end
};
/// As in the API and the metrics.
[[nodiscard]] constexpr const char* to_string(DataStage stage) {
  switch (stage) {
    case DataStage::free: return "free";
    case DataStage::sparing: return "sparing";
    case DataStage::used_up: return "used-up";
  }
  return "unknown";
}

struct DataUse {
  DataCount count;
  std::uint64_t cap = 0;  ///< bytes a month; 0: none
  DataStage stage = DataStage::free;
};

/// Keeps a count where no kill and no power cut takes it. Threads: the strand's.
class DataBook {
 public:
  virtual ~DataBook() = default;
  /// Keeps it in place of what was kept before; returns at once. What fails is told by the book, and tried with the next one.
  virtual void keep(const DataCount& count) = 0;
};

/// In a small file, "202611 5242880", which is written by the thread that has the outbox's writer.
class FileDataBook final : public DataBook {
 public:
  /// All must outlive it and the queue's work.
  FileDataBook(std::filesystem::path file, outbox::WriteQueue& queue, Log& log)
      : file_(std::move(file)), queue_(queue), log_(log) {}
  void keep(const DataCount& count) override;
  /// What the file says: zeros where there is none. corrupt where it says something else.
  static Result<DataCount> load(const std::filesystem::path& file);

 private:
  const std::filesystem::path file_;
  outbox::WriteQueue& queue_;
  Log& log_;
};

/// How the line's data is counted and capped.
struct DataOptions {
  std::uint64_t cap = 0;     ///< bytes a month; 0: none
  DataCount kept;            ///< from where the count goes on
  DataBook* book = nullptr;  ///< must outlive the uplink; null: a restart forgets the count
  /// The time, Unix seconds, where that is sure: the service's, or one that a time server keeps. Threads: the strand's.
  std::function<std::optional<std::int64_t>()> sure_time = [] { return std::optional<std::int64_t>(); };
};

}  // namespace greentill::uplink

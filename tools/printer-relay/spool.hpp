// SPDX-License-Identifier: Apache-2.0
// Copies print jobs for whoever reads them, in a thread of its own. Bytes on their way to the printer never wait for the spool: a
// job that it cannot take or write is dropped as a whole, counted and logged. docs/escpos.md describes the folder.
//
// A file appears under its name when it is whole:
//   <begin, UTC, to the millisecond>-<run>-<connection>-<part>-more.escpos    the connection goes on
//   <begin, UTC, to the millisecond>-<run>-<connection>-<part>-end.escpos     it is over
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"

namespace greentill::relay {

struct SpoolOptions {
  std::filesystem::path folder;
  std::uint64_t most_bytes = 64u << 20;  ///< the size of the folder's files; beyond it jobs are dropped
  std::size_t queue_bytes = 4u << 20;    ///< bytes copied and not written yet; beyond it jobs are dropped
};

/// A file that is being written.
class SpoolJob {
 public:
  explicit SpoolJob(std::string name) : name_(std::move(name)) {}

 private:
  friend class Spool;
  const std::string name_;  // without the ending
  bool queued_ = false;     // guarded by the spool's mutex
  bool dropped_ = false;    // guarded by the spool's mutex
  int file_ = -1;           // used by the writer alone
  bool failed_ = false;     // used by the writer alone
};

class Spool {
 public:
  /// Starts the writer, and keeps what an earlier run left unfinished. `log` must outlive the spool.
  static Result<std::unique_ptr<Spool>> start(const SpoolOptions& options, Log& log);
  /// Writes what is queued, for two seconds at most. Where a disk hangs longer the writer goes on alone, and uses nothing but
  /// what it shares with this object.
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  /// Threads: begin(), add() and end() from one thread. None of them waits for the disk.
  std::shared_ptr<SpoolJob> begin(std::uint64_t connection, unsigned part);
  void add(const std::shared_ptr<SpoolJob>& job, ByteView bytes);
  void end(const std::shared_ptr<SpoolJob>& job, bool more);

  struct Counts {
    std::uint64_t kept = 0;
    std::uint64_t dropped = 0;
  };
  /// Threads: safe from any thread.
  [[nodiscard]] Counts counts() const;

 private:
  struct Entry;
  struct Shared;
  Spool(const SpoolOptions& options, Log& log);

  std::string run_;
  std::shared_ptr<Shared> shared_;  // shared with the writer, which may outlive this object
  std::thread thread_;
};

}  // namespace greentill::relay

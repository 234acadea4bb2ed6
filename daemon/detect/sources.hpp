// SPDX-License-Identifier: Apache-2.0
// Sources bring transactions in: each runs in a supervised greentill-plugin-host child, restarted with back-off.
// Each source has a thread here that talks to its child; it calls the sink, and is told by the sink's callback when a transaction
// is durable, which is what moves the child's window. A source's position is opaque to everyone but the source.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/detect/detectors.hpp"
#include "daemon/event/transaction.hpp"

namespace greentill::detect {

inline constexpr std::size_t kMaxPositionBytes = 1024;

/// A transaction together with the place in the source behind it.
struct SourcedTransaction {
  event::Transaction transaction;
  std::string where;  ///< "trips.csv:17", or empty
  std::string position;
};

/// A record that the source read and made no transaction of.
struct PassedRecord {
  bool left_out = false;  ///< on purpose; else nothing could be made of it
  std::string where;      ///< "trips.csv:17"
  std::string reason;     ///< "column 'Return' : no such local time"
  std::string position;
};

/// Where the engine takes transactions. Threads: called from the sources' threads; must not block for long.
class SourceSink {
 public:
  virtual ~SourceSink() = default;
  /// Calls `done` exactly once, from any thread: ok when the transaction, whatever was claimed for it, and the position are
  /// durable together; an error of code invalid when it can never be (the source goes on, the position still moves), any
  /// other code when it should be offered again later.
  virtual void take(const std::string& source, SourcedTransaction transaction, std::function<void(Status)> done) = 0;
  /// As take(). One that is not left out is in the log already, as often as the source may write there.
  virtual void pass_over(const std::string& source, PassedRecord record, std::function<void(Status)> done) = 0;
  /// The last durable position of the source, which begins anew from there; empty where there is none. Requires: `done` was
  /// called for all that it handed in.
  virtual Result<std::string> position(const std::string& source) = 0;
};

class Sources {
 public:
  /// Starts one child a spec. All references must outlive the sources.
  static Result<std::unique_ptr<Sources>> start(const std::vector<PluginSpec>& specs, const std::filesystem::path& host_program,
                                                SourceSink& sink, Clock& clock, Log& log);
  /// Stops the children and joins the threads. Callbacks that come later are ignored.
  virtual ~Sources() = default;
  /// Threads: safe from any thread.
  [[nodiscard]] virtual std::vector<PluginStatus> status() const = 0;
};

}  // namespace greentill::detect

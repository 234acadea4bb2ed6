// SPDX-License-Identifier: Apache-2.0
// Sources bring transactions in. Each runs in a supervised greentill-plugin-host child, which is restarted with back-off. Each
// source has a thread here that talks to its child and calls the sink. The sink calls back once a transaction is durable, and
// that moves the child's window. A source's position is opaque to everyone but the source.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/detect/detectors.hpp"
#include "daemon/detect/questions.hpp"
#include "daemon/event/transaction.hpp"

namespace greentill::detect {

/// The longest position that a source may hand in.
inline constexpr std::size_t kMaxPositionBytes = 1024;

/// A transaction, and the place in the source behind it. It is within the limits of event/limits.hpp, and card numbers in it are
/// masked.
struct SourcedTransaction {
  event::Transaction transaction;
  std::string where;  ///< its place for people: "trips.csv:17"; empty where the source does not say
  std::string position;
};

/// A record that the source read and made no transaction of.
struct PassedRecord {
  bool left_out = false;  ///< left out on purpose; else nothing could be made of it
  std::string where;      ///< "trips.csv:17"
  std::string reason;     ///< "column 'Return' : no such local time"
  std::string position;
};

/// Where records go: the engine. Calls come from the sources' threads, several at once; a call may wait for the engine's turn,
/// and for nothing longer.
class SourceSink {
 public:
  virtual ~SourceSink() = default;
  /// Takes a transaction and returns; calls `done` exactly once, from any thread, also within this call. ok: the transaction,
  /// whatever was claimed for it and the position are durable together. invalid: it can never be taken; its refusal and the
  /// position are durable, and the source goes on. Any other code: nothing of it is stored, and it must be offered again: no
  /// later record of this source is taken until position() was called.
  virtual void take(const std::string& source, SourcedTransaction transaction, std::function<void(Status)> done) = 0;
  /// As take(), for a record without a transaction: keeps its fate and the position. The caller has logged it, where it was not
  /// left out on purpose.
  virtual void pass_over(const std::string& source, PassedRecord record, std::function<void(Status)> done) = 0;
  /// The last durable position of the source; empty where there is none. The source begins anew from there, and its records are
  /// taken again. Requires: `done` was called for everything that it handed in.
  virtual Result<std::string> position(const std::string& source) = 0;
};

/// The running sources. Threads: start and destroy from one thread.
class Sources {
 public:
  /// Starts a thread and a child for each spec, and returns without waiting for the children: a source that cannot start shows in
  /// status(), and is tried again. invalid where two have one name, not_found where a plugin, a program or `host_program` is
  /// missing. `ask` is whom their questions go to; null: nobody answers them. `sink`, `clock` and `log` must outlive the sources.
  static Result<std::unique_ptr<Sources>> start(const std::vector<PluginSpec>& specs, const std::filesystem::path& host_program,
                                                SourceSink& sink, Clock& clock, Log& log, AskService ask = {});
  /// Stops the children and joins the threads. The sink's callbacks may still come afterwards; they have no effect.
  virtual ~Sources() = default;
  /// How each source fares, in the order of the specs. Threads: safe from any thread.
  [[nodiscard]] virtual std::vector<PluginStatus> status() const = 0;
};

}  // namespace greentill::detect

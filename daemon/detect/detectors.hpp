// SPDX-License-Identifier: Apache-2.0
// The detectors in force. Ours run in process; one that is `isolated` runs in a supervised child, within its time budget.
// Threads: one at a time (the engine's turn), except status().
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/detect/grants.hpp"
#include "daemon/detect/parts.hpp"
#include "daemon/event/transaction.hpp"

namespace greentill::detect {

/// One instance of a plugin, a detector or a source, as the configuration describes it.
struct PluginSpec {
  std::string name;               ///< instance name, unique: "ride", "cafe-rules"
  std::filesystem::path library;  ///< the plugin's .so
  std::string configuration;      ///< the plugin's own TOML text, passed on unread
  bool isolated = false;          ///< a detector that runs in a greentill-plugin-host child; sources always do
  /// For one call of detect; a child that takes longer is killed, an in-process detector reported.
  std::chrono::milliseconds budget{50};
  std::string configuration_file = {};  ///< the file that `configuration` was read from, for messages; empty where there is none
  /// A program with its arguments that speaks greentill-exec-1; `library` is then the plugin of ours that talks to it. Always
  /// isolated.
  std::vector<std::string> program = {};
  std::vector<std::pair<std::string, std::string>> environment = {};  ///< the program's whole environment
  Grants grants = {};                               ///< what a child may reach, besides the paths in its configuration
  std::vector<std::filesystem::path> secrets = {};  ///< files and folders that no path in its configuration may lead to
  /// Paths in its configuration that were folders when it was read: at no later start are they anything else.
  std::vector<std::string> folders = {};
  /// Where it is kept, beyond the daemon's own life, over what a source's children were lost; empty: in memory alone.
  std::filesystem::path lost_lives = {};
  std::size_t memory_bytes = 256u << 20;  ///< how much memory of its own a child may have
  /// How long create and start of a child may take each, and any call of a source.
  std::chrono::milliseconds patience{10'000};
};

/// An act that was found, and who found it, as claims say.
struct Detected {
  event::Activity activity;
  std::string plugin_name;     ///< at most 32 bytes
  std::string plugin_version;  ///< at most 32 bytes
};

/// A detector that did not look at a transaction: it is starting, or failed over it.
struct Absent {
  std::string name;       ///< of its instance
  bool asked = false;     ///< it was asked and gave no answer: the transaction itself may be the cause
  bool for_long = false;  ///< it has failed so often in a row that nothing should wait for it
};

/// What came of asking all detectors.
struct Findings {
  std::vector<Detected> acts;
  std::vector<Absent> absent;  ///< what these would have found is not known
};

/// How one instance fares, for people.
struct PluginStatus {
  std::string name;
  std::string version;      ///< of the plugin; empty until it is known
  std::string state;        ///< "running", "restarting" or, of a source at its end, "finished"
  std::uint64_t calls = 0;  ///< calls of a detector; records of a source
  std::uint64_t faults = 0;
  std::string last_fault;        ///< empty where there was none
  std::vector<Part> parts = {};  ///< what a source reads from, as it told it last
};

class Detectors {
 public:
  /// Loads and creates all detectors, and waits until the isolated ones are ready. One that fails fails the whole, with a message
  /// that names it: not_found where there is no such file, unsupported without a common ABI version, invalid where it is no
  /// detector, its configuration is wrong, or two have one name. `host_program` is the greentill-plugin-host for isolated ones.
  /// `clock` and `log` must outlive the detectors.
  static Result<std::unique_ptr<Detectors>> load(const std::vector<PluginSpec>& specs, const std::filesystem::path& host_program,
                                                 Clock& clock, Log& log);
  virtual ~Detectors() = default;

  /// Asks every detector; where all are isolated it takes about the sum of their budgets at most. A detector that fails
  /// contributes nothing and is counted in status(); the others' acts stand. One that is away is named in Findings::absent; one
  /// that answers with an error is not: asked again, it would say the same. A transaction may be made up (a refund, as the sale
  /// it takes back), and the same one may come again, so that detectors keep no count.
  [[nodiscard]] virtual Findings detect(const event::Transaction& transaction) = 0;

  /// How each detector fares, in the order of the specs. Threads: safe from any thread.
  [[nodiscard]] virtual std::vector<PluginStatus> status() const = 0;
};

}  // namespace greentill::detect

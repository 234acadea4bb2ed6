// SPDX-License-Identifier: Apache-2.0
// The detectors in force. Our own are called in process; a foreign one in a supervised child, within its time budget.
// Threads: one at a time (the engine's turn), except status().
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/detect/grants.hpp"
#include "daemon/event/transaction.hpp"

namespace greentill::detect {

struct PluginSpec {
  std::string name;                      ///< instance name, unique: "ride", "cafe-rules"
  std::filesystem::path library;         ///< the plugin's .so
  std::string configuration;             ///< the plugin's own TOML text, passed as it is
  bool isolated = false;                 ///< run in a greentill-plugin-host child
  std::chrono::milliseconds budget{50};  ///< per call; a child that exceeds it is killed, an in-process one reported
  std::string configuration_file = {};   ///< where the configuration was read from, for messages; empty where from no file
  /// A program with its arguments that speaks greentill-exec-1; `library` is then the plugin that speaks with it. Always
  /// isolated.
  std::vector<std::string> program = {};
  std::vector<std::pair<std::string, std::string>> environment = {};  ///< all that the program gets
  Grants grants = {};                                                 ///< of a child, besides the paths in its configuration
  std::vector<std::filesystem::path> secrets = {};                    ///< what no path in its configuration may open by the way
  std::size_t memory_bytes = 256u << 20;                              ///< of a child's own data
  /// How long a child's create and start may take, and any call of a source.
  std::chrono::milliseconds patience{10'000};
};

struct Detected {
  event::Activity activity;
  std::string plugin_name;     ///< at most 32 bytes
  std::string plugin_version;  ///< at most 32 bytes
};

/// A detector that did not look at a transaction: it is being started, or was lost over it.
struct Absent {
  std::string name;       ///< its instance's
  bool asked = false;     ///< it was asked and gave no answer: the transaction itself may be why
  bool for_long = false;  ///< it has failed so often in a row that nothing should wait for it
};

/// What came of asking every detector.
struct Findings {
  std::vector<Detected> acts;
  std::vector<Absent> absent;  ///< what they would have found is not known
};

struct PluginStatus {
  std::string name;
  std::string version;
  std::string state;  ///< "running", "restarting", or of a source that is at its end "finished"
  std::uint64_t calls = 0;
  std::uint64_t faults = 0;
  std::string last_fault;  ///< empty where there was none
};

class Detectors {
 public:
  /// Loads all; a plugin that cannot be loaded fails the whole with a message that names it.
  /// `host_program` is the greentill-plugin-host to run isolated ones in. `clock` and `log` must outlive the detectors.
  static Result<std::unique_ptr<Detectors>> load(const std::vector<PluginSpec>& specs, const std::filesystem::path& host_program,
                                                 Clock& clock, Log& log);
  virtual ~Detectors() = default;

  /// Asks every detector. One that faults contributes nothing and is named in status(); the others count. One that answers with
  /// an error has looked: asked again, it would say the same.
  [[nodiscard]] virtual Findings detect(const event::Transaction& transaction) = 0;

  /// Threads: safe from any thread.
  [[nodiscard]] virtual std::vector<PluginStatus> status() const = 0;
};

}  // namespace greentill::detect

// SPDX-License-Identifier: Apache-2.0
// Runs a source on a copy of a file as the daemon would, in its child and with its detectors, engine and store. But the store is
// temporary, and no key is needed: the claims are not really signed. Threads: one.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/detect/detectors.hpp"
#include "daemon/outbox/source_record.hpp"

namespace greentill::cli {

struct DryRunOptions {
  detect::PluginSpec source;
  std::vector<detect::PluginSpec> detectors;
  std::filesystem::path plugin_host;
  std::filesystem::path methodologies;
  std::vector<std::pair<std::string, std::string>> preferred_methodologies;
  std::filesystem::path file;  ///< the source reads a copy of it in place of its own files; empty where the source is a program
  /// How long a source may be silent before it counts as finished, where it does not say so itself.
  std::chrono::milliseconds patience{5000};
};

/// A claim that would be made for an event.
struct WouldClaim {
  std::string activity;
  std::int64_t estimate_mg = 0;
  std::int64_t credited_mg = 0;
};

class DryRun {
 public:
  /// Runs until the source has read the whole file. An error where the source cannot be run, or fails before the file's end.
  static Result<std::unique_ptr<DryRun>> run(const DryRunOptions& options, Log& log);
  virtual ~DryRun() = default;

  /// Visits the records in the order in which they were read; of more than outbox::kKeptRecords only the last ones.
  virtual Status for_each_record(
      const std::function<void(const outbox::StoredRecord&, const std::vector<WouldClaim>&)>& visit) = 0;
  /// The counts of all records that were read.
  virtual Result<std::vector<outbox::RecordCount>> counts() = 0;
};

/// The configuration of a source that reads files (`library` is its plugin's name), changed so that it reads `file` in `folder`,
/// ends after it, and moves nothing outside that folder. For a plugin that is not ours, keys with other names stay as they are.
std::string dry_configuration(const std::string& configuration, const std::string& library, const std::filesystem::path& folder,
                              const std::filesystem::path& file);

}  // namespace greentill::cli

// SPDX-License-Identifier: Apache-2.0
// A source put to a file as the daemon would run it, in its child and with its detectors, engine and store; but the store is a
// temporary one, and no key is needed, since what it claims is signed by nobody. Threads: one.
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
  std::filesystem::path file;  ///< a copy of it is read in place of the source's own; empty for a program alone
  /// How long a source that does not say that it is at its end may say nothing.
  std::chrono::milliseconds patience{5000};
};

/// What would be claimed of an event.
struct WouldClaim {
  std::string activity;
  std::int64_t estimate_mg = 0;
  std::int64_t credited_mg = 0;
};

class DryRun {
 public:
  /// Runs until the source has handed in all of the file. An error where it cannot be run, or fails before its end.
  static Result<std::unique_ptr<DryRun>> run(const DryRunOptions& options, Log& log);
  virtual ~DryRun() = default;

  /// In the order read; of more than outbox::kKeptRecords the last ones.
  virtual Status for_each_record(
      const std::function<void(const outbox::StoredRecord&, const std::vector<WouldClaim>&)>& visit) = 0;
  /// They add up to what was read.
  virtual Result<std::vector<outbox::RecordCount>> counts() = 0;
};

/// The configuration of a source that reads files, by `library` its name: it reads the copy of a file in `folder`, ends with it,
/// and moves nothing outside that folder. What it cannot know of a plugin that is not ours stays as it is.
std::string dry_configuration(const std::string& configuration, const std::string& library, const std::filesystem::path& folder,
                              const std::filesystem::path& file);

}  // namespace greentill::cli

// SPDX-License-Identifier: Apache-2.0
// Tries sources and plugins on a file before they go into service: what would become of each record. Needs neither daemon nor
// keys, and leaves nothing behind. docs/cli.md is the manual.
#pragma once

#include <filesystem>
#include <string>

#include "tools/cli/common/output.hpp"

namespace greentill::cli {

struct TrySourceOptions {
  std::string name;            ///< of a [[source]] in the daemon's configuration
  std::filesystem::path file;  ///< empty where the source is a program
  std::uint64_t limit = 50;    ///< how many records are printed; 0: all. All are counted
};
ExitCode try_source(const std::filesystem::path& config, const TrySourceOptions& options, const Output& output);

struct TryPluginOptions {
  std::string plugin;                   ///< the name of one that is installed, or a path with a slash
  std::filesystem::path file;           ///< for a source, what it reads; for a detector, transactions
  std::filesystem::path configuration;  ///< the plugin's own; empty: none
  std::filesystem::path rules;          ///< finds acts besides rides and charging; empty: none
  std::filesystem::path methodologies;
  std::uint64_t limit = 50;
};
ExitCode try_plugin(const TryPluginOptions& options, const Output& output);

}  // namespace greentill::cli

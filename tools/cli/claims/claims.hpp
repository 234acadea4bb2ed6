// SPDX-License-Identifier: Apache-2.0
// What is asked of a running daemon about its claims, a command a function, apart from the command line that fills the options.
// Each says what it found through the output and answers with the exit code. docs/cli.md is the manual.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tools/cli/client/daemon_client.hpp"
#include "tools/cli/common/output.hpp"

namespace greentill::cli {

ExitCode show_status(DaemonClient& daemon, const Output& output);

struct ClaimsOptions {
  std::uint64_t after = 0;
  std::uint64_t limit = 20;
  std::string delivery;  ///< empty: any
  bool newest = false;
};
ExitCode list_claims(DaemonClient& daemon, const ClaimsOptions& options, const Output& output);

/// What was recognised and not claimed, newest first.
ExitCode list_guarded(DaemonClient& daemon, std::uint64_t limit, const Output& output);

struct RecordsOptions {
  std::string source = {};  ///< this and those that follow: empty: any
  std::string where = {};   ///< a place, or what it begins with up to a colon or space
  std::string fate = {};
  std::string issuer = {};  ///< with event_id: the event that a record reports
  std::string event_id = {};
  std::uint64_t limit = 20;
};
/// What became of what sources read, newest first.
ExitCode list_records(DaemonClient& daemon, const RecordsOptions& options, const Output& output);

/// With `raw` the message's bytes go to the output instead.
ExitCode show_claim(DaemonClient& daemon, std::uint64_t seq, bool raw, const Output& output);

/// Takes claims back as the merchant's mistake, one after the other; goes on past one that cannot be.
ExitCode undo_claims(DaemonClient& daemon, const std::vector<std::uint64_t>& seqs, const Output& output);

struct ExportOptions {
  std::filesystem::path file;  ///< "-": standard output
  std::uint64_t after = 0;
  std::uint64_t limit = 0;  ///< 0: all
  bool progress = false;
};
/// A file appears whole, or not at all; a device or a pipe takes what comes.
ExitCode export_claims(DaemonClient& daemon, const ExportOptions& options, const Output& output);

}  // namespace greentill::cli

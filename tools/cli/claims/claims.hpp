// SPDX-License-Identifier: Apache-2.0
// The commands that ask a running daemon about its claims, one function each; the command line fills the options. Each function
// writes what it found to `output` and returns the exit code. docs/cli.md is the manual.
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

/// Lists the acts that were recognised and not claimed, newest first.
ExitCode list_guarded(DaemonClient& daemon, std::uint64_t limit, const Output& output);

struct RecordsOptions {
  std::string source = {};  ///< of this source only; this and the options below: empty means any
  std::string where = {};   ///< the record's place, or its beginning up to a colon or space
  std::string fate = {};
  std::string issuer = {};  ///< given together with event_id: of the record that reports this event
  std::string event_id = {};
  std::uint64_t limit = 20;
};
/// Lists what became of the records that sources read, newest first.
ExitCode list_records(DaemonClient& daemon, const RecordsOptions& options, const Output& output);

/// Shows a claim; with `raw` the message's bytes are written instead.
ExitCode show_claim(DaemonClient& daemon, std::uint64_t seq, bool raw, const Output& output);

/// Takes claims back as the merchant's mistake, one after the other; a claim that cannot be taken back does not stop the others.
ExitCode undo_claims(DaemonClient& daemon, const std::vector<std::uint64_t>& seqs, const Output& output);

struct ExportOptions {
  std::filesystem::path file;  ///< "-": standard output
  std::uint64_t after = 0;
  std::uint64_t limit = 0;  ///< 0: all claims
  bool progress = false;
};
/// Writes the claims to a file, which appears whole or not at all; a device or a pipe receives them as they come.
ExitCode export_claims(DaemonClient& daemon, const ExportOptions& options, const Output& output);

}  // namespace greentill::cli

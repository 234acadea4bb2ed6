// SPDX-License-Identifier: Apache-2.0
// The commands of greentill, one function each, apart from the command line that fills their options. Each says what it found
// through the output and answers with the exit code. docs/cli.md is the manual.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <istream>
#include <string>
#include <vector>

#include "tools/cli/daemon_client.hpp"
#include "tools/cli/output.hpp"

namespace greentill::cli {

struct SubmitOptions {
  std::string file;  ///< for messages
  bool progress = false;
  std::uint64_t size = 0;                      ///< of the file in bytes; 0 where it is not known
  std::chrono::milliseconds patience{60'000};  ///< how long a daemon that cannot take more now is asked again
  std::chrono::milliseconds first_wait{200};   ///< doubled each time up to 10 s
};
ExitCode submit(DaemonClient& daemon, std::istream& in, const SubmitOptions& options, const Output& output);

ExitCode show_status(DaemonClient& daemon, const Output& output);

struct ClaimsOptions {
  std::uint64_t after = 0;
  std::uint64_t limit = 20;
  std::string delivery;  ///< empty: any
  bool newest = false;
};
ExitCode list_claims(DaemonClient& daemon, const ClaimsOptions& options, const Output& output);

/// With `raw` the message's bytes go to the output instead.
ExitCode show_claim(DaemonClient& daemon, std::uint64_t seq, bool raw, const Output& output);

/// Takes claims back as the merchant's mistake, one after the other; goes on past one that cannot be.
ExitCode undo_claims(DaemonClient& daemon, const std::vector<std::uint64_t>& seqs, const Output& output);

/// What was recognised and not claimed, newest first.
ExitCode list_guarded(DaemonClient& daemon, std::uint64_t limit, const Output& output);

struct ExportOptions {
  std::filesystem::path file;  ///< "-": standard output
  std::uint64_t after = 0;
  std::uint64_t limit = 0;  ///< 0: all
  bool progress = false;
};
/// A file appears whole, or not at all; a device or a pipe takes what comes.
ExitCode export_claims(DaemonClient& daemon, const ExportOptions& options, const Output& output);

struct VerifyCommand {
  std::string file;
  std::vector<std::filesystem::path> certificates;
  std::filesystem::path methodologies;
  std::filesystem::path authority;  ///< empty: none
  bool partial = false;
  unsigned threads = 0;
  bool progress = false;
};
ExitCode verify_file(const VerifyCommand& command, const Output& output);

}  // namespace greentill::cli

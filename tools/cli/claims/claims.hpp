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

/// Shows the locks at this device's docks; does_not_hold where something is wrong with one.
ExitCode show_locks(DaemonClient& daemon, const Output& output);

/// A stretch of time as it was typed; docs/cli.md says in which forms. Empty: without that end.
struct Between {
  std::string since;
  std::string until;
};

struct ClaimsOptions {
  std::uint64_t after = 0;
  std::uint64_t limit = 20;
  std::string delivery = {};  ///< empty: any, as for the texts below
  std::string activity = {};
  std::string till = {};
  std::string receipt_number = {};
  Between when = {};  ///< the sale was
  bool newest = false;
  bool csv = false;
};
ExitCode list_claims(DaemonClient& daemon, const ClaimsOptions& options, const Output& output);

struct GuardedOptions {
  std::string activity = {};
  Between when = {};
  std::uint64_t limit = 20;
  bool csv = false;
};
/// Lists the acts that were recognised and not claimed, newest first.
ExitCode list_guarded(DaemonClient& daemon, const GuardedOptions& options, const Output& output);

struct RecordsOptions {
  std::string source = {};  ///< of this source only; this and the options below: empty means any
  std::string where = {};   ///< the record's place, or its beginning up to a colon or space
  std::string fate = {};
  std::string issuer = {};  ///< given together with event_id: of the record that reports this event
  std::string event_id = {};
  Between when = {};  ///< it was read
  std::uint64_t limit = 20;
  bool csv = false;
};
/// Lists what became of the records that sources read, newest first.
ExitCode list_records(DaemonClient& daemon, const RecordsOptions& options, const Output& output);

/// Tells what one day of the shop came to: `date` as it was typed; empty: today.
ExitCode show_day(DaemonClient& daemon, const std::string& date, const Output& output);

/// Shows a claim; with `raw` the message's bytes are written instead.
ExitCode show_claim(DaemonClient& daemon, std::uint64_t seq, bool raw, const Output& output);

/// A sale as its receipt names it. Several may have one number: another till's, or another day's.
struct ReceiptName {
  std::string number;
  std::string till = {};  ///< empty: any
  std::string date = {};  ///< as it was typed; empty: any
};

struct UndoOptions {
  std::vector<std::uint64_t> seqs = {};
  ReceiptName receipt = {};  ///< in place of `seqs`: all claims of that sale
  bool dry_run = false;
};
/// Takes claims back as the merchant's mistake, one after the other; a claim that cannot be taken back does not stop the others.
ExitCode undo_claims(DaemonClient& daemon, const UndoOptions& options, const Output& output);

struct RefundOptions {
  ReceiptName receipt = {};
  bool all = false;
  std::vector<std::string> items = {};  ///< in place of `all`: names as on the receipt, "2 x Oat milk" for several
  std::vector<std::string> skus = {};   ///< likewise, by the till's article numbers
  std::string number = {};              ///< the refund's own receipt number
  bool cancelled = false;               ///< the sale was cancelled, not refunded
  bool dry_run = false;
};
/// Takes back what was claimed for goods that came back.
ExitCode refund(DaemonClient& daemon, const RefundOptions& options, const Output& output);

/// Asks the daemon to try again now what it could not deliver.
ExitCode retry_delivery(DaemonClient& daemon, const Output& output);

struct ExportOptions {
  std::filesystem::path file;  ///< "-": standard output
  std::uint64_t after = 0;
  std::uint64_t limit = 0;  ///< 0: all claims
  bool progress = false;
  std::filesystem::path receipts = {};  ///< where the service's receipts go, likewise; empty: they are not asked for
};
/// Writes the claims to a file, and the receipts to another; both appear whole or not at all. A device or a pipe receives them as
/// they come.
ExitCode export_claims(DaemonClient& daemon, const ExportOptions& options, const Output& output);

}  // namespace greentill::cli

// SPDX-License-Identifier: Apache-2.0
// The command line of whoever runs a shop.
#include "daemon/base/calendar.hpp"
#include "tools/cli/command_line.hpp"
#include "tools/cli/common/input_file.hpp"
#include "tools/cli/common/suggestion.hpp"
#include "tools/cli/common/when.hpp"

namespace greentill::cli {
namespace {

// Longer than anybody waits for a daemon, and small enough for a duration to hold.
constexpr std::uint64_t kLongestPatienceSeconds = 30 * kSecondsADay;

/// --since and --until; `of` says the time of what.
void add_period(CLI::App& command, Between& when, const std::string& of) {
  command.add_option("--since", when.since, "Only those whose " + of + " was then or later: " + kWhenForms);
  command.add_option("--until", when.until, "Only those whose " + of + " was before the end of that day or moment");
}

void add_list(CLI::App& command, std::uint64_t& limit, bool& csv) {
  command.add_option("--limit", limit, "At most so many")->capture_default_str()->check(at_least_one());
  command.add_flag("--csv", csv, "As comma-separated values, for a spreadsheet (RFC 4180)");
}

CLI::Option* add_receipt(CLI::App& command, ReceiptName& receipt) {
  CLI::Option* number = command.add_option("--receipt", receipt.number, "The sale's receipt number, as printed");
  command.add_option("--till", receipt.till, "The till that sold it, where several have this number")->needs(number);
  command.add_option("--date", receipt.date, "The day of the sale, where several have this number: 2026-11-24, today, yesterday")
      ->needs(number);
  return number;
}

void describe_claims(CLI::App& app, Arguments& arguments) {
  ClaimsOptions& options = arguments.claims;
  CLI::App* claims = add_asking(app, "claims", "List claims", arguments, [&options](DaemonClient& daemon, const Output& output) {
    return list_claims(daemon, options, output);
  });
  claims->add_option("--after", options.after, "Begin behind this seq");
  claims->add_option("--delivery", options.delivery, "Only those that are so")
      ->check(one_of({"waiting", "delivered", "refused_retry", "refused_final"}));
  claims->add_option("--activity", options.activity, "Only those for this activity, such as receipt.paperless");
  claims->add_option("--receipt", options.receipt_number, "Only those of the sales with this receipt number");
  claims->add_option("--till", options.till, "Only those of this till's sales");
  claims->add_flag("--newest", options.newest, "Newest first");
  add_period(*claims, options.when, "sale");
  add_list(*claims, options.limit, options.csv);
}

void describe_records(CLI::App& app, Arguments& arguments) {
  RecordsOptions& options = arguments.records;
  CLI::App* records =
      add_asking(app, "records", "Tell what became of the records that sources read, newest first", arguments,
                 [&options](DaemonClient& daemon, const Output& output) { return list_records(daemon, options, output); });
  records->add_option("--source", options.source, "Only this source's");
  records->add_option("--where", options.where, "Only that one: rides.csv:17; or all of a file: rides.csv");
  records->add_option("--fate", options.fate, "Only those of which this became")
      ->check(one_of({"claimed", "claimless", "guarded", "repeated", "left_out", "refused"}));
  CLI::Option* issuer = records->add_option("--issuer", options.issuer, "Who numbers the events; with --event");
  records->add_option("--event", options.event_id, "Only those of this event: a receipt's number, a trip's id")->needs(issuer);
  add_period(*records, options.when, "reading");
  add_list(*records, options.limit, options.csv);
}

void describe_guarded(CLI::App& app, Arguments& arguments) {
  GuardedOptions& options = arguments.guarded;
  CLI::App* guarded =
      add_asking(app, "guarded", "List what was recognised and not claimed, and why, newest first", arguments,
                 [&options](DaemonClient& daemon, const Output& output) { return list_guarded(daemon, options, output); });
  guarded->add_option("--activity", options.activity, "Only acts of this activity");
  add_period(*guarded, options.when, "sale");
  add_list(*guarded, options.limit, options.csv);
}

void describe_undo(CLI::App& app, Arguments& arguments) {
  UndoOptions& options = arguments.undo;
  CLI::App* undo =
      add_asking(app, "undo", "Take claims back that were a mistake", arguments,
                 [&options](DaemonClient& daemon, const Output& output) { return undo_claims(daemon, options, output); });
  undo->add_option("seq", options.seqs, "Their numbers in the chain")->excludes(add_receipt(*undo, options.receipt));
  undo->add_flag("--dry-run", options.dry_run, "Only tell what would be taken back");
}

void describe_refund(CLI::App& app, Arguments& arguments) {
  RefundOptions& options = arguments.refund;
  CLI::App* command =
      add_asking(app, "refund", "Take back what was claimed for goods that came back", arguments,
                 [&options](DaemonClient& daemon, const Output& output) { return refund(daemon, options, output); });
  add_receipt(*command, options.receipt)->required();
  command->add_flag("--all", options.all, "All of the sale came back");
  command->add_option("--item", options.items, "This came back, named as the till names it: Oat milk, or 2 x Oat milk");
  command->add_option("--sku", options.skus, "Likewise, by the till's article number: 4711, or 2 x 4711");
  command->add_option("--number", options.number,
                      "The refund's own receipt number: tells a second refund of the same from the first");
  command->add_flag("--cancelled", options.cancelled, "The sale was cancelled, not refunded");
  command->add_flag("--dry-run", options.dry_run, "Only tell what would be taken back");
}

}  // namespace

void describe_submit(CLI::App& app, Arguments& arguments) {
  const auto ask = [&arguments](DaemonClient& daemon, const Output& output) {
    SubmitOptions& options = arguments.submit;
    options.progress = shows_progress(output);
    options.patience = std::chrono::seconds(arguments.patience_s);
    options.size = size_of_input(options.file);
    return with_input(options.file, output, [&](std::istream& in) { return submit(daemon, in, options, output); });
  };
  CLI::App* sub = add_asking(app, "submit", "Hand transactions to the daemon", arguments, ask);
  sub->add_option("file", arguments.submit.file, "JSON object, array, or one object a line (NDJSON); - for standard input")
      ->required();
  sub->add_option("--patience", arguments.patience_s, "Seconds to go on asking a daemon that cannot take more now")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{0}, kLongestPatienceSeconds));
}

void describe_day(CLI::App& app, Arguments& arguments) {
  add_asking(app, "status", "What the daemon does, and what troubles it", arguments, show_status);
  add_asking(app, "locks", "The locks at this device's docks, and what troubles them", arguments, show_locks);
  CLI::App* today =
      add_asking(app, "today", "What the shop sold and spared today", arguments,
                 [&arguments](DaemonClient& daemon, const Output& output) { return show_day(daemon, arguments.date, output); });
  today->add_option("--date", arguments.date, "Another day: 2026-11-24, yesterday");
}

void describe_lists(CLI::App& app, Arguments& arguments) {
  describe_claims(app, arguments);
  CLI::App* show = add_asking(app, "show", "Show one claim", arguments, [&](DaemonClient& daemon, const Output& output) {
    if (arguments.raw && output.json) return output.fail(ExitCode::usage, "--raw and --json exclude each other");
    return show_claim(daemon, arguments.seq, arguments.raw, output);
  });
  show->add_option("seq", arguments.seq, "Its number in the chain")->required();
  show->add_flag("--raw", arguments.raw, "Write the signed message itself (COSE) to standard output");
  describe_guarded(app, arguments);
  describe_records(app, arguments);
}

void describe_taking_back(CLI::App& app, Arguments& arguments) {
  describe_undo(app, arguments);
  describe_refund(app, arguments);
}

void describe_delivery(CLI::App& app, Arguments& arguments) {
  add_asking(app, "retry", "Ask the daemon to deliver now what waits or was refused for now", arguments, retry_delivery);
  CLI::App* to_export = add_asking(app, "export", "Write the claims to a file that anyone can verify", arguments,
                                   [&](DaemonClient& daemon, const Output& output) {
                                     arguments.to_export.progress = shows_progress(output);
                                     return export_claims(daemon, arguments.to_export, output);
                                   });
  to_export->add_option("--out,-o", arguments.to_export.file, "The file; - for standard output")->required();
  to_export->add_option("--receipts", arguments.to_export.receipts, "The service's receipts go to this file");
  to_export->add_option("--after", arguments.to_export.after, "Begin behind this seq");
  to_export->add_option("--limit", arguments.to_export.limit, "At most so many")->check(at_least_one());
}

}  // namespace greentill::cli

// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/cli/command_line.hpp"

#include <CLI/CLI.hpp>

#include "daemon/verify/reason.hpp"
#include "greentill/version.hpp"
#include "tools/credit-service/cli/bookkeeping.hpp"
#include "tools/credit-service/cli/enrolment.hpp"
#include "tools/credit-service/cli/holdings.hpp"
#include "tools/credit-service/cli/lock_image.hpp"
#include "tools/credit-service/cli/tree_certificates.hpp"
#include "tools/credit-service/config/config.hpp"

namespace greentill::credit {
namespace {

using Command = std::function<Status(const Output&)>;

CLI::App* add(CLI::App& app, const char* name, const char* help, Arguments& arguments, Command command) {
  CLI::App* sub = app.add_subcommand(name, help);
  sub->add_option("--config", arguments.config, "Configuration file")->type_name("FILE")->capture_default_str();
  sub->callback([&arguments, command = std::move(command)] { arguments.chosen = command; });
  return sub;
}

/// Adds a command that answers with text, or with --json.
CLI::App* add_asking(CLI::App& app, const char* name, const char* help, Arguments& arguments, Command command) {
  CLI::App* sub = add(app, name, help, arguments, std::move(command));
  sub->add_flag("--json", arguments.json, "Answer with one JSON document");
  return sub;
}

/// The reasons that a receipt can give.
std::vector<std::string> reasons() {
  std::vector<std::string> names;
  for (std::size_t code = 1; code < verify::kReasonNames.size(); ++code) {
    const auto reason = static_cast<Reason>(code);
    const bool is_given = verify::kind_of(reason) == verify::ReasonKind::refusal && reason != Reason::quarantined;
    if (is_given) names.emplace_back(verify::kReasonNames[code]);
  }
  return names;
}

void describe_run(CLI::App& app, Arguments& arguments) {
  CLI::App* run_it = add(app, "run", "Take batches, book credit, answer with receipts; several at once share a database",
                         arguments, [&](const Output&) { return run(arguments.config, arguments.run); });
  run_it->add_option("--client-id", arguments.run.client_id, "The worker's own MQTT client id")->type_name("NAME");
  run_it->add_flag("--new-epoch", arguments.run.new_epoch, "The database was restored: let devices send again what it lacks");
}

void describe_api(CLI::App& app, Arguments& arguments) {
  add(app, "api", "Answer people and programs by HTTP: accounts, statements, orders, trees, certificates", arguments,
      [&](const Output&) { return serve_api(arguments.config); });
  describe_access(app, arguments);
}

void describe_config(CLI::App& app, Arguments& arguments) {
  CLI::App* group = app.add_subcommand("config", "The service's configuration");
  group->require_subcommand(1);
  add_asking(*group, "check", "Tell all that is wrong with it, or with what it names", arguments,
             [&](const Output& output) { return check_config(arguments.config, output); });
}

void describe_books(CLI::App& app, Arguments& arguments) {
  add_asking(app, "report", "What the ledger holds", arguments,
             [&](const Output& output) { return report(arguments.config, output); });
  add(app, "metrics", "What the ledger holds, in Prometheus' text format", arguments,
      [&](const Output& output) { return print_metrics(arguments.config, output); });
  add_asking(app, "check", "Whether the books balance and nothing is booked twice", arguments,
             [&](const Output& output) { return check(arguments.config, output); });

  CLI::App* backup = add_asking(app, "backup", "Copy the ledger to a file, while workers go on", arguments,
                                [&](const Output& output) { return back_up(arguments.config, arguments.backup, output); });
  backup->add_option("file", arguments.backup, "Where; nothing may be there yet")->type_name("FILE")->required();

  StatementRequest& asked = arguments.statement;
  CLI::App* statement = add_asking(app, "statement", "What was booked in a period, for whom", arguments,
                                   [&](const Output& output) { return show_statement(arguments.config, asked, output); });
  statement->add_option("--from", asked.from, "The first day, such as 2026-11-01, in the programme's zone")->type_name("DAY");
  statement->add_option("--to", asked.to, "The last day, itself included")->type_name("DAY");
  statement->add_option("--month", asked.month, "A month in place of both, such as 2026-11")->type_name("MONTH");
  statement->add_option("--merchant", asked.merchant, "Only this merchant's")->type_name("NAME");
  statement->add_option("--device", asked.device, "Only this device's")->type_name("DEVICE");
  asked.by = {"merchant"};
  statement->add_option("--by", asked.by, "A line for each of these; several with commas between")
      ->delimiter(',')
      ->check(CLI::IsMember({"merchant", "activity", "device", "day", "month"}))
      ->default_str("merchant");
  statement->add_flag("--csv", asked.csv, "As comma-separated values, in milligrams");
}

void describe_settle(CLI::App& app, Arguments& arguments) {
  SettleRequest& asked = arguments.settle;
  CLI::App* command = add_asking(app, "settle", "What programmes would grant for a year's acts as they stand, side by side",
                                 arguments, [&](const Output& output) { return settle(arguments.config, asked, output); });
  command->add_option("--year", asked.year, "In which the acts ended, in the programme's zone")->type_name("YEAR")->required();
  command->add_option("--programme", asked.programmes, "Another one beside the configuration's own; several may be given")
      ->type_name("FILE");
  command->add_flag("--csv", asked.csv, "As comma-separated values, in milligrams");
}

void describe_sent(CLI::App& app, Arguments& arguments) {
  CLI::App* devices =
      add_asking(app, "devices", "The devices: what each sent, when it was last heard, until when its certificate lasts",
                 arguments, [&](const Output& output) { return list_devices(arguments.config, arguments.device, output); });
  devices->add_option("device", arguments.device, "Only this one")->type_name("DEVICE");

  RefusalsOptions& which = arguments.refusals;
  CLI::App* refusals = add_asking(app, "refusals", "The claims that are refused, and why; the latest first", arguments,
                                  [&](const Output& output) { return list_refusals(arguments.config, which, output); });
  refusals->add_option("--device", which.device, "Only this device's")->type_name("DEVICE");
  refusals->add_option("--reason", which.reason, "Only those refused for this")->check(CLI::IsMember(reasons()));
  refusals->add_option("--since", which.since, "Only those refused since this day, such as 2026-11-01, in the programme's zone")
      ->type_name("DAY");
  refusals->add_option("--limit", which.limit, "At most so many; 0: all")->capture_default_str();

  CLI::App* pending = add_asking(app, "pending", "The batches that wait for an earlier one", arguments,
                                 [&](const Output& output) { return list_pending(arguments.config, arguments.device, output); });
  pending->add_option("--device", arguments.device, "Only this device's")->type_name("DEVICE");
}

/// The reasons for which a claim may be held.
std::vector<std::string> hold_reasons() {
  std::vector<std::string> names;
  for (const Reason reason : kHoldReasons) names.emplace_back(to_string(reason));
  return names;
}

void describe_held(CLI::App& app, Arguments& arguments) {
  CLI::App* group = app.add_subcommand("held", "Claims that are held until a person has looked, or a time is over");
  group->require_subcommand(1);
  HeldRequest& asked = arguments.held;
  CLI::App* list = add_asking(*group, "list", "What is held, in groups of device, day of arrival and reason", arguments,
                              [&](const Output& output) { return list_held(arguments.config, asked, output); });
  list->add_option("--device", asked.device, "Only this device's")->type_name("DEVICE");
  list->add_option("--merchant", asked.merchant, "Only this merchant's")->type_name("NAME");
  list->add_option("--day", asked.day, "Only what arrived on this day, such as 2026-11-24, in the programme's zone")
      ->type_name("DAY");
  list->add_option("--reason", asked.reason, "Only what is held for this")->check(CLI::IsMember(hold_reasons()));
  list->add_flag("--claims", asked.claims, "Claim by claim");
  list->add_flag("--csv", asked.csv, "As comma-separated values, in milligrams and Unix seconds");
  CLI::App* show = add_asking(*group, "show", "One claim, and why it is held", arguments,
                              [&](const Output& output) { return show_held(arguments.config, arguments.claim, output); });
  show->add_option("claim", arguments.claim, "Its number, as held list --claims shows it")->type_name("CLAIM")->required();
}

}  // namespace

void describe(CLI::App& app, Arguments& arguments) {
  app.set_version_flag("--version", std::string("greentill-credit ") + kVersion);
  app.footer(
      "Exit codes:\n"
      "  0  done\n"
      "  1  it failed, or what was asked about is not there or does not hold\n"
      "  2  the command line is wrong\n");
  app.require_subcommand(1);
  arguments.config = kDefaultConfig;
  for (const auto describe_part :
       {describe_run, describe_api, describe_config, describe_books, describe_settle, describe_sent, describe_held,
        describe_registry, describe_lock_images, describe_tree_certificates, describe_enrolment, describe_accounts,
        describe_bookkeeping, describe_trees, describe_broker_config}) {
    describe_part(app, arguments);
  }
}

}  // namespace greentill::credit

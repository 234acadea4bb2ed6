// SPDX-License-Identifier: Apache-2.0
// greentill: the command line of whoever runs, mends or checks a terminal. Only the command line itself is read here.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <functional>
#include <iostream>
#include <string_view>
#include <vector>

#include "daemon/base/calendar.hpp"
#include "daemon/base/text.hpp"
#include "greentill/version.hpp"
#include "tools/cli/claims/claims.hpp"
#include "tools/cli/client/endpoint.hpp"
#include "tools/cli/common/input_file.hpp"
#include "tools/cli/common/progress.hpp"
#include "tools/cli/config/config_check.hpp"
#include "tools/cli/escpos/receipt_show.hpp"
#include "tools/cli/rules/try_rules.hpp"
#include "tools/cli/source/try_source.hpp"
#include "tools/cli/submit/submit.hpp"
#include "tools/cli/verify/verify_file.hpp"

namespace greentill::cli {
namespace {

// Longer than anybody waits for a daemon, and small enough for a duration to hold.
constexpr std::uint64_t kLongestPatienceSeconds = 30 * kSecondsADay;

using Command = std::function<ExitCode(const Output&)>;

/// The options that the command line sets, and the command that it chose.
struct Arguments {
  bool json = false;
  EndpointOptions endpoint;
  std::filesystem::path config_file;
  std::uint64_t seq = 0;
  std::vector<std::uint64_t> seqs;
  std::uint64_t guarded_limit = 20;
  RecordsOptions records;
  bool raw = false;
  std::uint64_t patience_s = 60;
  SubmitOptions submit;
  ClaimsOptions claims;
  ExportOptions to_export;
  VerifyCommand verify;
  ShowReceiptsOptions receipts;
  TryRulesOptions rules;
  TrySourceOptions source;
  TryPluginOptions plugin;
  Command chosen;
};

bool shows_progress(const Output& output) { return !output.json && stderr_is_terminal(); }

/// CLI11's own check allows numbers up to the largest double, and prints its 309 digits in the message.
CLI::Validator at_least_one() {
  const auto why_not = [](const std::string& text) -> std::string {
    return parse_integer<std::uint64_t>(text).value_or(0) > 0 ? std::string() : "\"" + text + "\" is no whole number from 1 on";
  };
  return {why_not, "POSITIVE"};
}

CLI::Validator a_currency() {
  const auto why_not = [](const std::string& text) -> std::string {
    const bool is_code = text.size() == 3 && std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    return is_code ? std::string() : "\"" + text + "\" is no code of ISO 4217: three capital letters, such as EUR";
  };
  return {why_not, "CODE"};
}

/// The program's options, which may stand before or after a command: a command's own help would not show them.
std::string footer(const CLI::App& command, std::initializer_list<const char*> options) {
  const CLI::App* program = &command;
  while (program->get_parent() != nullptr) program = program->get_parent();
  const CLI::Formatter formatter;
  std::string text = "Of the program:\n";
  for (const char* option : options) text += formatter.make_option(program->get_option(option), false);
  return text + '\n' + std::string(exit_code_help());
}

CLI::App* add(CLI::App& app, const char* name, const char* help, Arguments& arguments, Command command,
              std::initializer_list<const char*> options = {"--json"}) {
  CLI::App* sub = app.add_subcommand(name, help);
  sub->fallthrough();
  sub->footer(footer(*sub, options));
  sub->callback([&arguments, command = std::move(command)] { arguments.chosen = command; });
  return sub;
}

/// Adds a command that asks the daemon.
CLI::App* add_asking(CLI::App& app, const char* name, const char* help, Arguments& arguments,
                     std::function<ExitCode(DaemonClient&, const Output&)> ask) {
  const auto command = [&arguments, ask = std::move(ask)](const Output& output) {
    const Result<Endpoint> endpoint = find_endpoint(arguments.endpoint);
    if (!endpoint) return output.fail(ExitCode::bad_file, endpoint.error().message);
    const auto daemon = DaemonClient::make(*endpoint);
    return daemon ? ask(**daemon, output) : output.fail(ExitCode::usage, daemon.error().message);
  };
  return add(app, name, help, arguments, command, {"--json", "--url", "--token-file", "--config"});
}

CLI::App* add_group(CLI::App& app, const char* name, const char* help) {
  CLI::App* group = app.add_subcommand(name, help);
  group->fallthrough();
  group->require_subcommand(1);
  return group;
}

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

void describe_records(CLI::App& app, Arguments& arguments) {
  RecordsOptions& options = arguments.records;
  CLI::App* records =
      add_asking(app, "records", "Tell what became of the records that sources read", arguments,
                 [&options](DaemonClient& daemon, const Output& output) { return list_records(daemon, options, output); });
  records->add_option("--source", options.source, "Only this source's");
  records->add_option("--where", options.where, "Only that one: rides.csv:17; or all of a file: rides.csv");
  records->add_option("--fate", options.fate, "Only those of which this became")
      ->check(CLI::IsMember({"claimed", "claimless", "guarded", "repeated", "left_out", "refused"}));
  CLI::Option* issuer = records->add_option("--issuer", options.issuer, "Who numbers the events; with --event");
  records->add_option("--event", options.event_id, "Only those of this event: a receipt's number, a trip's id")->needs(issuer);
  records->add_option("--limit", options.limit, "At most so many, newest first")->capture_default_str()->check(at_least_one());
}

void describe_claims(CLI::App& app, Arguments& arguments) {
  add_asking(app, "status", "What the daemon does, and what troubles it", arguments, show_status);

  CLI::App* claims = add_asking(app, "claims", "List claims", arguments, [&](DaemonClient& daemon, const Output& output) {
    return list_claims(daemon, arguments.claims, output);
  });
  claims->add_option("--after", arguments.claims.after, "Begin behind this seq");
  claims->add_option("--limit", arguments.claims.limit, "At most so many")->capture_default_str()->check(at_least_one());
  claims->add_option("--delivery", arguments.claims.delivery, "Only those that are so")
      ->check(CLI::IsMember({"waiting", "delivered", "refused_retry", "refused_final"}));
  claims->add_flag("--newest", arguments.claims.newest, "Newest first");

  CLI::App* show = add_asking(app, "show", "Show one claim", arguments, [&](DaemonClient& daemon, const Output& output) {
    if (arguments.raw && output.json) return output.fail(ExitCode::usage, "--raw and --json exclude each other");
    return show_claim(daemon, arguments.seq, arguments.raw, output);
  });
  show->add_option("seq", arguments.seq, "Its number in the chain")->required();
  show->add_flag("--raw", arguments.raw, "Write the signed message itself (COSE) to standard output");

  CLI::App* undo =
      add_asking(app, "undo", "Take claims back that were a mistake", arguments,
                 [&](DaemonClient& daemon, const Output& output) { return undo_claims(daemon, arguments.seqs, output); });
  undo->add_option("seq", arguments.seqs, "Their numbers in the chain")->required();

  CLI::App* guarded = add_asking(
      app, "guarded", "List what was recognised and not claimed, and why", arguments,
      [&](DaemonClient& daemon, const Output& output) { return list_guarded(daemon, arguments.guarded_limit, output); });
  guarded->add_option("--limit", arguments.guarded_limit, "At most so many")->capture_default_str()->check(at_least_one());

  CLI::App* to_export = add_asking(app, "export", "Write the claims to a file that anyone can verify", arguments,
                                   [&](DaemonClient& daemon, const Output& output) {
                                     arguments.to_export.progress = shows_progress(output);
                                     return export_claims(daemon, arguments.to_export, output);
                                   });
  to_export->add_option("--out,-o", arguments.to_export.file, "The file; - for standard output")->required();
  to_export->add_option("--after", arguments.to_export.after, "Begin behind this seq");
  to_export->add_option("--limit", arguments.to_export.limit, "At most so many")->check(at_least_one());
}

void describe_verify(CLI::App& app, Arguments& arguments) {
  VerifyCommand& options = arguments.verify;
  CLI::App* verify =
      add(app, "verify", "Check a file of claims, without daemon or network", arguments, [&options](const Output& output) {
        options.progress = shows_progress(output);
        return verify_file(options, output);
      });
  verify->add_option("file", options.file, "As export writes it; - for standard input")->required();
  verify->add_option("--certificate", options.certificates, "PEM of every certificate that signed; may be repeated")->required();
  verify->add_option("--methodologies", options.methodologies, "Folder of methodology files")->required();
  verify->add_option("--ca", options.authority, "PEM of the authority that must have issued the certificates");
  verify->add_flag("--partial", options.partial, "A device's claims may begin in the middle of a chain");
  verify->add_option("--threads", options.threads, "That check signatures; 0: one a core")->check(CLI::Range(0, 64));
}

/// The configuration that --config names, or the daemon's default one.
std::filesystem::path config_of(const Arguments& arguments) {
  return arguments.endpoint.config.empty() ? kDefaultConfig : arguments.endpoint.config;
}

void describe_config(CLI::App& app, Arguments& arguments) {
  const auto check = [&arguments](const Output& output) {
    if (!arguments.config_file.empty()) return check_config(arguments.config_file, output);
    return check_config(config_of(arguments), output);
  };
  CLI::App* sub = add(*add_group(app, "config", "The daemon's configuration"), "check",
                      "Tell what is wrong with a configuration, or with what it names", arguments, check, {"--json", "--config"});
  sub->add_option("file", arguments.config_file, "The file [--config, or else " + std::string(kDefaultConfig) + "]");
}

void describe_escpos(CLI::App& app, Arguments& arguments) {
  ShowReceiptsOptions& options = arguments.receipts;
  CLI::App* show =
      add(*add_group(app, "escpos", "Print jobs of a till"), "show", "Tell what a print job says, and what is made of it",
          arguments, [&options](const Output& output) { return show_receipts(options, output); });
  show->add_option("file", options.file, "The bytes as the till sent them; - for standard input")->required();
  show->add_option("--profile", options.profile, "How the till lays out its receipts: a name, or a path with a slash")
      ->capture_default_str();
  show->add_option("--profiles", options.profiles, "Folder of the names [/etc/greentill/escpos]");
  show->add_option("--zone", options.zone, "Time zone in place of the profile's");
  show->add_option("--currency", options.currency, "Currency in place of the profile's, such as EUR")->check(a_currency());
}

void describe_rules(CLI::App& app, Arguments& arguments) {
  TryRulesOptions& options = arguments.rules;
  CLI::App* test =
      add(*add_group(app, "rules", "A merchant's own rules"), "test",
          "Show what rules find in transactions, and why; nothing is claimed", arguments, [&options](const Output& output) {
            return with_input(options.transactions, output, [&](std::istream& in) { return try_rules(options, in, output); });
          });
  test->add_option("file", options.rules, "The rules (TOML)")->required();
  test->add_option("transactions", options.transactions,
                   "JSON object, array, or one object a line (NDJSON); - for standard input")
      ->required();
  test->add_flag("--explain", options.explain, "Tell of every other rule what it lacked");
  test->add_option("--methodologies", options.methodologies, "Folder of methodology files: warn of what none measures");
}

void describe_dry_runs(CLI::App& app, Arguments& arguments) {
  TrySourceOptions& source = arguments.source;
  CLI::App* test =
      add(*add_group(app, "source", "What brings transactions in"), "test",
          "Tell what would become of each record of a file, without keys; nothing is claimed or kept", arguments,
          [&](const Output& output) { return try_source(config_of(arguments), source, output); }, {"--json", "--config"});
  test->add_option("name", source.name, "The source's name in the daemon's configuration")->required();
  test->add_option("file", source.file, "What it is to read a copy of; none for a program, which reads what its arguments name")
      ->check(CLI::ExistingFile);
  test->add_option("--limit", source.limit, "Print at most so many records; 0: all")->capture_default_str();

  TryPluginOptions& plugin = arguments.plugin;
  plugin.methodologies = "/etc/greentill/methodologies";
  CLI::App* try_it =
      add(*add_group(app, "plugin", "Plugins, before they are configured"), "test",
          "Put a plugin to a file: a source to what it reads, a detector to transactions; nothing is claimed or kept", arguments,
          [&](const Output& output) { return try_plugin(plugin, output); });
  try_it->add_option("plugin", plugin.plugin, "The name of one that is installed, such as journal, or a path with a slash")
      ->required();
  try_it->add_option("file", plugin.file, "The file; transactions as for submit")->required()->check(CLI::ExistingFile);
  try_it->add_option("--configuration", plugin.configuration, "The plugin's own; where it reads files need not be right")
      ->check(CLI::ExistingFile);
  try_it->add_option("--rules", plugin.rules, "Rules to find acts by, besides rides and charging")->check(CLI::ExistingFile);
  try_it->add_option("--methodologies", plugin.methodologies, "Folder of methodology files")->capture_default_str();
  try_it->add_option("--limit", plugin.limit, "Print at most so many records; 0: all")->capture_default_str();
}

int run(int argc, char** argv) {
  CLI::App app("Talks to a greentilld, and checks its claims.", "greentill");
  Arguments arguments;
  app.set_version_flag("--version", std::string("greentill ") + kVersion);
  app.footer(std::string(exit_code_help()));
  app.add_flag("--json", arguments.json, "Answer with one JSON document");
  EndpointOptions& endpoint = arguments.endpoint;
  app.add_option("--url", endpoint.url, "The daemon's address [" + std::string(kDefaultUrl) + "]")->envname("GREENTILL_URL");
  app.add_option("--token-file", endpoint.token_file, "File with the daemon's token")->envname("GREENTILL_TOKEN_FILE");
  app.add_option("--config", endpoint.config,
                 "The daemon's configuration, to take both from [" + std::string(kDefaultConfig) + "]")
      ->envname("GREENTILL_CONFIG");
  app.require_subcommand(1);
  for (const auto describe : {describe_submit, describe_claims, describe_records, describe_verify, describe_config,
                              describe_escpos, describe_rules, describe_dry_runs}) {
    describe(app, arguments);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool is_wrong = error.get_exit_code() != 0;
    // Where the command line could not be read to its end, `arguments` may not have its options yet.
    if (is_wrong && std::find(argv, argv + argc, std::string_view("--json")) != argv + argc) {
      return static_cast<int>(Output{true, std::cout, std::cerr}.fail(ExitCode::usage, error.what()));
    }
    app.exit(error);
    return is_wrong ? static_cast<int>(ExitCode::usage) : 0;
  }
  const Output output{arguments.json, std::cout, std::cerr};
  const ExitCode code = arguments.chosen(output);
  std::cout.flush();
  if (std::cout) return static_cast<int>(code);
  return static_cast<int>(
      Output{false, std::cout, std::cerr}.fail(ExitCode::bad_file, "standard output cannot be written; is the disk full?"));
}

}  // namespace
}  // namespace greentill::cli

// An exception that comes this far is a bug of ours, and ends the program as one.
int main(int argc, char** argv) { return greentill::cli::run(argc, argv); }  // NOLINT(bugprone-exception-escape)

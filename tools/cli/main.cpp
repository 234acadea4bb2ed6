// SPDX-License-Identifier: Apache-2.0
// greentill: the command line of whoever runs, mends or checks a terminal. Only the command line itself is read here.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <iostream>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include "greentill/version.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/config_check.hpp"
#include "tools/cli/input_file.hpp"
#include "tools/cli/progress.hpp"
#include "tools/cli/receipt_show.hpp"
#include "tools/cli/try_rules.hpp"

namespace greentill::cli {
namespace {

struct Arguments {
  bool json = false;
  EndpointOptions endpoint;
  std::filesystem::path config_file;
  std::string input;
  std::uint64_t seq = 0;
  std::vector<std::uint64_t> seqs;
  std::uint64_t guarded_limit = 20;
  bool raw = false;
  std::uint64_t patience_s = 60;
  SubmitOptions submit;
  ClaimsOptions claims;
  ExportOptions to_export;
  VerifyCommand verify;
  ShowReceiptsOptions receipts;
  TryRulesOptions rules;
};

// Longer than any daemon is waited for, and far from what a duration cannot hold.
constexpr std::uint64_t kLongestPatienceSeconds = 30ULL * 86'400;

using Command = ExitCode (*)(Arguments&, const Output&);

bool shows_progress(const Output& output) { return !output.json && stderr_is_terminal(); }

ExitCode run_config_check(Arguments& arguments, const Output& output) {
  if (!arguments.config_file.empty()) return check_config(arguments.config_file, output);
  return check_config(arguments.endpoint.config.empty() ? kDefaultConfig : arguments.endpoint.config, output);
}

ExitCode run_escpos_show(Arguments& arguments, const Output& output) { return show_receipts(arguments.receipts, output); }

template <typename Use>
ExitCode with_daemon(const Arguments& arguments, const Output& output, Use&& use) {
  const Result<Endpoint> endpoint = find_endpoint(arguments.endpoint);
  if (!endpoint) return output.fail(ExitCode::bad_file, endpoint.error().message);
  auto daemon = DaemonClient::make(*endpoint);
  if (!daemon) return output.fail(ExitCode::usage, daemon.error().message);
  return use(**daemon);
}

ExitCode run_submit(Arguments& arguments, const Output& output) {
  SubmitOptions& options = arguments.submit;
  options.file = arguments.input;
  options.progress = shows_progress(output);
  options.patience = std::chrono::seconds(arguments.patience_s);
  const auto with = [&](std::istream& in) {
    return with_daemon(arguments, output, [&](DaemonClient& daemon) { return submit(daemon, in, options, output); });
  };
  if (arguments.input == "-") return with(std::cin);
  auto file = open_input(arguments.input);
  if (!file) return output.fail(ExitCode::bad_file, file.error().message);
  std::error_code error;
  const auto size = std::filesystem::file_size(arguments.input, error);
  options.size = error ? 0 : size;
  return with(*file);
}

ExitCode run_status(Arguments& arguments, const Output& output) {
  return with_daemon(arguments, output, [&](DaemonClient& daemon) { return show_status(daemon, output); });
}

ExitCode run_claims(Arguments& arguments, const Output& output) {
  return with_daemon(arguments, output, [&](DaemonClient& daemon) { return list_claims(daemon, arguments.claims, output); });
}

ExitCode run_show(Arguments& arguments, const Output& output) {
  if (arguments.raw && output.json) return output.fail(ExitCode::usage, "--raw and --json exclude each other");
  return with_daemon(arguments, output,
                     [&](DaemonClient& daemon) { return show_claim(daemon, arguments.seq, arguments.raw, output); });
}

ExitCode run_undo(Arguments& arguments, const Output& output) {
  return with_daemon(arguments, output, [&](DaemonClient& daemon) { return undo_claims(daemon, arguments.seqs, output); });
}

ExitCode run_guarded(Arguments& arguments, const Output& output) {
  return with_daemon(arguments, output,
                     [&](DaemonClient& daemon) { return list_guarded(daemon, arguments.guarded_limit, output); });
}

ExitCode run_export(Arguments& arguments, const Output& output) {
  arguments.to_export.progress = shows_progress(output);
  return with_daemon(arguments, output, [&](DaemonClient& daemon) { return export_claims(daemon, arguments.to_export, output); });
}

ExitCode run_verify(Arguments& arguments, const Output& output) {
  arguments.verify.progress = shows_progress(output);
  return verify_file(arguments.verify, output);
}

ExitCode run_rules_test(Arguments& arguments, const Output& output) {
  if (arguments.rules.transactions == "-") return try_rules(arguments.rules, std::cin, output);
  auto file = open_input(arguments.rules.transactions);
  if (!file) return output.fail(ExitCode::bad_file, file.error().message);
  return try_rules(arguments.rules, *file, output);
}

/// CLI11's own goes to the greatest floating-point number, and says so with its 309 digits.
CLI::Validator at_least_one() {
  const auto why_not = [](const std::string& text) -> std::string {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_one = error == std::errc() && end == text.data() + text.size() && value > 0;
    return is_one ? std::string() : "\"" + text + "\" is no whole number from 1 on";
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

/// The program's own options come before or behind a command; its help would otherwise not tell of them.
std::string footer(const CLI::App& command, std::initializer_list<const char*> options) {
  const CLI::App* program = &command;
  while (program->get_parent() != nullptr) program = program->get_parent();
  const CLI::Formatter formatter;
  std::string text = "Of the program:\n";
  for (const char* option : options) text += formatter.make_option(program->get_option(option), false);
  return text + '\n' + std::string(exit_code_help());
}

CLI::App* add(CLI::App& app, const char* name, const char* help, Command command, std::optional<Command>& chosen,
              std::initializer_list<const char*> options = {"--json"}) {
  CLI::App* sub = app.add_subcommand(name, help);
  sub->fallthrough();
  sub->footer(footer(*sub, options));
  sub->callback([&chosen, command] { chosen = command; });
  return sub;
}

CLI::App* add_asking(CLI::App& app, const char* name, const char* help, Command command, std::optional<Command>& chosen) {
  return add(app, name, help, command, chosen, {"--json", "--url", "--token-file", "--config"});
}

void describe_daemon_commands(CLI::App& app, Arguments& arguments, std::optional<Command>& chosen) {
  CLI::App* submit = add_asking(app, "submit", "Hand transactions to the daemon", run_submit, chosen);
  submit->add_option("file", arguments.input, "JSON object, array, or one object a line (NDJSON); - for standard input")
      ->required();
  submit->add_option("--patience", arguments.patience_s, "Seconds to go on asking a daemon that cannot take more now")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{0}, kLongestPatienceSeconds));

  add_asking(app, "status", "What the daemon does, and what troubles it", run_status, chosen);

  CLI::App* claims = add_asking(app, "claims", "List claims", run_claims, chosen);
  claims->add_option("--after", arguments.claims.after, "Begin behind this seq");
  claims->add_option("--limit", arguments.claims.limit, "At most so many")->capture_default_str()->check(at_least_one());
  claims->add_option("--delivery", arguments.claims.delivery, "Only those that are so")
      ->check(CLI::IsMember({"waiting", "delivered", "refused_retry", "refused_final"}));
  claims->add_flag("--newest", arguments.claims.newest, "Newest first");

  CLI::App* show = add_asking(app, "show", "Show one claim", run_show, chosen);
  show->add_option("seq", arguments.seq, "Its number in the chain")->required();
  show->add_flag("--raw", arguments.raw, "Write the signed message itself (COSE) to standard output");

  CLI::App* undo = add_asking(app, "undo", "Take claims back that were a mistake", run_undo, chosen);
  undo->add_option("seq", arguments.seqs, "Their numbers in the chain")->required();

  CLI::App* guarded = add_asking(app, "guarded", "List what was recognised and not claimed, and why", run_guarded, chosen);
  guarded->add_option("--limit", arguments.guarded_limit, "At most so many")->capture_default_str()->check(at_least_one());

  CLI::App* to_export = add_asking(app, "export", "Write the claims to a file that anyone can verify", run_export, chosen);
  to_export->add_option("--out,-o", arguments.to_export.file, "The file; - for standard output")->required();
  to_export->add_option("--after", arguments.to_export.after, "Begin behind this seq");
  to_export->add_option("--limit", arguments.to_export.limit, "At most so many")->check(at_least_one());
}

void describe_verify(CLI::App& app, Arguments& arguments, std::optional<Command>& chosen) {
  CLI::App* verify = add(app, "verify", "Check a file of claims, without daemon or network", run_verify, chosen);
  verify->add_option("file", arguments.verify.file, "As export writes it; - for standard input")->required();
  verify->add_option("--certificate", arguments.verify.certificates, "PEM of every certificate that signed; may be repeated")
      ->required();
  verify->add_option("--methodologies", arguments.verify.methodologies, "Folder of methodology files")->required();
  verify->add_option("--ca", arguments.verify.authority, "PEM of the authority that must have issued the certificates");
  verify->add_flag("--partial", arguments.verify.partial, "A device's claims may begin in the middle of a chain");
  verify->add_option("--threads", arguments.verify.threads, "That check signatures; 0: one a core")->check(CLI::Range(0, 64));
}

void describe_config(CLI::App& app, Arguments& arguments, std::optional<Command>& chosen) {
  CLI::App* config = app.add_subcommand("config", "The daemon's configuration");
  config->fallthrough();
  config->require_subcommand(1);
  CLI::App* check = add(*config, "check", "Tell what is wrong with a configuration, or with what it names", run_config_check,
                        chosen, {"--json", "--config"});
  check->add_option("file", arguments.config_file, "The file [--config, or else " + std::string(kDefaultConfig) + "]");
}

void describe_escpos(CLI::App& app, Arguments& arguments, std::optional<Command>& chosen) {
  CLI::App* escpos = app.add_subcommand("escpos", "Print jobs of a till");
  escpos->fallthrough();
  escpos->require_subcommand(1);
  CLI::App* show = add(*escpos, "show", "Tell what a print job says, and what is made of it", run_escpos_show, chosen);
  ShowReceiptsOptions& options = arguments.receipts;
  show->add_option("file", options.file, "The bytes as the till sent them; - for standard input")->required();
  show->add_option("--profile", options.profile, "How the till lays out its receipts: a name, or a path with a slash")
      ->capture_default_str();
  show->add_option("--profiles", options.profiles, "Folder of the names [/etc/greentill/escpos]");
  show->add_option("--zone", options.zone, "Time zone in place of the profile's");
  show->add_option("--currency", options.currency, "Currency in place of the profile's, such as EUR")->check(a_currency());
}

void describe_rules(CLI::App& app, Arguments& arguments, std::optional<Command>& chosen) {
  CLI::App* rules = app.add_subcommand("rules", "A merchant's own rules");
  rules->fallthrough();
  rules->require_subcommand(1);
  CLI::App* test =
      add(*rules, "test", "Show what rules find in transactions, and why; nothing is claimed", run_rules_test, chosen);
  test->add_option("file", arguments.rules.rules, "The rules (TOML)")->required();
  test->add_option("transactions", arguments.rules.transactions,
                   "JSON object, array, or one object a line (NDJSON); - for standard input")
      ->required();
  test->add_flag("--explain", arguments.rules.explain, "Tell of every other rule what it lacked");
  test->add_option("--methodologies", arguments.rules.methodologies, "Folder of methodology files: warn of what none measures");
}

int run(int argc, char** argv) {
  CLI::App app("Talks to a greentilld, and checks its claims.", "greentill");
  Arguments arguments;
  std::optional<Command> chosen;
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
  describe_daemon_commands(app, arguments, chosen);
  describe_verify(app, arguments, chosen);
  describe_config(app, arguments, chosen);
  describe_escpos(app, arguments, chosen);
  describe_rules(app, arguments, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool is_wrong = error.get_exit_code() != 0;
    // The options may not be filled yet where the command line could not be read to its end.
    if (is_wrong && std::find(argv, argv + argc, std::string_view("--json")) != argv + argc) {
      return static_cast<int>(Output{true, std::cout, std::cerr}.fail(ExitCode::usage, error.what()));
    }
    app.exit(error);
    return is_wrong ? static_cast<int>(ExitCode::usage) : 0;
  }
  const Output output{arguments.json, std::cout, std::cerr};
  const ExitCode code = (*chosen)(arguments, output);
  std::cout.flush();
  if (std::cout) return static_cast<int>(code);
  return static_cast<int>(
      Output{false, std::cout, std::cerr}.fail(ExitCode::bad_file, "standard output cannot be written; is the disk full?"));
}

}  // namespace
}  // namespace greentill::cli

// An exception that comes this far is a bug of ours, and ends the program as one.
int main(int argc, char** argv) { return greentill::cli::run(argc, argv); }  // NOLINT(bugprone-exception-escape)

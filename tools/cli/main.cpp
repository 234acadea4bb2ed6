// SPDX-License-Identifier: Apache-2.0
// greentill: the command line of whoever runs, mends or checks a terminal. Only the command line itself is read here.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <string_view>

#include "daemon/command_line/describe.hpp"
#include "greentill/version.hpp"
#include "tools/cli/command_line.hpp"
#include "tools/cli/common/input_file.hpp"
#include "tools/cli/common/suggestion.hpp"
#include "tools/cli/config/config_check.hpp"
#include "tools/cli/enrol/prompt.hpp"

namespace greentill::cli {
namespace {

CLI::Validator a_currency() {
  const auto why_not = [](const std::string& text) -> std::string {
    const bool is_code = text.size() == 3 && std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    return is_code ? std::string() : "\"" + text + "\" is no code of ISO 4217: three capital letters, such as EUR";
  };
  return {why_not, "CODE"};
}

void describe_claims_of(CLI::App& verify, VerifyCommand& options, std::vector<CLI::Option*>& all) {
  all.push_back(verify.add_option("file", options.file, "Claims as export writes them; - for standard input"));
  all.push_back(
      verify.add_option("--certificate", options.certificates, "PEM of every certificate that signed; may be repeated"));
  all.push_back(verify.add_option("--methodologies", options.methodologies, "Folder of methodology files"));
  all.push_back(verify.add_option("--ca", options.authority, "PEM of the authority that must have issued the certificates"));
  CLI::Option* signers = verify.add_option("--signer", options.signers,
                                           "PEM of who signs consents, receipts and bundles for the operator; may be repeated");
  all.push_back(signers);
  all.push_back(
      verify
          .add_option("--bundle", options.bundle, "The programme's common bundle: which methodologies it published and withdrew")
          ->needs(signers));
  all.push_back(verify.add_option("--locks", options.locks, "Locks and their keys, as greentill-credit lock export writes them"));
  all.push_back(verify.add_option("--receipts", options.receipts, "Receipts of the service: tell what it says of the claims")
                    ->needs(signers));
  all.push_back(verify.add_flag("--partial", options.partial, "A device's claims may begin in the middle of a chain"));
  all.push_back(
      verify.add_option("--threads", options.threads, "That check signatures; 0: one a core")->check(CLI::Range(0, 64)));
}

CLI::Option* describe_certificate_of(CLI::App& verify, VerifyCertificateCommand& options,
                                     const std::vector<CLI::Option*>& claims) {
  CLI::Option* file = verify.add_option("--tree-certificate", options.file,
                                        "In place of claims: a certificate of trees, or what its paper's QR code says");
  for (CLI::Option* one : claims) file->excludes(one);
  file->needs(
      verify.add_option("--anchors", options.anchors, "PEM of the programme's authorities, whom the certificate must lead to")
          ->needs(file));
  verify.add_option("--status", options.lists, "Lists of revoked and suspended certificates of trees; may be repeated")
      ->needs(file);
  verify.add_option("--paper", options.paper, "What the QR code of a paper says, which must be of the certificate")->needs(file);
  return file;
}

void describe_verify(CLI::App& app, Arguments& arguments) {
  VerifyCommand& options = arguments.verify;
  VerifyCertificateCommand& certificate = arguments.verify_certificate;
  CLI::App* verify = add_command(app, "verify", "Check a file of claims, or a certificate of trees, without daemon or network",
                                 arguments, [&options, &certificate](const Output& output) {
                                   if (!certificate.file.empty()) return verify_certificate(certificate, output);
                                   options.progress = shows_progress(output);
                                   return verify_file(options, output);
                                 });
  std::vector<CLI::Option*> claims;
  describe_claims_of(*verify, options, claims);
  const CLI::Option* tree = describe_certificate_of(*verify, certificate, claims);
  // What claims need a certificate does without, so that the library cannot be told that it is required.
  verify->parse_complete_callback([claims, tree] {
    if (tree->count() > 0) return;
    for (std::size_t i = 0; i < 3; ++i) {
      if (claims[i]->count() == 0) throw CLI::RequiredError(claims[i]->get_name());
    }
  });
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
  CLI::App* sub =
      add_command(*add_group(app, "config", "The daemon's configuration"), "check",
                  "Tell what is wrong with a configuration, or with what it names", arguments, check, {"--json", "--config"});
  sub->add_option("file", arguments.config_file, "The file [--config, or else " + std::string(kDefaultConfig) + "]");
}

void describe_enrol(CLI::App& app, Arguments& arguments) {
  EnrolOptions& options = arguments.enrol;
  const auto enrol = [&arguments, &options](const Output& output) {
    options.terminal = is_at_terminal() && !output.json;
    return enrol_device(config_of(arguments), options, output);
  };
  CLI::App* sub =
      add_command(app, "enrol", "Put this device into service: a key of its own, and a certificate for a one-time code",
                  arguments, enrol, {"--json", "--config"});
  sub->add_option("--server", options.server, "Address of the operator's EST server, https://HOST:PORT [the configuration's]");
  sub->add_option("--device", options.device, "The device's id; asked for without");
  sub->add_option("--fingerprint", options.fingerprint, "Of the operator's authorities, from the label; asked for without");
  sub->add_option("--code-file", options.code_file, "File with the one-time code, - for standard input; asked for without");
  CLI::Option* folder = sub->add_option("--folder", options.folder, "Of the identity; no configuration is read then");
  sub->add_option("--wrapping-key", options.wrapping_key, "Credential under which the key is sealed, beside --folder")
      ->needs(folder);
  sub->add_option("--patience", options.patience_s, "Seconds to go on where the server does not answer or says to wait")
      ->capture_default_str()
      ->check(CLI::Range(0, 86'400));
  CLI::Option* request =
      sub->add_option("--request", options.request, "Without a network: write the request there, - for standard output");
  CLI::Option* code = sub->add_flag("--request-qr", options.request_qr, "Likewise: show it here as a QR code")->excludes(request);
  sub->add_option("--answer", options.answer, "Likewise: take the operator's answer to it, - for standard input or a scanner")
      ->excludes(request)
      ->excludes(code);
  sub->add_flag("--rekey", options.rekey,
                "Give this device, which is in service, another key: its next chain is signed with that")
      ->excludes(request)
      ->excludes(code);
  sub->add_flag("--anew", options.anew, "With a request: ask for fingerprint and code again");
}

void describe_doctor(CLI::App& app, Arguments& arguments) {
  doctor::DoctorOptions& options = arguments.doctor;
  const auto look = [&arguments, &options](const Output& output) {
    options.config = config_of(arguments);
    options.endpoint = arguments.endpoint;
    return run_doctor(options, output);
  };
  CLI::App* sub = add_command(app, "doctor", "Find what keeps claims from arriving, and say what to do about it: the cause first",
                              arguments, look, {"--json", "--url", "--token-file", "--config"});
  sub->add_option("--collect", options.collect, "Write what was found to this file, to send home: nothing secret is in it")
      ->type_name("FILE");
  sub->add_option("--patience", options.patience_s, "Seconds to wait for each thing that does not answer")
      ->capture_default_str()
      ->check(CLI::Range(1, 300));
}

void describe_escpos(CLI::App& app, Arguments& arguments) {
  ShowReceiptsOptions& options = arguments.receipts;
  CLI::App* show =
      add_command(*add_group(app, "escpos", "Print jobs of a till"), "show", "Tell what a print job says, and what is made of it",
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
  CLI::App* test = add_command(
      *add_group(app, "rules", "A merchant's own rules"), "test",
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
      add_command(*add_group(app, "source", "What brings transactions in"), "test",
                  "Tell what would become of each record of a file, without keys; nothing is claimed or kept", arguments,
                  [&](const Output& output) { return try_source(config_of(arguments), source, output); }, {"--json", "--config"});
  test->add_option("name", source.name, "The source's name in the daemon's configuration")->required();
  test->add_option("file", source.file, "What it is to read a copy of; none for a program, which reads what its arguments name")
      ->check(CLI::ExistingFile);
  test->add_option("--limit", source.limit, "Print at most so many records; 0: all")->capture_default_str();

  TryPluginOptions& plugin = arguments.plugin;
  plugin.methodologies = "/etc/greentill/methodologies";
  CLI::App* try_it =
      add_command(*add_group(app, "plugin", "Plugins, before they are configured"), "test",
                  "Put a plugin to a file: a source to what it reads, a detector to transactions; nothing is claimed or kept",
                  arguments, [&](const Output& output) { return try_plugin(plugin, output); });
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
  for (const auto describe :
       {describe_submit, describe_day, describe_lists, describe_taking_back, describe_delivery, describe_verify, describe_config,
        describe_enrol, describe_doctor, describe_escpos, describe_rules, describe_dry_runs, describe_lock}) {
    describe(app, arguments);
  }
  if (command_line::describe_if_asked(app, argc, argv)) return 0;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool is_wrong = error.get_exit_code() != 0;
    const std::string unknown = is_wrong ? unknown_word(app, argc, argv) : "";
    // Where the command line could not be read to its end, `arguments` may not have its options yet.
    if (is_wrong && std::find(argv, argv + argc, std::string_view("--json")) != argv + argc) {
      return static_cast<int>(Output{true, std::cout, std::cerr}.fail(ExitCode::usage, unknown.empty() ? error.what() : unknown));
    }
    if (!unknown.empty()) {
      std::cerr << printable(unknown) << "\nRun with --help for more information.\n";
      return static_cast<int>(ExitCode::usage);
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

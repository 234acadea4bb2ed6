// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/command_line.hpp"

#include "daemon/base/text.hpp"
#include "tools/cli/common/progress.hpp"

namespace greentill::cli {
namespace {

/// The program's options, which may stand before or after a command: a command's own help would not show them.
std::string footer(const CLI::App& command, std::initializer_list<const char*> options) {
  const CLI::App* program = &command;
  while (program->get_parent() != nullptr) program = program->get_parent();
  const CLI::Formatter formatter;
  std::string text = "Of the program:\n";
  for (const char* option : options) text += formatter.make_option(program->get_option(option), false);
  return text + '\n' + std::string(exit_code_help());
}

}  // namespace

bool shows_progress(const Output& output) { return !output.json && stderr_is_terminal(); }

/// CLI11's own check allows numbers up to the largest double, and prints its 309 digits in the message.
CLI::Validator at_least_one() {
  const auto why_not = [](const std::string& text) -> std::string {
    return parse_integer<std::uint64_t>(text).value_or(0) > 0 ? std::string() : "\"" + text + "\" is no whole number from 1 on";
  };
  return {why_not, "POSITIVE"};
}

CLI::App* add_group(CLI::App& app, const char* name, const char* help) {
  CLI::App* group = app.add_subcommand(name, help);
  group->fallthrough();
  group->require_subcommand(1);
  return group;
}

CLI::App* add_command(CLI::App& app, const char* name, const char* help, Arguments& arguments, Command command,
                      std::initializer_list<const char*> options) {
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
  return add_command(app, name, help, arguments, command, {"--json", "--url", "--token-file", "--config"});
}

}  // namespace greentill::cli

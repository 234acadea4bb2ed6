// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/common/suggestion.hpp"

#include <algorithm>

#include "tools/cli/common/output.hpp"

namespace greentill::cli {
namespace {

/// All of a command's options and, since they fall through, those of the commands above it.
std::vector<const CLI::Option*> options_of(const CLI::App& command) {
  std::vector<const CLI::Option*> all;
  for (const CLI::App* app = &command; app != nullptr; app = app->get_parent()) {
    const auto own = app->get_options();
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

const CLI::Option* find_option(const std::vector<const CLI::Option*>& options, const std::string& name) {
  const auto found = std::find_if(options.begin(), options.end(), [&](const CLI::Option* one) { return one->check_name(name); });
  return found == options.end() ? nullptr : *found;
}

std::vector<std::string> long_names(const std::vector<const CLI::Option*>& options) {
  std::vector<std::string> names;
  for (const CLI::Option* option : options) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<std::string> command_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; })) names.push_back(sub->get_name());
  return names;
}

}  // namespace

CLI::Validator one_of(std::vector<std::string> names) {
  const auto why_not = [names](const std::string& text) -> std::string {
    if (std::find(names.begin(), names.end(), text) != names.end()) return {};
    return in_quotes(text) + " is none of " + CLI::detail::join(names, ", ") + did_you_mean(text, names);
  };
  return {why_not, CLI::detail::generate_set(names)};
}

std::string unknown_word(const CLI::App& program, int argc, const char* const* argv) {
  const CLI::App* command = &program;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--") return {};
    const std::vector<std::string> commands = command_names(*command);
    if (word.size() > 1 && word.front() == '-') {
      const std::string name = word.substr(0, word.find('='));
      const auto options = options_of(*command);
      const CLI::Option* option = find_option(options, name);
      // Only long names are looked at: short ones may stand together, or with their value.
      if (option == nullptr && name.starts_with("--")) {
        return in_quotes(name) + " is no option" + (command == &program ? "" : " of " + command->get_name()) +
               did_you_mean(name, long_names(options));
      }
      if (option != nullptr && option->get_items_expected_min() > 0 && name == word) ++i;
    } else if (!commands.empty()) {
      if (std::find(commands.begin(), commands.end(), word) == commands.end()) {
        return in_quotes(word) + " is no command" + (command == &program ? "" : " of " + command->get_name()) +
               did_you_mean(word, commands);
      }
      command = command->get_subcommand(word);
    }
  }
  return {};
}

}  // namespace greentill::cli

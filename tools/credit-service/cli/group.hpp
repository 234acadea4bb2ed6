// SPDX-License-Identifier: Apache-2.0
// Describes the commands of one thing on the command line: "merchant add", "merchant list" and so on. Threads: one.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "tools/credit-service/cli/command_line.hpp"
#include "tools/credit-service/cli/registry.hpp"

namespace greentill::credit {

/// What a command does.
using Action = Status (*)(const std::filesystem::path&, const Given&, const Output&);

/// One thing's commands: "merchant add", "merchant list" and so on.
class Group {
 public:
  Group(CLI::App& app, Arguments& arguments, const char* thing, const char* help)
      : arguments_(arguments), given_(arguments.given), thing_(thing) {
    const auto there = app.get_subcommands([thing](const CLI::App* one) { return one->get_name() == thing; });
    app_ = there.empty() ? app.add_subcommand(thing, help) : there.front();
    app_->require_subcommand(1);
  }

  Group& command(const char* verb, const char* help, Action action) {
    current_ = app_->add_subcommand(verb, help);
    current_->add_option("--config", arguments_.config, "Configuration file")->type_name("FILE")->capture_default_str();
    current_->add_flag("--json", arguments_.json, "Answer with one JSON document");
    const std::string name = thing_ + ' ' + verb;
    current_->callback([&arguments = arguments_, name, action] {
      arguments.given.command = name;
      arguments.chosen = [&arguments, action](const Output& output) { return action(arguments.config, arguments.given, output); };
    });
    return *this;
  }
  Group& add(const char* help) {
    command("add", help, add_to_registry);
    current_
        ->add_option("--csv", given_.csv, "Add all rows of this file, or none; its first row names the columns as the options")
        ->type_name("FILE");
    return *this;
  }
  Group& list(const char* help) {
    command("list", help, list_registry);
    current_->add_flag("--csv", given_.to_csv, "As comma-separated values");
    return *this;
  }
  Group& show(const char* help, const char* type) {
    return command("show", help, show_registered).positional("id", "Which one", type);
  }

  Group& positional(const char* name, const char* help, const char* type) {
    current_->add_option(name, given_.fields[name], help)->type_name(type)->required();
    return *this;
  }
  Group& option(const char* name, const char* help, const char* type) {
    current_->add_option(std::string("--") + name, given_.fields[name], help)->type_name(type);
    return *this;
  }
  /// A positional of `add`, which a file may give instead.
  Group& first(const char* name, const char* help, const char* type) {
    current_->add_option(name, given_.fields[name], help)->type_name(type);
    return *this;
  }
  Group& needs(const char* name, const char* help, const char* type) {
    current_->add_option(std::string("--") + name, given_.fields[name], help)->type_name(type)->required();
    return *this;
  }
  Group& roots() {
    current_
        ->add_option("--root", given_.roots, "A root under which it reports, by name or number; several times, or with commas")
        ->type_name("ROOT")
        ->delimiter(',');
    return *this;
  }
  Group& hosts() {
    current_->add_option("--host", given_.hosts, "A server's name or address; several times, or with commas")
        ->type_name("HOST")
        ->delimiter(',');
    return *this;
  }
  Group& parts() {
    current_
        ->add_option("--account", given_.parts, "Whose credit pays: an account, or ACCOUNT=GRAMS; several times, or with commas")
        ->type_name("ACCOUNT")
        ->required()
        ->delimiter(',');
    return *this;
  }
  Group& files(const char* help) {
    current_->add_option("file", given_.files, help)->type_name("FILE")->required();
    return *this;
  }
  Group& why() { return needs("why", "Why, for whoever asks later", "TEXT"); }
  Group& flag(const char* name, bool& into, const char* help) {
    current_->add_flag(name, into, help);
    return *this;
  }

 private:
  Arguments& arguments_;
  Given& given_;
  std::string thing_;
  CLI::App* app_ = nullptr;
  CLI::App* current_ = nullptr;
};

}  // namespace greentill::credit

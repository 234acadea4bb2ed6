// SPDX-License-Identifier: Apache-2.0
#include "daemon/command_line/describe.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <nlohmann/json.hpp>
#include <string_view>

namespace greentill::command_line {
namespace {

using Json = nlohmann::ordered_json;

/// The values of an option that takes one of a list: CLI11 names them in the type, as "TEXT:{a,b}".
Json choices_of(const std::string& type) {
  Json choices = Json::array();
  const std::size_t begin = type.find(":{");
  const std::size_t end = type.rfind('}');
  if (begin == std::string::npos || end == std::string::npos) return choices;
  for (const std::string& one : CLI::detail::split(type.substr(begin + 2, end - begin - 2), ',')) choices.push_back(one);
  return choices;
}

Json describe_option(const CLI::Option& option) {
  Json names = Json::array();
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  if (option.get_positional()) names.push_back(option.get_name(true));
  const bool is_flag = option.get_items_expected_max() == 0;
  const std::string type = is_flag ? std::string() : option.get_type_name();
  return {{"names", names},
          {"value", type.substr(0, type.find(":{"))},
          {"choices", choices_of(type)},
          {"description", option.get_description()},
          {"default", option.get_default_str()},
          {"environment", option.get_envname()},
          {"required", option.get_required()},
          {"many", option.get_items_expected_max() > 1}};
}

Json describe_app(const CLI::App& app) {
  Json json{{"name", app.get_name()}, {"description", app.get_description()}, {"footer", app.get_footer()}};
  json["inherits"] = app.get_fallthrough();
  json["options"] = Json::array();
  json["arguments"] = Json::array();
  json["commands"] = Json::array();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    json[option->get_positional() ? "arguments" : "options"].push_back(describe_option(*option));
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_group().empty()) json["commands"].push_back(describe_app(*command));
  }
  return json;
}

}  // namespace

std::string describe(const CLI::App& app) { return describe_app(app).dump(1); }

bool describe_if_asked(const CLI::App& app, int argc, const char* const* argv) {
  if (argc != 2 || std::string_view(argv[1]) != "--describe-command-line") return false;
  std::cout << describe(app) << '\n';
  return true;
}

}  // namespace greentill::command_line

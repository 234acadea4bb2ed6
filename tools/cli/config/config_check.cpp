// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/config/config_check.hpp"

#include <unistd.h>

#include <system_error>

#include "daemon/crypto/hasher.hpp"
#include "daemon/measure/library.hpp"
#include "tools/cli/rules/unmeasured.hpp"

namespace greentill::cli {
namespace {

void need_file(const std::filesystem::path& file, std::string_view key, std::vector<std::string>& problems) {
  std::error_code error;
  const bool regular = std::filesystem::is_regular_file(file, error);
  if (regular && access(file.c_str(), R_OK) == 0) return;
  const std::string why = error ? error.message() : regular ? "you may not read it" : "it is not a file";
  problems.push_back(std::string(key) + ": " + file.string() + ": " + why);
}

void need_plugins(const std::vector<detect::PluginSpec>& specs, std::string_view key, std::vector<std::string>& problems) {
  for (const detect::PluginSpec& spec : specs) {
    need_file(spec.library, std::string(key) + " '" + spec.name + "', plugin", problems);
    if (!spec.program.empty()) need_file(spec.program[0], std::string(key) + " '" + spec.name + "', exec", problems);
  }
}

/// Adds what is wrong with the merchant's own rules. Their plugin is recognised by its name; other plugins' configurations are
/// not checked.
void need_rules(const std::vector<detect::PluginSpec>& detectors, const measure::Library& library,
                std::vector<std::string>& problems) {
  for (const detect::PluginSpec& spec : detectors) {
    if (spec.library.stem() != "rules") continue;
    const std::string where = "detector '" + spec.name + "'";
    const auto found =
        unmeasured(spec.configuration, spec.configuration_file.empty() ? "rules" : spec.configuration_file, library);
    if (!found) problems.push_back(where + ": " + found.error().message);
    if (!found) continue;
    for (const std::string& one : *found) problems.push_back(where + ": " + one);
  }
}

bool needs_host(const app::Config& config) {
  for (const detect::PluginSpec& spec : config.detectors) {
    if (spec.isolated) return true;
  }
  return !config.sources.empty();
}

}  // namespace

std::vector<std::string> find_problems(const app::Config& config) {
  std::vector<std::string> problems;
  need_file(config.key, "identity.key", problems);
  need_file(config.certificate, "identity.certificate", problems);
  need_file(config.programme_key, "identity.programme_key", problems);
  const crypto::Hasher hasher;
  const auto library = measure::Library::load(config.methodologies, hasher);
  if (!library) problems.push_back(library.error().with_context("methodologies.folder").message);
  if (const Status preferred = library ? app::check_preferred(config, *library) : Status(Done{}); !preferred)
    problems.push_back(preferred.error().message);
  need_plugins(config.detectors, "detector", problems);
  if (library) need_rules(config.detectors, *library, problems);
  need_plugins(config.sources, "source", problems);
  if (needs_host(config)) need_file(config.plugin_host, "plugins.host", problems);
  if (config.uplink) {
    need_file(config.uplink->authorities, "uplink.authorities", problems);
    need_file(config.receipt_certificates, "uplink.receipt_certificates", problems);
  }
  return problems;
}

ExitCode check_config(const std::filesystem::path& file, const Output& output) {
  const auto config = app::load_config(file, app::find_installation());
  if (!config && config.error().code != ErrorCode::invalid) return output.fail(ExitCode::bad_file, config.error().message);
  const std::vector<std::string> problems = config ? find_problems(*config) : std::vector{config.error().message};
  std::string text = problems.empty() ? printable(file.string()) + ": nothing wrong with it\n" : "";
  for (const std::string& problem : problems) text += printable(problem) + '\n';
  output.answer({{"file", file.string()}, {"holds", problems.empty()}, {"problems", problems}}, text);
  return problems.empty() ? ExitCode::ok : ExitCode::does_not_hold;
}

}  // namespace greentill::cli

// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/config/plugin_check.hpp"

#include <unistd.h>

#include "daemon/detect/module.hpp"
#include "plugins/common/readers/configuration.hpp"
#include "plugins/rules/rule_set.hpp"
#include "tools/cli/config/sample_check.hpp"
#include "tools/cli/rules/unmeasured.hpp"

namespace greentill::cli {
namespace {

void ignore_log(void* /*context*/, LogLevel /*level*/, std::string_view /*message*/) {}

template <typename Table>
Status try_create(std::shared_ptr<const detect::PluginModule> module, const Table* table, const detect::PluginSpec& spec,
                  const char* other_kind) {
  if (table == nullptr) return fail(ErrorCode::invalid, spec.library.string() + ": it is a " + other_kind);
  detect::HostServices services(ignore_log, nullptr);
  detect::PluginInstance<Table> instance(std::move(module), table);
  return instance.create(spec.configuration, services);
}

class PluginCheck {
 public:
  PluginCheck(const app::Config& config, const std::filesystem::path& ours, const DaemonUser& user, tools::Findings& into)
      : config_(config), ours_(ours), user_(user), into_(into) {}

  void detector(const detect::PluginSpec& spec, const measure::Library* library) {
    where_ = "detector '" + spec.name + "'";
    if (!files(spec)) return;
    if (spec.library.stem() == "rules") return rules(spec, library);
    created(spec, [&](auto module) { return try_create(module, module->detector(), spec, "source, not a detector"); });
  }

  void source(const detect::PluginSpec& spec) {
    where_ = "source '" + spec.name + "'";
    if (!files(spec)) return;
    if (!created(spec, [&](auto module) { return try_create(module, module->source(), spec, "detector, not a source"); })) return;
    place(spec);
  }

 private:
  void problem(const std::string& what) { into_.problems.push_back(where_ + ": " + what); }

  /// Whether the plugin can be asked itself.
  bool files(const detect::PluginSpec& spec) {
    const std::size_t before = into_.problems.size();
    user_.need_file(spec.library, where_ + ", plugin", into_);
    if (!spec.program.empty()) program(spec.program[0]);
    return into_.problems.size() == before && spec.program.empty();
  }

  void program(const std::filesystem::path& file) {
    user_.need_file(file, where_ + ", exec", into_);
    std::error_code ignored;
    if (std::filesystem::is_regular_file(file, ignored) && ::access(file.c_str(), X_OK) != 0) {
      problem("exec: " + file.string() + ": it cannot be run; chmod +x makes it a program");
    }
    into_.not_looked_at.push_back(where_ + ": what its program makes of its configuration: it is run by the daemon alone");
  }

  template <typename Try>
  bool created(const detect::PluginSpec& spec, const Try& try_it) {
    std::error_code ignored;
    if (!std::filesystem::equivalent(spec.library.parent_path(), ours_, ignored)) {
      into_.not_looked_at.push_back(where_ + ": what " + spec.library.string() +
                                    " makes of its configuration: foreign code is run by the daemon's " + "children alone");
      return false;
    }
    const auto module = detect::PluginModule::load(spec.library);
    if (!module) problem(module.error().message);
    const Status made = module ? try_it(*module) : Status(Failure{module.error()});
    if (!made && module) problem(named(spec) + made.error().message);
    return made.ok();
  }

  static std::string named(const detect::PluginSpec& spec) {
    return spec.configuration_file.empty() ? std::string() : spec.configuration_file + ": ";
  }

  /// The rules are read here, since what they find must be measured by something.
  void rules(const detect::PluginSpec& spec, const measure::Library* library) {
    const std::string name = spec.configuration_file.empty() ? "rules" : spec.configuration_file;
    const auto rules = parse_rules(spec.configuration, name);
    if (!rules) return problem(rules.error().message);
    if (library == nullptr) return;
    for (const std::string& one : unmeasured_of(*rules, *library)) problem(one);
  }

  /// The file or folder that the source reads.
  void place(const detect::PluginSpec& spec) {
    const std::string path = plugin::read_configuration(spec.configuration, spec.name).text_or("path", "");
    if (path.empty()) return;
    const bool is_journal = spec.library.stem() == "journal";
    if (!is_journal) return user_.need_folder(path, where_ + ", path", true, into_);
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) {
      into_.warnings.push_back(where_ + ", path: " + path + ": it is not there yet; its rows are read once it is");
      return;
    }
    user_.need_file(path, where_ + ", path", into_);
    check_sample(config_, spec, path, where_, into_);
  }

  const app::Config& config_;
  const std::filesystem::path& ours_;
  const DaemonUser& user_;
  tools::Findings& into_;
  std::string where_;
};

bool needs_host(const app::Config& config) {
  for (const detect::PluginSpec& spec : config.detectors) {
    if (spec.isolated) return true;
  }
  return !config.sources.empty();
}

}  // namespace

void check_plugins(const app::Config& config, const std::filesystem::path& ours, const measure::Library* library,
                   const DaemonUser& user, tools::Findings& into) {
  PluginCheck check(config, ours, user, into);
  for (const detect::PluginSpec& spec : config.detectors) check.detector(spec, library);
  for (const detect::PluginSpec& spec : config.sources) check.source(spec);
  if (needs_host(config)) user.need_file(config.plugin_host, "plugins.host", into);
}

}  // namespace greentill::cli

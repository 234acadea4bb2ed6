// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/choices.hpp"

#include <functional>
#include <optional>

namespace greentill::app {
namespace {

/// The root for one part; its error, where there is one, goes to `fail`.
const identity::Root* root_for(const identity::Settings& settings, const std::string& part, std::string_view name,
                               const std::function<void(Error)>& fail) {
  const auto root = identity::claiming_root(settings, name);
  if (root) return *root;
  fail(root.error().with_context(part));
  return nullptr;
}

identity::RootChoice choose(const Config& config, const identity::Settings& settings, const std::function<void(Error)>& fail) {
  identity::RootChoice choice;
  choice.api = root_for(settings, "api.root", config.api_root, fail);
  for (const detect::PluginSpec& source : config.sources) {
    const auto named = config.source_roots.find(source.name);
    const std::string_view name = named == config.source_roots.end() ? std::string_view() : named->second;
    choice.sources[source.name] = root_for(settings, "source '" + source.name + "'", name, fail);
  }
  return choice;
}

}  // namespace

Status check_preferred(const Config& config, const measure::Library& library) {
  for (const auto& [activity, id] : config.preferred_methodologies) {
    std::string there;
    bool found = false;
    for (const measure::Methodology& methodology : library.all()) {
      if (methodology.activity != activity) continue;
      found = found || methodology.id == id;
      if (there.find(methodology.id) == std::string::npos) there += (there.empty() ? "" : ", ") + methodology.id;
    }
    if (found) continue;
    return fail(ErrorCode::invalid, "methodologies.prefer: '" + activity + "': " +
                                        (there.empty() ? "no methodology in the folder measures it"
                                                       : "'" + id + "' does not measure it; there is " + there));
  }
  return Done{};
}

std::string broker_in_use(const Config& config) {
  const std::string& configured = config.uplink->server_uri;
  const auto kept = uplink::FileBrokerBook::load(broker_file(config), configured);
  return uplink::places_of(configured, {}, kept ? *kept : std::string()).proven;
}

Result<identity::RootChoice> choose_roots(const Config& config, const identity::Settings& settings) {
  std::optional<Error> first;
  auto choice = choose(config, settings, [&first](Error error) {
    if (!first) first = std::move(error);
  });
  if (first) return Failure{*first};
  return choice;
}

std::vector<Error> find_root_errors(const Config& config, const identity::Settings& settings) {
  std::vector<Error> errors;
  choose(config, settings, [&errors](Error error) { errors.push_back(std::move(error)); });
  return errors;
}

}  // namespace greentill::app

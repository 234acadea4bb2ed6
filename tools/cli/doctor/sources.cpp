// SPDX-License-Identifier: Apache-2.0
// What brings transactions in, and finds acts in them: whether it is configured right, runs, and loses nothing.
#include <map>
#include <set>

#include "tools/cli/claims/members.hpp"
#include "tools/cli/config/config_check.hpp"
#include "tools/cli/doctor/scene.hpp"

namespace greentill::doctor {
namespace {

using cli::member_at;
using cli::text_at;

/// What became of a source's records.
struct Fates {
  std::uint64_t all = 0;
  std::uint64_t refused = 0;
  std::uint64_t claimed = 0;  ///< or an event that was reported before
  std::vector<std::string> reasons = {};
};

std::map<std::string, Fates> fates_of(const Json& records) {
  std::map<std::string, Fates> fates;
  for (const Json& one : records.is_array() ? records : Json::array()) {
    const Json& count = member_at(one, "/records");
    if (!count.is_number_unsigned()) continue;
    Fates& of = fates[text_at(one, "/source")];
    const std::string fate = text_at(one, "/fate");
    const auto records_of = count.get<std::uint64_t>();
    of.all += records_of;
    if (fate == "refused") of.refused += records_of;
    if (fate == "claimed" || fate == "repeated") of.claimed += records_of;
    if (const std::string why = text_at(one, "/reason"); !why.empty())
      of.reasons.push_back(cli::count_text(records_of) + " " + fate + ": " + why);
  }
  return fates;
}

Check of_fates(const std::string& name, const Fates& fates) {
  const std::string all = cli::counted(fates.all, "record");
  const std::string next = "greentill records --source " + name + " tells what became of each";
  Check check = pass("source", "'" + name + "': of " + all + " " + cli::count_text(fates.refused) + " were refused");
  if (fates.all > 0 && fates.refused == fates.all) {
    check = fails("source", Cause::source_loses,
                  "the source '" + name + "' loses all it reads: each of its " + all + " was refused", next);
  } else if (fates.all > 0 && fates.claimed == 0) {
    check = warns("source", Cause::source_loses, "of the source '" + name + "' none of its " + all + " was claimed", next);
  } else if (fates.refused * 2 > fates.all) {
    check = warns("source", Cause::source_loses,
                  "of the source '" + name + "' most are refused: " + cli::count_text(fates.refused) + " of " + all, next);
  }
  check.quoted = fates.reasons;
  check.foreign = true;  // the name is the merchant's
  check.facts = {{"records", fates.all}, {"refused", fates.refused}, {"claimed", fates.claimed}};
  return check;
}

/// What part of the configuration a problem is about, by how it begins.
Cause cause_of_problem(const std::string& problem) {
  if (problem.starts_with("device.")) return Cause::state_folder;
  return problem.starts_with("methodologies.") ? Cause::configuration : Cause::source_configuration;
}

Check of_findings(const tools::Findings& found, const Scene& scene) {
  const char* name = "detectors and sources";
  Check check = pass(name, "as they are configured, each can be made");
  if (!found.problems.empty()) {
    const std::string& first = found.problems.front();
    const std::string more = found.problems.size() > 1 ? "; and " + std::to_string(found.problems.size() - 1) + " more" : "";
    check = fails(name, cause_of_problem(first), first + more,
                  "greentill config check " + scene.config_file.string() + " tells all that is wrong");
  } else if (!found.warnings.empty()) {
    check = warns(name, Cause::source_configuration, found.warnings.front(),
                  "greentill source test tells what becomes of each record");
  }
  check.foreign = check.state != State::pass;
  return check;
}

/// What a source reads from, such as a dock's locks: one check for all that have a fault.
void add_parts(const Json& plugin, Checks& into) {
  const Json& parts = member_at(plugin, "/parts");
  std::vector<std::string> faults;
  for (const Json& part : parts.is_array() ? parts : Json::array()) {
    const std::string fault = text_at(part, "/fault");
    if (!fault.empty()) faults.push_back(text_at(part, "/kind") + " " + text_at(part, "/name") + ": " + fault);
  }
  if (faults.empty()) return;
  into.push_back(warns("part", Cause::source_broken,
                       "at '" + text_at(plugin, "/name") + "' something is wrong with " + cli::counted(faults.size(), "thing") +
                           " that it reads from",
                       "greentill locks tells of each; docs/dock.md says what to do"));
  into.back().foreign = true;
  into.back().quoted = std::move(faults);
}

void add_running(const Json& status, Checks& into) {
  const Json& plugins = member_at(status, "/plugins");
  std::size_t good = 0;
  std::set<std::string> names;
  for (const Json& plugin : plugins.is_array() ? plugins : Json::array()) {
    const std::string state = text_at(plugin, "/state");
    const std::string fault = text_at(plugin, "/last_fault");
    names.insert(text_at(plugin, "/name"));
    const std::string name = "'" + text_at(plugin, "/name") + "'";
    add_parts(plugin, into);
    if (state == "running" || state == "finished") {
      ++good;
      continue;
    }
    into.push_back(fails("plugin", Cause::source_broken, "the plugin " + name + " does not run: it is " + state,
                         "look at what it says, and at its own configuration: greentill config check"));
    into.back().foreign = true;
    if (!fault.empty()) into.back().quoted.push_back(fault);
  }
  into.push_back(pass("plugins", cli::counted(good, "plugin") + (good == 1 ? " runs" : " run")));
  // What a source did that is configured no more is history.
  for (const auto& [name, fates] : fates_of(member_at(status, "/records"))) {
    if (names.count(name) > 0) into.push_back(of_fates(name, fates));
  }
}

}  // namespace

void check_sources(Scene& scene, Checks& into) {
  if (!scene.config) return;
  tools::Findings found;
  cli::check_rest(*scene.config, scene.installation, cli::DaemonUser::of_key(scene.config->key), found);
  into.push_back(of_findings(found, scene));
  if (scene.status) add_running(*scene.status, into);
}

}  // namespace greentill::doctor

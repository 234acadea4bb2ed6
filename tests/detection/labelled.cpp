// SPDX-License-Identifier: Apache-2.0
#include "tests/detection/labelled.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

#include "daemon/base/file.hpp"
#include "daemon/event/json_reader.hpp"

namespace greentill::detection {
namespace {

using nlohmann::json;

[[noreturn]] void wrong(const std::string& what) { throw std::runtime_error(what); }

const json& member(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) wrong(std::string("'") + name + "' is missing");
  return *found;
}

void only(const json& object, std::initializer_list<std::string_view> known) {
  if (!object.is_object()) wrong("it must be a JSON object");
  for (const auto& [name, value] : object.items()) {
    if (std::find(known.begin(), known.end(), name) == known.end()) wrong("'" + name + "' is not known");
  }
}

event::Activity read_activity(const json& from) {
  only(from, {"activity", "quantities", "line"});
  event::Activity activity;
  activity.name = member(from, "activity").get<std::string>();
  for (const auto& [unit, value] : member(from, "quantities").items()) {
    activity.quantities.push_back({unit, value.get<std::int64_t>()});
  }
  activity.line = from.value("line", std::uint64_t{0});
  return activity;
}

Labelled read_line(const std::string& text) {
  const auto taken = event::take_member(text, "transaction");
  if (!taken) wrong("'transaction' is missing");
  const json document = json::parse(taken->rest);
  only(document, {"rules", "why", "from", "transaction", "expect"});
  Labelled labelled;
  labelled.rules = document.value("rules", "default");
  labelled.why = member(document, "why").get<std::string>();
  auto transaction = event::parse_transaction(taken->value);
  if (!transaction) wrong(to_string(transaction.error()));
  labelled.transaction = std::move(*transaction);
  for (const json& one : member(document, "expect")) labelled.expected.push_back(read_activity(one));
  return labelled;
}

}  // namespace

Result<std::vector<Labelled>> read_labelled(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) return fail(ErrorCode::not_found, file.string() + ": it cannot be opened");
  std::vector<Labelled> all;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (line.empty()) continue;
    const std::string where = file.string() + ":" + std::to_string(number);
    try {
      all.push_back(read_line(line));
    } catch (const std::exception& error) {
      return fail(ErrorCode::invalid, where + ": " + error.what());
    }
    all.back().where = where;
  }
  return all;
}

std::int64_t Shops::RunningClock::unix_seconds() const {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::chrono::milliseconds Shops::RunningClock::monotonic() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

std::vector<detect::PluginSpec> Shops::specs(const std::string& rules) const {
  std::vector<detect::PluginSpec> specs;
  for (const std::string name : {"ride", "charge", "rules"}) {
    const std::filesystem::path library = plugins_ / (name + ".so");
    if (!only_.empty() && name != only_) continue;
    // The budget is wide: how fast they are is not asked here.
    specs.push_back({name, library, name == "rules" ? rules : "", false, std::chrono::hours(1), {}});
  }
  return specs;
}

Result<detect::Detectors*> Shops::detectors(const std::string& rules) {
  auto& loaded = by_rules_[rules];
  if (loaded) return loaded.get();
  const auto configuration = read_file(rules_ / (rules + ".toml"));
  if (!configuration) return Failure{configuration.error()};
  auto detectors = detect::Detectors::load(specs(*configuration), {}, clock_, log_);
  if (!detectors) return Failure{detectors.error().with_context(rules + ".toml")};
  loaded = std::move(*detectors);
  return loaded.get();
}

Result<std::vector<event::Activity>> Shops::find(const Labelled& labelled) {
  std::vector<event::Activity> found;
  if (labelled.transaction.standing != event::Standing::final) return found;
  const auto asked = detectors(labelled.rules);
  if (!asked) return Failure{asked.error()};
  for (detect::Detected& one : (*asked)->detect(labelled.transaction).acts) found.push_back(std::move(one.activity));
  for (const detect::PluginStatus& status : (*asked)->status()) {
    if (!status.last_fault.empty()) return fail(ErrorCode::invalid, "detector '" + status.name + "': " + status.last_fault);
  }
  return found;
}

std::string shown(const event::Activity& activity) {
  std::string text = activity.name;
  for (const event::QuantityValue& quantity : activity.quantities)
    text += " " + quantity.unit + "=" + std::to_string(quantity.value);
  return activity.line == 0 ? text : text + " in line " + std::to_string(activity.line);
}

}  // namespace greentill::detection

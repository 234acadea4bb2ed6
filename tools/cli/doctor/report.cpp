// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/doctor/report.hpp"

#include <algorithm>

#include "daemon/base/printable.hpp"
#include "tools/cli/claims/members.hpp"

namespace greentill::doctor {
namespace {

constexpr std::size_t kNameWidth = 22;
const std::string kIndent(9, ' ');

const char* mark_of(State state) {
  switch (state) {
    case State::pass: return "[ ok ]   ";
    case State::unknown: return "[  ? ]   ";
    case State::warning: return "[warn]   ";
    case State::fail: break;
  }
  return "[FAIL]   ";
}

/// Those that the check explains.
std::vector<std::string> explained_by(const Checks& checks, const std::vector<Ranked>& ranked, std::size_t root) {
  std::vector<std::string> names;
  for (const Ranked& one : ranked) {
    const std::string& name = checks[one.check].name;
    if (one.explained_by == root && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

std::string listed(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  return all;
}

std::size_t to_know(const Checks& checks) {
  return static_cast<std::size_t>(std::count_if(
      checks.begin(), checks.end(), [](const Check& one) { return one.state == State::unknown && !one.next.empty(); }));
}

std::string first_lines(const Checks& checks, const std::vector<Ranked>& ranked) {
  if (ranked.empty()) {
    const std::size_t count = to_know(checks);
    if (count == 0) return "nothing is wrong\n";
    return "nothing wrong was found, but " + cli::counted(count, "check") + " could not be made\n";
  }
  const Check& root = checks[ranked.front().check];
  std::string text = printable(root.found) + "\n";
  for (const std::string& words : root.quoted) text += "  it says: " + printable(words) + "\n";
  const std::string_view who = root.state == State::fail ? whose(class_of(root.cause)) : std::string_view();
  if (!who.empty()) text += "  where:   " + std::string(who) + "\n";
  if (!root.next.empty()) text += "  do:      " + printable(root.next) + "\n";
  if (const auto names = explained_by(checks, ranked, ranked.front().check); !names.empty())
    text += "  with it: " + listed(names) + "\n";
  return text;
}

std::string line_of(const Check& check) {
  std::string text = mark_of(check.state) + cli::padded(check.name, kNameWidth) + printable(check.found) + "\n";
  for (const std::string& words : check.quoted)
    text += kIndent + std::string(kNameWidth, ' ') + "it says: " + printable(words) + "\n";
  if (!check.next.empty()) text += kIndent + std::string(kNameWidth, ' ') + "-> " + printable(check.next) + "\n";
  return text;
}

Json or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json to_json(const Check& check) {
  Json json{{"name", check.name},
            {"state", to_string(check.state)},
            {"cause", nullptr},
            {"class", nullptr},
            {"whose", nullptr},
            {"found", check.found},
            {"next", or_null(check.next)},
            {"quoted", check.quoted},
            {"explained_by", nullptr},
            {"facts", check.facts}};
  if (check.cause != Cause::none) {
    json["cause"] = to_string(check.cause);
    json["class"] = to_string(class_of(check.cause));
    json["whose"] = whose(class_of(check.cause));
  }
  return json;
}

}  // namespace

std::string report_text(const Checks& checks, const std::vector<Ranked>& ranked) {
  std::string text = first_lines(checks, ranked) + "\n";
  for (const Check& check : checks) text += line_of(check);
  return text;
}

Json report_json(const Checks& checks, const std::vector<Ranked>& ranked) {
  Json list = Json::array();
  for (const Check& check : checks) list.push_back(to_json(check));
  for (const Ranked& one : ranked) {
    if (one.explained_by) list[one.check]["explained_by"] = checks[*one.explained_by].name;
  }
  Json cause;
  if (!ranked.empty()) {
    cause = list[ranked.front().check];
    cause.erase("explained_by");
    cause["explains"] = explained_by(checks, ranked, ranked.front().check);
  }
  return {{"exit_code", exit_code(checks, ranked)}, {"cause", cause}, {"checks", list}};
}

}  // namespace greentill::doctor

// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/submit/tally.hpp"

#include "tools/cli/client/daemon_json.hpp"

namespace greentill::cli {
namespace {

// A JSON answer can write only one list item by item, and that is the problems; so the other lists are held in memory and
// bounded.
constexpr std::size_t kMostHeld = 10'000;
// A few are to be read, thousands are not.
constexpr std::size_t kMostShown = 50;

Json list_of(const Json& json, const char* member) {
  const auto found = json.find(member);
  return found != json.end() && found->is_array() ? *found : Json::array();
}

Json at_line(std::uint64_t line, const Json& members) {
  Json item{{"line", line}};
  item.update(members);
  return item;
}

}  // namespace

Json Tally::Totals::to_json() const {
  return {{"transactions", taken + refused},
          {"taken", taken},
          {"repeated", repeated},
          {"refused", refused},
          {"claims", claims},
          {"claims_before", claims_before},
          {"credited_before_mg", credited_before_mg},
          {"unclaimed", unclaimed},
          {"reversals", reversals},
          {"remarks", remarks},
          {"estimate_mg", estimate_mg},
          {"credited_mg", credited_mg}};
}

Tally::Tally(const std::string& file, const Output& output, Progress& progress)
    : file_(file), output_(output), progress_(progress), problems_(output.out, "problems") {}

void Tally::add(const Json& result, std::uint64_t line) {
  const std::int64_t status = number_of(result, "status");
  if (status != 200 && status != 201) return refuse(line, result);
  ++totals_.taken;
  const auto repeated = result.find("repeated");
  if (repeated != result.end() && *repeated == true) ++totals_.repeated;
  for (const Json& act : list_of(result, "unclaimed")) {
    ++totals_.unclaimed;
    hold(not_claimed_, line, {{"activity", text_of(act, "activity")}, {"reason", text_of(act, "reason")}});
  }
  totals_.reversals += list_of(result, "reversals").size();
  // A remark says why nothing, or not all yet, came of a record that is not final or takes something back.
  if (const std::string remark = text_of(result, "remark"); !remark.empty()) {
    ++totals_.remarks;
    hold(remarked_, line, {{"remark", remark}});
  }
  const bool is_new = repeated == result.end() || *repeated != true;
  for (const Json& claim : list_of(result, "claims")) add_claim(claim, is_new, line);
}

void Tally::add_claim(const Json& claim, bool is_new, std::uint64_t line) {
  if (!is_new) {
    ++totals_.claims_before;
    totals_.credited_before_mg += number_of(claim, "credited_mg");
  } else {
    ++totals_.claims;
    totals_.estimate_mg += number_of(claim, "estimate_mg");
    totals_.credited_mg += number_of(claim, "credited_mg");
  }
  const std::string printed = text_of(claim, "receipt_line");
  const std::string link = text_of(claim, "link");
  if (output_.json) {
    if (made_.size() >= kMostHeld) return;
    made_.push_back({{"line", line},
                     {"seq", number_of(claim, "seq")},
                     {"activity", text_of(claim, "activity")},
                     {"credited_mg", number_of(claim, "credited_mg")},
                     {"known_before", !is_new},
                     {"receipt_line", printed},
                     {"link", link.empty() ? Json() : Json(link)}});
    return;
  }
  if (++shown_ > kMostShown || (printed.empty() && link.empty())) return;
  progress_.wipe();
  output_.out << printable(file_) << ':' << line << ": " << printable(printed.empty() ? text_of(claim, "activity") : printed)
              << (link.empty() ? "" : "  ") << printable(link) << (is_new ? "" : "  (known before)") << '\n';
}

void Tally::hold(Json& list, std::uint64_t line, const Json& members) {
  if (!output_.json) return complain(line, members);
  if (list.size() < kMostHeld) list.push_back(at_line(line, members));
}

void Tally::refuse(std::uint64_t line, const Json& problem) {
  ++totals_.refused;
  Json members = Json::object();
  for (const char* member : {"status", "field", "detail"}) {
    if (const auto found = problem.find(member); found != problem.end()) members[member] = *found;
  }
  output_.json ? problems_.item(at_line(line, members)) : complain(line, members);
}

void Tally::complain(std::uint64_t line, const Json& members) {
  progress_.wipe();
  output_.err << printable(file_) << ':' << line;
  for (const Json& member : members) {
    if (member.is_string() && member != "") output_.err << ": " << printable(member.get<std::string>());
  }
  output_.err << '\n';
}

ExitCode Tally::finish(const std::optional<Stop>& stopped) {
  const ExitCode code = stopped ? stopped->first : totals_.refused > 0 ? ExitCode::does_not_hold : ExitCode::ok;
  if (output_.json) {
    finish_json(stopped);
    return code;
  }
  if (stopped) output_.err << "greentill: " << printable(stopped->second) << "; submit the file again, nothing counts twice\n";
  if (shown_ > kMostShown) output_.out << "… and " << counted(shown_ - kMostShown, "claim") << " more: --json tells them\n";
  output_.out << counted(totals_.taken, "transaction") << " taken (" << count_text(totals_.repeated) << " known before), "
              << count_text(totals_.refused) << " refused\n"
              << (totals_.repeated > 0 ? "new: " : "") << counted(totals_.claims, "claim") << ": "
              << grams_text(totals_.credited_mg) << " CO2e spared (estimate " << grams_text(totals_.estimate_mg) << "), "
              << counted(totals_.unclaimed, "act") << " not claimed\n";
  if (totals_.claims_before > 0) {
    output_.out << "known before: " << counted(totals_.claims_before, "claim") << ", " << grams_text(totals_.credited_before_mg)
                << " CO2e, not counted again\n";
  }
  if (totals_.reversals + totals_.remarks > 0) {
    output_.out << counted(totals_.reversals, "reversal") << " of claims, " << counted(totals_.remarks, "remark") << '\n';
  }
  return code;
}

void Tally::finish_json(const std::optional<Stop>& stopped) {
  Json members = totals_.to_json();
  members["not_claimed"] = std::move(not_claimed_);
  members["remarked"] = std::move(remarked_);
  members["made"] = std::move(made_);
  if (stopped) members["error"] = error_json(stopped->first, stopped->second);
  problems_.end(members);
}

}  // namespace greentill::cli

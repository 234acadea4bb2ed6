// SPDX-License-Identifier: Apache-2.0
#include "daemon/credential/members.hpp"

#include <cmath>
#include <vector>

#include "daemon/base/calendar.hpp"
#include "daemon/base/printable.hpp"
#include "daemon/base/utf8.hpp"
#include "daemon/base/wall_time.hpp"
#include "daemon/credential/dates.hpp"

namespace greentill::credential {
namespace {

const Json kNothing;
const Json kNoObject = Json::object();
const Json kNoArray = Json::array();
constexpr int kDeepest = 8;  // objects and arrays inside one another

/// Follows a document while it is read.
class Watch {
 public:
  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    if (depth > kDeepest) too_deep_ = true;
    if (event == Json::parse_event_t::object_start) open_.emplace_back();
    if (event == Json::parse_event_t::object_end && !open_.empty()) open_.pop_back();
    if (event == Json::parse_event_t::key && !open_.empty()) {
      std::string name = parsed.get<std::string>();
      if (!open_.back().insert(name).second && twice_.empty()) twice_ = std::move(name);
    }
    return true;
  }
  [[nodiscard]] Status verdict() const {
    if (too_deep_) return fail(ErrorCode::invalid, "it is nested too deeply");
    if (!twice_.empty()) return fail(ErrorCode::invalid, "the member \"" + printable(twice_) + "\" stands twice in one object");
    return Done{};
  }

 private:
  std::vector<std::set<std::string>> open_;
  std::string twice_;
  bool too_deep_ = false;
};

}  // namespace

Result<Json> parse_object(std::string_view text) {
  Watch watch;
  const auto callback = [&watch](int depth, Json::parse_event_t event, Json& parsed) { return watch(depth, event, parsed); };
  Json json = Json::parse(text, callback, false);
  if (json.is_discarded()) return fail(ErrorCode::invalid, "it is no JSON");
  if (Status sound = watch.verdict(); !sound) return Failure{sound.error()};
  if (!json.is_object()) return fail(ErrorCode::invalid, "it is no JSON object");
  return json;
}

void Faults::add(std::string path, std::string_view what) {
  if (none()) first_ = std::move(path) + ": " + std::string(what);
}

bool shows(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most && is_utf8(text) && printable(text) == text;
}

Members::Members(const Json& json, std::string path, Faults& faults)
    : json_(json.is_object() ? json : kNoObject), path_(std::move(path)), faults_(faults) {
  if (!json.is_object()) faults_.add(path_, "it is no object");
}

std::string Members::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + '.' + std::string(name);
}

const Json& Members::take(const char* name) {
  taken_.insert(name);
  const auto found = json_.find(name);
  if (found != json_.end()) return *found;
  fault(name, "it is missing");
  return kNothing;
}

std::string Members::text(const char* name, std::size_t most) {
  const Json& json = take(name);
  if (json.is_string() && shows(json.get_ref<const std::string&>(), most)) return json.get<std::string>();
  fault(name, "it is no text of 1 to " + std::to_string(most) + " bytes that shows as it is");
  return {};
}

std::string Members::text_if(const char* name, std::size_t most) { return has(name) ? text(name, most) : std::string(); }

void Members::must_be(const char* name, const Json& value) {
  if (take(name) != value) fault(name, "it is not " + value.dump());
}

std::int64_t Members::integer(const char* name, std::int64_t least, std::int64_t most) {
  const Json& json = take(name);
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) {
    fault(name, "it is too large");
    return least;
  }
  if (json.is_number_integer()) {
    const auto value = json.get<std::int64_t>();
    if (value >= least && value <= most) return value;
  }
  fault(name, "it is no whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return least;
}

std::int32_t Members::hundredths(const char* name, std::int32_t least, std::int32_t most) {
  const Json& json = take(name);
  constexpr double kCloseEnough = 1e-6;
  if (json.is_number()) {
    const double value = json.get<double>() * 100;
    if (value >= least && value <= most && std::abs(value - std::round(value)) < kCloseEnough)
      return static_cast<std::int32_t>(std::lround(value));
  }
  fault(name,
        "it is no number with at most two places from " + std::to_string(least / 100) + " to " + std::to_string(most / 100));
  return 0;
}

std::int64_t Members::day(const char* name) {
  const Json& json = take(name);
  const std::string text = json.is_string() ? json.get<std::string>() : std::string();
  if (const auto day = parse_day(text)) return *day;
  fault(name, "it is no day, as 2026-11-30");
  return 0;
}

std::int64_t Members::moment(const char* name) {
  const Json& json = take(name);
  const std::string text = json.is_string() ? json.get<std::string>() : std::string();
  if (const auto moment = parse_rfc3339(text); moment && moment_text(*moment) == text) return *moment;
  fault(name, "it is no moment, as 2026-11-30T12:00:00Z");
  return 0;
}

Members Members::object(const char* name) {
  const Json& json = take(name);
  return {json.is_null() ? kNoObject : json, path_of(name), faults_};
}

const Json& Members::array(const char* name, std::size_t most) {
  const Json& json = take(name);
  if (json.is_array() && !json.empty() && json.size() <= most) return json;
  fault(name, "it is no array of 1 to " + std::to_string(most) + " items");
  return kNoArray;
}

void Members::end() {
  for (const auto& [name, value] : json_.items()) {
    if (!taken_.contains(name)) faults_.add(path_of(printable(name)), "nothing of that name is known here");
  }
}

}  // namespace greentill::credential

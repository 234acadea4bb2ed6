// SPDX-License-Identifier: Apache-2.0
#include "tools/broker-guard/rights.hpp"

#include <string>

#include "tools/broker-guard/names.hpp"

namespace greentill::guard {
namespace {

/// "receipts" of the device's topic "greentill/v1/<name>/receipts"; empty where the topic is not the device's.
std::string_view own_part(std::string_view name, std::string_view topic) {
  const std::string own = std::string(kTopics) + std::string(name) + '/';
  if (!topic.starts_with(own)) return {};
  return topic.substr(own.size());
}

/// The first level, which is taken off `rest`; `more` says whether another follows.
std::string_view take_level(std::string_view& rest, bool& more) {
  const std::size_t slash = rest.find('/');
  const std::string_view level = rest.substr(0, slash);
  more = slash != std::string_view::npos;
  rest = more ? rest.substr(slash + 1) : std::string_view();
  return level;
}

}  // namespace

bool may_publish(const Who& who, std::string_view topic, bool retained) {
  if (who.side == Side::worker) return true;
  const std::string_view part = own_part(who.name, topic);
  return part == "status" || (part == "claims" && !retained);
}

bool may_receive(const Who& who, std::string_view topic) {
  return who.side == Side::worker || topic == kMethodologiesTopic || own_part(who.name, topic) == "receipts";
}

bool may_subscribe(const Who& who, std::string_view filter, std::string_view share_group) {
  if (who.side == Side::device) return filter == kMethodologiesTopic || own_part(who.name, filter) == "receipts";
  if (filter.starts_with("$share")) return filter == share_subscription(share_group);
  return !overlap(filter, kClaims);
}

bool overlap(std::string_view a, std::string_view b) {
  bool a_goes_on = true;
  bool b_goes_on = true;
  while (a_goes_on && b_goes_on) {
    const std::string_view of_a = take_level(a, a_goes_on);
    const std::string_view of_b = take_level(b, b_goes_on);
    if (of_a == "#" || of_b == "#") return true;
    if (of_a != of_b && of_a != "+" && of_b != "+") return false;
  }
  // "a/#" matches "a" as well.
  return a_goes_on == b_goes_on || (a_goes_on ? a : b) == "#";
}

}  // namespace greentill::guard

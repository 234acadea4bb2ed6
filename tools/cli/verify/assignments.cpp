// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/verify/assignments.hpp"

#include <algorithm>

namespace greentill::cli {
namespace {

std::string shop_in_words(std::string_view merchant, std::string_view site) {
  return "merchant \"" + std::string(merchant) + "\" and site \"" + std::string(site) + "\"";
}

}  // namespace

void Assignments::judge(const claim::Claim& claim, verify::Flaws& flaws) {
  auto known = devices_.find(claim.device);
  if (known == devices_.end()) known = devices_.emplace(claim.device, Device{}).first;
  Device& device = known->second;
  const Shop own{std::string(claim.merchant), std::string(claim.site)};
  const auto* start = std::get_if<claim::Start>(&claim.entry);
  auto chain = device.chains.find(claim.chain);
  if (chain == device.chains.end()) {
    Shop shop = own;
    if (start != nullptr) {
      judge_start(device, *start, flaws);
      shop = device.shops.try_emplace(start->assignment, own).first->second;
    }
    chain = device.chains.emplace(claim.chain, std::move(shop)).first;
  }
  if (chain->second == own) return;
  flaws.push_back({verify::Reason::not_assigned, "it is of " + shop_in_words(own.merchant, own.site) +
                                                     ", but the claims of its assignment before it are of " +
                                                     shop_in_words(chain->second.merchant, chain->second.site)});
}

void Assignments::judge_start(Device& device, const claim::Start& start, verify::Flaws& flaws) {
  if (start.assignment < device.highest) {
    flaws.push_back({verify::Reason::wrong_assignment, "it begins under assignment " + std::to_string(start.assignment) +
                                                           ", which the device had left for " + std::to_string(device.highest)});
  }
  device.highest = std::max(device.highest, start.assignment);
}

}  // namespace greentill::cli

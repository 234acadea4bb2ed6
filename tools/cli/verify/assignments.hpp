// SPDX-License-Identifier: Apache-2.0
// For whom the chains of a file work. Of assignments a file shows only their numbers, and the merchant and site that the claims
// repeat: whether they are the registry's it cannot say, but whether they go together. Threads: one. Memory grows with the number
// of chains.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "daemon/verify/claim_check.hpp"

namespace greentill::cli {

class Assignments {
 public:
  /// Adds what is wrong with the claim's assignment, merchant and site, compared with those that came before. For claims that
  /// their device stands for, in the order of its chains.
  void judge(const claim::Claim& claim, verify::Flaws& flaws);

 private:
  struct Shop {
    std::string merchant;
    std::string site;
    bool operator==(const Shop&) const = default;
  };
  struct Device {
    std::uint32_t highest = 0;  // assignment of a chain so far
    std::map<std::uint32_t, Shop> shops;
    std::map<claim::ChainId, Shop> chains;
  };

  static void judge_start(Device& device, const claim::Start& start, verify::Flaws& flaws);

  std::map<std::string, Device, std::less<>> devices_;
};

}  // namespace greentill::cli

// SPDX-License-Identifier: Apache-2.0
#include "daemon/paho/loss_guess.hpp"

#include <algorithm>

namespace greentill::paho {
namespace {

// A twin that pauses between its attempts leaves silences as well, but not of one length.
constexpr std::chrono::seconds kLeastSilence{5};
constexpr std::chrono::seconds kAlike{1};

}  // namespace

void LossGuess::ended(Time lasted, Time silent, std::chrono::seconds keep_alive) {
  const bool pinged = silent > keep_alive + keep_alive / 10 + kAlike;
  last_.at(seen_ % kEnough) = {lasted, pinged ? Time{} : silent};
  ++seen_;
}

// Whoever ends silent connections does so after the same time each time.
bool LossGuess::silence_ends_it() const {
  const auto [least, most] = std::ranges::minmax_element(last_, {}, &End::silent);
  return least->silent >= kLeastSilence && most->silent - least->silent <= most->silent / 20 + kAlike;
}

std::string LossGuess::question(const std::string& client, const std::string& key) const {
  if (seen_ < kEnough) return {};
  if (silence_ends_it()) {
    const auto silent = std::chrono::duration_cast<std::chrono::seconds>(std::ranges::min(last_, {}, &End::silent).silent);
    return "; so it was the last times, each after some " + std::to_string(silent.count()) +
           " s of silence: something on the way ends silent connections; set " + key + " well below that";
  }
  const bool soon = std::ranges::all_of(last_, [](const End& end) { return end.lasted < kUndisturbed; });
  return soon ? "; so it was the last times, soon after connecting: does another " + client + '?' : "";
}

}  // namespace greentill::paho

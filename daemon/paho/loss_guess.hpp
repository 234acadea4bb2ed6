// SPDX-License-Identifier: Apache-2.0
// What connections have in common that broke off without a word of the broker's. Two clients with one id take the session from
// each other, and something on the way ends connections that are silent for a while; neither says so. Threads: one at a time.
#pragma once

#include <array>
#include <chrono>
#include <string>

namespace greentill::paho {

class LossGuess {
 public:
  using Time = std::chrono::milliseconds;
  static constexpr std::chrono::seconds kUndisturbed{60};  ///< longer than a twin pauses

  /// A connection ended: how long it had stood, and for how long no message had come from the broker. Paho's pings are not seen
  /// here: a silence that outlasts the keep-alive was none.
  void ended(Time lasted, Time silent, std::chrono::seconds keep_alive);
  /// What to append to the message about the connection's end, or nothing: asked for where the broker gave no reason.
  /// `client` names whose twin there may be, `key` the configuration's key for the keep-alive.
  [[nodiscard]] std::string question(const std::string& client, const std::string& key) const;

 private:
  struct End {
    Time lasted{};
    Time silent{};
  };
  static constexpr std::size_t kEnough = 3;  // ends that are alike are no accident
  [[nodiscard]] bool silence_ends_it() const;

  std::array<End, kEnough> last_{};
  std::size_t seen_ = 0;
};

}  // namespace greentill::paho

// SPDX-License-Identifier: Apache-2.0
// A thread that asks for something from time to time, and says what is wrong meanwhile. Private to daemon/enrol. Threads: words()
// and wake() from any; start() and end() by one; the rest by the thread itself.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "daemon/base/ports.hpp"
#include "daemon/enrol/rest.hpp"

namespace greentill::enrol {

class Asking {
 public:
  struct Pace {
    std::chrono::milliseconds every;  ///< between two questions, and up to a twelfth more: devices must not come together
    std::chrono::milliseconds floor;  ///< between tries that fail; doubled to six hours
  };
  /// `topic`: of its lines in the log. Both references must outlive it.
  Asking(Pace pace, std::string topic, Random& random, Log& log)
      : pace_(pace), topic_(std::move(topic)), random_(random), log_(log) {}

  /// Calls `look` at once, and again behind the pause that it answers, until end().
  void start(std::function<std::chrono::milliseconds()> look);
  void end();
  void wake() { rest_.wake(); }
  [[nodiscard]] const std::atomic<bool>& ended() const { return rest_.ended(); }

  /// Nothing is wrong: asks again as usual, or after that pause.
  std::chrono::milliseconds well() { return well(pace_.every); }
  std::chrono::milliseconds well(std::chrono::milliseconds pause);
  /// It is put off, for that reason.
  std::chrono::milliseconds put_off(std::string why);
  /// It came to nothing, for that reason, and is tried again more and more slowly.
  std::chrono::milliseconds failed(std::string why);
  [[nodiscard]] std::string words() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
  }

 private:
  std::chrono::milliseconds note(std::string trouble, std::chrono::milliseconds pause);

  const Pace pace_;
  const std::string topic_;
  Random& random_;
  Log& log_;
  unsigned failures_ = 0;
  Rest rest_;
  mutable std::mutex mutex_;
  std::string trouble_;
  std::thread thread_;
};

/// A Base, which is a Keeper with Options, that asks so. The last class begins its asking when it is made and ends it first thing
/// when it is destroyed: its thread uses all of it.
template <typename Base>
class AskingKeeper : public Base {
 public:
  void look_now() final { asking_.wake(); }
  [[nodiscard]] std::string words() const final { return asking_.words(); }

 protected:
  AskingKeeper(typename Base::Options options, std::string topic, Log& log)
      : options_(std::move(options)),
        log_(log),
        asking_({options_.every, options_.floor}, std::move(topic), options_.random, log) {}

  const typename Base::Options options_;
  Log& log_;
  Asking asking_;
};

}  // namespace greentill::enrol

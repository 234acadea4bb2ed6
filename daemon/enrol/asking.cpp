// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/asking.hpp"

#include "daemon/base/backoff.hpp"

namespace greentill::enrol {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestWait = std::chrono::hours(6);
constexpr milliseconds kPutOff = std::chrono::hours(1);

}  // namespace

void Asking::start(std::function<milliseconds()> look) {
  thread_ = std::thread([this, look = std::move(look)] {
    while (rest_.take(look())) continue;
  });
}

void Asking::end() {
  rest_.end();
  if (thread_.joinable()) thread_.join();
}

milliseconds Asking::well(milliseconds pause) {
  failures_ = 0;
  return note({}, pause);
}

milliseconds Asking::put_off(std::string why) { return note(std::move(why), kPutOff); }

milliseconds Asking::failed(std::string why) { return note(std::move(why), doubled(pace_.floor, failures_++, kLongestWait)); }

/// Notes what is wrong, and spreads the devices that ask.
milliseconds Asking::note(std::string trouble, milliseconds pause) {
  bool is_new = false;
  {
    const std::lock_guard lock(mutex_);
    is_new = trouble != trouble_;
    trouble_ = trouble;
  }
  if (is_new && !trouble.empty()) log_.write(LogLevel::warning, topic_, trouble);
  return spread(pause, 12, random_);
}

}  // namespace greentill::enrol

// SPDX-License-Identifier: Apache-2.0
#include "daemon/uplink/troubles.hpp"

namespace greentill::uplink {

void Troubles::tell(LogLevel level, const std::string& what) {
  log_.write(level, "uplink", what);
  const std::string& shown = standing_.empty() ? what : standing_;
  board_.update([&shown](LinkStatus& status) { status.last_error = shown; });
}

void Troubles::tell_once(const std::string& what) {
  if (board_.get().last_error != what) tell(LogLevel::warning, what);
}

void Troubles::stand(LogLevel level, const std::string& what) {
  if (standing_ == what) return;
  standing_ = what;
  tell(level, what);
}

void Troubles::moved(std::int64_t now) {
  standing_.clear();
  board_.update([now](LinkStatus& status) {
    status.last_error.clear();
    status.last_delivery = now;
  });
}

void Troubles::clear() {
  board_.update([](LinkStatus& status) { status.last_error.clear(); });
}

void Troubles::connected() {
  board_.update([this](LinkStatus& status) { status.last_error = standing_; });
}

}  // namespace greentill::uplink

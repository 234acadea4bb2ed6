// SPDX-License-Identifier: Apache-2.0
#include "daemon/uplink/troubles.hpp"

namespace greentill::uplink {

void Troubles::tell(LogLevel level, const std::string& what) {
  log_.write(level, "uplink", what);
  board_.update([&what](LinkStatus& status) { status.last_error = what; });
}

void Troubles::tell_once(const std::string& what) {
  if (board_.get().last_error != what) tell(LogLevel::warning, what);
}

void Troubles::moved(std::int64_t now) {
  board_.update([now](LinkStatus& status) {
    status.last_error.clear();
    status.last_delivery = now;
  });
}

void Troubles::clear() {
  board_.update([](LinkStatus& status) { status.last_error.clear(); });
}

}  // namespace greentill::uplink

// SPDX-License-Identifier: Apache-2.0
// What a service tells systemd, and what systemd keeps for it: sd_notify(3), sd_watchdog_enabled(3) and sd_listen_fds(3), whose
// datagrams and variables are a stable interface. Not by libsystemd: Debian 12's brings six more libraries into a process that
// holds keys, among them three that unpack archives, and takes 1 MB of memory for itself. Where no such manager started the
// process, everything here does nothing. A line that cannot be told is lost: the manager is no reason to stop selling.
// Threads: safe from any thread, but for take().
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/base/descriptor.hpp"

namespace greentill {

class ServiceManager {
 public:
  /// Reads the environment, once in a process and before it has threads, and takes what it read out of it, so that no child
  /// speaks for the service.
  static ServiceManager from_environment();
  /// One that hears nothing.
  ServiceManager() = default;

  /// The service does what it is there for.
  void ready() const { tell("READY=1"); }
  void stopping() const { tell("STOPPING=1"); }
  /// It gets on. A service that has not said so for watchdog() is killed and started anew.
  void alive() const { tell("WATCHDOG=1"); }
  /// The same of a service that still starts: it may take longer than its time limit, as long as it says so within watchdog().
  void starts() const { tell("EXTEND_TIMEOUT_USEC=" + std::to_string(std::chrono::microseconds(watchdog_).count())); }
  /// 0 where nobody waits for it.
  [[nodiscard]] std::chrono::milliseconds watchdog() const { return watchdog_; }

  /// The socket that was kept under that name, or none. All others that were kept are closed, at the manager's too once this
  /// returns, so that what they were bound to is free. Names: no colon, no control character.
  Descriptor take(std::string_view name);
  /// Has the manager keep a listening socket while the service is started anew: who connects meanwhile waits, and is not refused.
  void keep(int socket, std::string_view name) const;
  /// Has it forget that socket, so that nobody waits for a service that does not come.
  void forget(std::string_view name) const;

 private:
  bool tell(std::string_view lines, int descriptor = -1) const;
  void wait_until_read() const;

  std::string socket_;  ///< as sockaddr_un has it: an abstract name begins with a zero
  std::chrono::milliseconds watchdog_{0};
  std::vector<std::pair<std::string, Descriptor>> kept_;
};

}  // namespace greentill

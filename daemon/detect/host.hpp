// SPDX-License-Identifier: Apache-2.0
// greentill-plugin-host: one plugin, one instance, one thread, on one end of a socket pair.
#pragma once

#include "daemon/detect/frames.hpp"
#include "daemon/detect/module.hpp"
#include "daemon/detect/wire.hpp"

namespace greentill::detect::host {

/// Answers calls until the daemon is gone. An error ends the host with it as the reason.
Status serve_detector(FrameChannel& channel, const std::shared_ptr<const PluginModule>& module, const Hello& hello,
                      HostServices& services);
/// Hands in records until the daemon is gone.
Status serve_source(FrameChannel& channel, const std::shared_ptr<const PluginModule>& module, const Hello& hello,
                    HostServices& services);

/// Ends the process by SIGALRM where a plugin's call does not return: a watchdog that needs no thread.
class CallTimer {
 public:
  explicit CallTimer(unsigned seconds);
  ~CallTimer();
  CallTimer(const CallTimer&) = delete;
  CallTimer& operator=(const CallTimer&) = delete;
};

}  // namespace greentill::detect::host

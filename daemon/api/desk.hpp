// SPDX-License-Identifier: Apache-2.0
// What the local HTTP API needs of the rest of the daemon; daemon/app joins it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/detect/detectors.hpp"
#include "daemon/engine/desk.hpp"
#include "daemon/outbox/outbox.hpp"
#include "daemon/uplink/uplink.hpp"

namespace greentill::api {

struct DaemonStatus {
  std::string device_id;
  std::string version;
  std::string merchant;
  std::string site;
  std::int64_t started_at = 0;
  std::optional<outbox::ChainState> chain;
  outbox::Backlog backlog;
  uplink::LinkStatus link;
  std::vector<detect::PluginStatus> plugins;
  std::string trouble;  ///< what keeps it from taking transactions, or empty
};

/// Threads: safe from any thread; calls block the caller.
class Desk : public engine::Desk {
 public:
  virtual DaemonStatus status() = 0;
};

}  // namespace greentill::api

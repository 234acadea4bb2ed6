// SPDX-License-Identifier: Apache-2.0
// Where the service is: what the settings name is asked for settings first, and is in use for all once it has answered; until
// then the one that answered last goes on. docs/identity.md, "A service that moves". Threads: safe from any thread.
#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

#include "daemon/base/error.hpp"
#include "daemon/enrol/est_server.hpp"
#include "daemon/identity/slots.hpp"

namespace greentill::enrol {

class EstPlace {
 public:
  /// Goes on with what an earlier run kept; where that cannot be read, with `configured`. `configured` must be a server's URL.
  EstPlace(const std::string& configured, const identity::Slots& slots);

  /// The one in use.
  [[nodiscard]] EstServer get() const;
  /// The settings name that one from now on; empty: the configured one is meant.
  void name(const std::string& url);
  /// The one that is meant, where it is not in use yet.
  [[nodiscard]] std::optional<EstServer> wanted() const;
  /// It has answered this device: it is in use from now on, also after a restart. Where it cannot be kept, it is not.
  Status answered(const EstServer& server);

 private:
  const std::string configured_;
  const std::filesystem::path file_;
  mutable std::mutex mutex_;
  EstServer in_use_;
  EstServer meant_;
};

}  // namespace greentill::enrol

// SPDX-License-Identifier: Apache-2.0
// Over what a source's children were lost, so that a file or row which ends its reader is not tried for ever: after kMostLives in
// a row its source gives it up. Kept in a file, for a daemon that is restarted more often than that. Threads: one thread.
#pragma once

#include <filesystem>
#include <string_view>

#include "daemon/base/ports.hpp"
#include "daemon/detect/wire.hpp"

namespace greentill::detect {

class LostLives {
 public:
  /// `file` need not exist; one that cannot be read counts as none. Empty: it is kept in memory alone. `log` must outlive it.
  LostLives(std::filesystem::path file, std::string_view source, Log& log);

  [[nodiscard]] const Loss& loss() const { return loss_; }
  /// A child was lost over this attempt. `went_on`: records behind it had become durable, so that it does not count with those
  /// before. Without an attempt nothing is known, and nothing changes.
  void lost(std::string_view attempt, bool went_on, std::string_view how);
  /// The source has got past it.
  void forget();

 private:
  std::filesystem::path file_;
  std::string source_;
  Log& log_;
  Loss loss_;
};

}  // namespace greentill::detect

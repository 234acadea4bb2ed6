// SPDX-License-Identifier: Apache-2.0
// What is told of the link's trouble: lines in the log, and the one error of its status. It outlives the sessions, so that a
// cause that lasts is not told anew at each connection. Private to daemon/uplink. Threads: the strand's.
#pragma once

#include <string>

#include "daemon/base/guarded.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/uplink/uplink.hpp"

namespace greentill::uplink {

/// The link's status, between the strand, which writes it, and whoever reads it.
using StatusBoard = Guarded<LinkStatus>;

class Troubles {
 public:
  /// Both must outlive it.
  Troubles(Log& log, StatusBoard& board) : log_(log), board_(board) {}

  void tell(LogLevel level, const std::string& what);
  /// As tell(), but without another line in the log for what the status says already.
  void tell_once(const std::string& what);
  /// A receipt took claims at `now` (Unix seconds): nothing that was told holds any more.
  void moved(std::int64_t now);
  /// Nothing waits, or the connection was made.
  void clear();

 private:
  Log& log_;
  StatusBoard& board_;
};

}  // namespace greentill::uplink

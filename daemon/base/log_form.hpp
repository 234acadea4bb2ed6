// SPDX-License-Identifier: Apache-2.0
// How a log line is written, by who reads it. Threads: pure functions but for log_form_of().
#pragma once

#include <string>

#include "daemon/base/log_queue.hpp"

namespace greentill {

enum class LogForm {
  journal,   ///< "<4>uplink: message": journald reads the level, and has its own time
  terminal,  ///< "2026-11-28 14:03:09 warning uplink: message", in local time
  plain      ///< "2026-11-28T14:03:09.250+01:00 warning uplink: message", for a file or another program
};

/// A terminal is one, the journal is known by $JOURNAL_STREAM, which systemd sets; all else is plain.
LogForm log_form_of(int descriptor);

/// The line as it is written, with its end; what a text could steer a terminal with is made visible.
std::string log_text(LogForm form, const LogLine& line);

/// The line that tells of lost ones. `why` says what kept them from being written.
LogLine line_about(const LostLines& lost, const std::string& why, LogTime now);

}  // namespace greentill

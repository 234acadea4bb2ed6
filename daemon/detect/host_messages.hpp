// SPDX-License-Identifier: Apache-2.0
// The part of the conversation with a plugin host that detectors and sources share: its start and its log lines.
// Threads: one thread.
#pragma once

#include <optional>
#include <string>

#include "daemon/detect/child_output.hpp"
#include "daemon/detect/detectors.hpp"
#include "daemon/detect/frames.hpp"
#include "daemon/detect/plugin_health.hpp"
#include "daemon/detect/wire.hpp"

namespace greentill::detect {

struct Ready {
  std::string name;
  std::string version;
};

/// What the host answers to the hello; nothing where it has not answered in that time; an error where it cannot go on.
/// `output` is read meanwhile, where there is one.
Result<std::optional<Ready>> receive_ready(FrameChannel& channel, Timeout timeout, PluginHealth& health,
                                           ChildOutput* output = nullptr);

/// The next message that is no log message, or nothing in that time, however much it logs meanwhile: those are handed on.
/// Lifetime: as FrameChannel::receive().
Result<std::optional<ByteView>> receive_past_logs(FrameChannel& channel, Timeout timeout, PluginHealth& health,
                                                  ChildOutput* output = nullptr);

/// Why a message that is none of those that are waited for ends the conversation: what the host says of it, if anything.
Failure<Error> unexpected(Message kind, FrameReader& reader);

/// The message that a new child is told first. `position` of a source, empty for a detector.
Frame hello_of(const PluginSpec& spec, Role role, std::string position, PluginHealth& health);

/// Hands a log message on. False where the message is broken.
bool pass_log(FrameReader& reader, PluginHealth& health);

}  // namespace greentill::detect

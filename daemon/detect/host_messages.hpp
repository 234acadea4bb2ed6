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

/// The host's answer to the hello; nothing where it has not come in that time. unavailable or invalid, with the reason, where the
/// host cannot go on. Drains `output` meanwhile, where there is one.
Result<std::optional<Ready>> receive_ready(FrameChannel& channel, Timeout timeout, PluginHealth& health,
                                           ChildOutput* output = nullptr);

/// The next message that is no log message, or nothing in that time, however much the host logs meanwhile. Log messages are
/// passed on to `health`. Lifetime: as FrameChannel::receive().
Result<std::optional<ByteView>> receive_past_logs(FrameChannel& channel, Timeout timeout, PluginHealth& health,
                                                  ChildOutput* output = nullptr);

/// The error for a message that ends the conversation because it was not expected; with the host's reason where it gives one.
Failure<Error> unexpected(Message kind, FrameReader& reader);

/// The first message to a new child. `position` and `lost` are a source's, empty for a detector.
Frame hello_of(const PluginSpec& spec, Role role, std::string position, PluginHealth& health, Loss lost = {});

/// Passes a log message on to `health`. False where the message is broken.
bool pass_log(FrameReader& reader, PluginHealth& health);

}  // namespace greentill::detect

// SPDX-License-Identifier: Apache-2.0
// Which topics a client may use. docs/mqtt.md, "Who may do what". Threads: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace greentill::guard {

/// On which side of the broker a client stands: under which authority its certificate is.
enum class Side : std::uint8_t { device, worker };

struct Who {
  Side side = Side::device;
  std::string_view name;  ///< of its certificate
};

/// A device writes its own claims and status, of which the status alone may be retained. What a worker writes is for the ACL.
[[nodiscard]] bool may_publish(const Who& who, std::string_view topic, bool retained);
/// A device gets its own receipts, and the programme's methodologies. What a worker gets is for the ACL.
[[nodiscard]] bool may_receive(const Who& who, std::string_view topic);
/// A device subscribes to these and nothing else; a worker to claims by the share group alone.
[[nodiscard]] bool may_subscribe(const Who& who, std::string_view filter, std::string_view share_group);

/// Whether there is a topic that both filters match.
[[nodiscard]] bool overlap(std::string_view a, std::string_view b);

}  // namespace greentill::guard

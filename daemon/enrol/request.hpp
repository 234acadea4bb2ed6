// SPDX-License-Identifier: Apache-2.0
// The certificate request that a device sends, as the server asks for it (RFC 7030, 4.5). Threads: any; calls block.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

#include "daemon/base/error.hpp"
#include "daemon/enrol/est_client.hpp"

namespace greentill::enrol {

/// Whether an answer to "csrattrs" says something, or that nothing is asked for: nothing that asking again would change.
[[nodiscard]] bool says_attributes(const HttpAnswer& answer);

/// A request for the key (PEM) under that name, in base64, as an answer to "csrattrs" asks for it. denied where that cannot be
/// done, with what is asked for; invalid where it cannot be read.
Result<std::string> request_as_asked(const HttpAnswer& attributes, std::string_view key, const std::string& name);

/// Asks the server, over TLS that the anchors vouch for, what it wants, and makes the request so. Errors of ask() and
/// request_as_asked(), with the server's address in front; unavailable where it cannot answer now, with the seconds that it asks
/// to be left alone in `told_wait_s`.
Result<std::string> make_asked_request(const EstServer& server, std::string_view anchors, std::string_view key,
                                       const std::string& name, std::chrono::milliseconds limit,
                                       const std::atomic<bool>& cancelled, std::int64_t& told_wait_s);

}  // namespace greentill::enrol

// SPDX-License-Identifier: Apache-2.0
// The daemon's answers as JSON. Threads: the client's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tools/cli/client/daemon_client.hpp"
#include "tools/cli/common/output.hpp"

namespace greentill::cli {

/// The object of a 200, or what error_of() makes of any other answer.
[[nodiscard]] Result<Json> get_json(DaemonClient& daemon, const std::string& path);
/// The object of a 200 or 201 to a request without a body.
[[nodiscard]] Result<Json> post_json(DaemonClient& daemon, const std::string& path);

/// "source=a%20b" behind a path, with the mark that stands before it; nothing where the value is empty.
void add_parameter(std::string& path, std::string_view name, std::string_view value);

/// A member of an answer, or nothing: empty, 0.
[[nodiscard]] std::string text_of(const Json& json, const char* member);
[[nodiscard]] std::int64_t number_of(const Json& json, const char* member);

}  // namespace greentill::cli

// SPDX-License-Identifier: Apache-2.0
// The daemon's answers as JSON. Threads: the client's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tools/cli/client/daemon_client.hpp"
#include "tools/cli/common/output.hpp"

namespace greentill::cli {

/// The JSON object of a 200, or the error that error_of() gives for any other answer.
[[nodiscard]] Result<Json> get_json(DaemonClient& daemon, const std::string& path);
/// Posts without a body: the JSON object of a 200 or 201, or the error of any other answer.
[[nodiscard]] Result<Json> post_json(DaemonClient& daemon, const std::string& path);
/// As above, with a document.
[[nodiscard]] Result<Json> post_json(DaemonClient& daemon, const std::string& path, const Json& document);

/// Appends "source=a%20b" to a path, with '?' or '&' before it; appends nothing where the value is empty.
void add_parameter(std::string& path, std::string_view name, std::string_view value);

/// A member of an answer; where it is missing, empty or 0.
[[nodiscard]] std::string text_of(const Json& json, const char* member);
[[nodiscard]] std::int64_t number_of(const Json& json, const char* member);

}  // namespace greentill::cli

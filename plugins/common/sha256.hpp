// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace greentill::plugin {

/// The first `bytes` of SHA-256 over the parts put together, in lower-case hexadecimal. Threads: safe from any thread.
std::string sha256_hex(std::initializer_list<std::string_view> parts, std::size_t bytes);

}  // namespace greentill::plugin

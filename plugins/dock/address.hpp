// SPDX-License-Identifier: Apache-2.0
// Sockets and serial devices, opened without waiting. Threads: safe from any thread.
#pragma once

#include <string>

#include "daemon/base/descriptor.hpp"
#include "daemon/base/error.hpp"

namespace greentill::dock {

/// Connects to "/path", "1.2.3.4:5", "[::1]:5"; over TCP it may still be under way. invalid where it is none of these, else io.
Result<Descriptor> connect_to(const std::string& address);
/// Listens; "*:5" is any address. A socket's file that nobody listens at any more is replaced.
Result<Descriptor> listen_at(const std::string& address);
/// 115,200 baud, 8N1, raw. `error`: errno where it cannot be opened.
Result<Descriptor> open_serial(const std::string& device, int& error);

}  // namespace greentill::dock

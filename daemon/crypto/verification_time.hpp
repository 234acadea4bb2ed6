// SPDX-License-Identifier: Apache-2.0
// The time by which OpenSSL judges dates of servers' certificates, where the system's clock is known to be wrong. Paho makes its
// TLS connections itself and has no option for it; OpenSSL looks its terms for servers up in a table of the process
// (X509_VERIFY_PARAM_add0_table(3)), which this changes. crypto/tls_client, which judges no dates, stays as it is.
#pragma once

#include <cstdint>
#include <optional>

#include "daemon/base/error.hpp"

namespace greentill::crypto {

class VerificationTime {
 public:
  /// To be called once, before any TLS connection of the process. bug where OpenSSL has no memory for it.
  static Status prepare();
  /// TLS connections that shake hands from now on judge by that time (Unix seconds), or by the system's clock where there is
  /// none. It stands still: set it again before each connection. Does nothing before prepare(). Threads: one; a connection that
  /// another thread is making may still go by what was set before.
  static void set(std::optional<std::int64_t> unix_seconds);
};

}  // namespace greentill::crypto

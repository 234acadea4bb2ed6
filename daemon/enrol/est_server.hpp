// SPDX-License-Identifier: Apache-2.0
// The address of an EST server. Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "daemon/base/error.hpp"

namespace greentill::enrol {

/// Where the server is.
struct EstServer {
  std::string host;  ///< an IPv6 address without its brackets
  std::string port;
  std::string base;   ///< of the path: "/.well-known/est", with a label behind it where the URL names one
  std::string shown;  ///< the URL, for people and for the state's file

  /// Reads "https://host", "https://host:port", or one of them with "/label" behind it (RFC 7030, 3.2.2). The port is 443 where
  /// none is written. invalid, with what to write instead.
  static Result<EstServer> parse(std::string_view url);
  /// The same server, for what is ours and not EST's: who signs bundles and times, and what they sign (docs/enrolment.md).
  [[nodiscard]] EstServer beside_est() const;
};

}  // namespace greentill::enrol

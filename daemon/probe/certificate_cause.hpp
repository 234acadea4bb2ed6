// SPDX-License-Identifier: Apache-2.0
// What lies behind a certificate that one end of a TLS connection did not take: first whether a clock may be wrong, and only then
// what is wrong with the certificate. Private to daemon/probe.
#pragma once

#include <openssl/ssl.h>

#include <optional>
#include <string>

#include "daemon/probe/broker_probe.hpp"

namespace greentill::probe {

/// Where this machine did not take the broker's certificate for its dates: the dates, and what this machine's clock shows.
std::optional<std::string> date_cause(SSL* connection);

/// Why the broker may have refused our certificate with this TLS alert: what is wrong with it by this machine's clock, or, where
/// nothing is, what to look at. Begins with ": "; empty where nothing is known.
std::string why_refused(const Target& target, int alert);

}  // namespace greentill::probe

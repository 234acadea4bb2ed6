// SPDX-License-Identifier: Apache-2.0
// How trust anchors are followed by others (RFC 7030, 4.1.3; RFC 4210, 4.4): by the word of a root that is trusted already, and
// of nobody below it. The bytes are a stranger's. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "daemon/crypto/certs_only_reader.hpp"

namespace greentill::crypto {

/// The anchors of whoever holds `held`, once a server whom these vouch for has offered others: all of the offered ones but links,
/// in their order. A root is trusted where it is held, or where a trusted one of the same name that is no younger has certified
/// its key under that name (NewWithOld), with a path below it; any other authority where a trusted root issued it, or it is held.
/// `at`: the time at which a link and a new anchor must be valid, Unix seconds; none: dates are not judged. denied, naming the
/// certificate and why, where one is offered that may not be trusted, or the youngest root that is held is missing and none
/// follows it: then nothing of the offer may be. invalid where one cannot be read.
Result<std::vector<CertificateDer>> succeeding_anchors(const std::vector<CertificateDer>& held,
                                                       const std::vector<CertificateDer>& offered,
                                                       std::optional<std::int64_t> at);

}  // namespace greentill::crypto

// SPDX-License-Identifier: Apache-2.0
// Gives the device another key, which takes the place of the one in use (RFC 7030, 4.2.2): the daemon then begins another chain.
// docs/identity.md, "Rekey". Threads: one.
#pragma once

#include <filesystem>
#include <functional>

#include "daemon/base/error.hpp"
#include "daemon/enrol/enrolment.hpp"

namespace greentill::enrol {

/// Makes a key in the slot that is not in use, has it certified by whoever shows the certificate in use, and promotes it. What
/// was cut off goes on with the same new key, since the server takes one successor alone. unavailable where the server cannot
/// be reached or asks to come again; denied where it refuses, or its certificate may not be used; not_found where no device is
/// enrolled here. After any error the identity is what it was.
Result<Enrolled> rekey(const EnrolmentOptions& options, const Means& means);

/// Whether what the device talks to takes the certificate with that key, which is PEM: ok, denied where it does not, unavailable
/// where that cannot be told now.
using KeyTrial = std::function<Status(const std::filesystem::path& certificate, const crypto::Secret& key)>;

/// Likewise, where the new identity is tried before it is promoted: until it is taken, it waits in its slot for the next call.
/// `told_wait_s`: as of renew().
Result<Enrolled> rekey(const EnrolmentOptions& options, const Means& means, const KeyTrial& try_it, std::int64_t& told_wait_s);

}  // namespace greentill::enrol

// SPDX-License-Identifier: Apache-2.0
// Puts a device into service where no network reaches the operator: a request goes out, and its answer comes in, by a stick or
// by QR codes. docs/enrolment.md, "Without a network". Threads: one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/enrol/enrolment.hpp"
#include "daemon/enrol/settings.hpp"

namespace greentill::enrol {

struct OfflineOptions {
  std::string device;
  /// Fingerprint and code that were kept are forgotten, and asked for again: one was wrong, or the operator gave another code.
  bool anew = false;
};

/// What write_offline_request() came to: one of both.
struct OfflineBegun {
  std::vector<std::uint8_t> message;  ///< the request, the same one until key, code or fingerprint change
  Digest key_hash{};                  ///< of the key that it is for
  std::optional<Enrolled> enrolled;   ///< the device is in service already
};

/// Makes the device's key where it has none, and the request for its certificate. Fingerprint and code are asked of the person,
/// and kept. invalid where they are of another form; else as enrol(), without a server.
Result<OfflineBegun> write_offline_request(const OfflineOptions& options, const Means& means);

/// Takes the answer to the request that was written last; nothing in it is believed before it was found to be by whoever knows
/// the code, and its anchors to be those of the fingerprint. `message`: read_sheet(). denied, with the cause, where it is another
/// request's, device's or key's, was changed, or brings what may not be used; conflict where no request waits for one. After any
/// error the identity is what it was, and the request waits on. The same answer again is a success.
///
/// Where it brings the device's settings, `keep` is called with them before the certificate is in use, so that whatever ends it
/// the same answer does all of it again: it stores them durably, unless the device has later ones. Empty: they are passed over.
using KeepSettings = std::function<Status(FetchedSettings)>;
Result<Enrolled> take_offline_answer(ByteView message, const Means& means, const KeepSettings& keep = {});

}  // namespace greentill::enrol

// SPDX-License-Identifier: Apache-2.0
// How a bundle is asked for and checked, whether it is for one device or for all. Private to daemon/enrol. Threads: any; calls
// block.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/claim/bundle.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/enrol/est_client.hpp"
#include "daemon/enrol/settings.hpp"
#include "daemon/enrol/signers.hpp"

namespace greentill::enrol {

/// What the device is known by.
struct OwnFiles {
  std::string pem;  ///< its certificate's file
  crypto::Certificate certificate;
  std::string anchors;  ///< PEM
};
Result<OwnFiles> read_own_files(const identity::Slots& slots);

/// The reply that brings a bundle; nothing where the service has no newer one. not_found, with `none`, where it gives none to
/// anybody; else errors of ask(), check_server_dates() and error_of(), with the service in front.
Result<std::optional<EstReply>> ask_for_bundle(const SettingsMeans& means, const EstRequest& request, const char* none,
                                               std::chrono::milliseconds limit, const std::atomic<bool>& cancelled);

/// The bundle in that message, into which it points. invalid where it cannot be read; errors of `check_signed`; denied, with
/// whose clock, where its end is past: by our clock where it is kept, else by `server_time`, which the anchors vouch for; by
/// neither where there is none.
Result<claim::Bundle> check_bundle(std::string_view message,
                                   const std::function<Status(const claim::KeyedMessage&)>& check_signed,
                                   const std::optional<std::int64_t>& server_time, const Clock& clock);

}  // namespace greentill::enrol

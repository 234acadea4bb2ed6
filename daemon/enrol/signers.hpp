// SPDX-License-Identifier: Apache-2.0
// Who signs bundles and times for this device: certificates that the EST server gives and the authorities that were confirmed at
// enrolment vouch for. They are kept, and found by the id of their keys. docs/identity.md, "Time". Threads: one.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/claim/keyed_message.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/enrol/est_client.hpp"
#include "daemon/identity/slots.hpp"

namespace greentill::enrol {

/// Certificates that may sign bundles and times for the device whose certificate is `own`. denied, with whose and why, where one
/// does not lead to the anchors (PEM), has another usage, or stands under the authority that issues devices' certificates: who
/// enrols devices must not be able to tell them the time. Dates are not looked at: they cannot be, before the time is known.
Result<std::vector<crypto::Certificate>> read_signers(std::string_view pem, std::string_view anchors,
                                                      const crypto::Certificate& own);

/// ok where one of these signed the message; denied, with `by` in front, where it is by nobody of them, or not by whom it names.
Status check_signed(const std::vector<crypto::Certificate>& signers, const claim::KeyedMessage& message, const std::string& by);

/// The signers that are kept beside the identity, as they came and were checked.
class Signers {
 public:
  Signers(const identity::Slots& slots, EstServer server) : slots_(slots), server_(std::move(server)) {}

  /// From now on it is asked there.
  void ask_at(EstServer server) { server_ = std::move(server); }
  /// Asks for the signers where none is known yet, so that a line that breaks off needs to hold for one exchange at a time.
  Status prepare(const crypto::Certificate& own, std::chrono::milliseconds limit, const std::atomic<bool>& cancelled);
  /// ok where a signer that is known signed the message. One that is not known yet is asked for once, over TLS that the anchors
  /// vouch for, and kept. Errors of ask() and read_signers(); denied where nobody who may has signed it.
  Status check(const claim::KeyedMessage& message, const crypto::Certificate& own, std::chrono::milliseconds limit,
               const std::atomic<bool>& cancelled);

 private:
  Status load(const crypto::Certificate& own);
  Status fetch(const crypto::Certificate& own, std::chrono::milliseconds limit, const std::atomic<bool>& cancelled);

  const identity::Slots& slots_;
  EstServer server_;
  bool loaded_ = false;
  std::string anchors_;
  std::vector<crypto::Certificate> known_;
};

}  // namespace greentill::enrol

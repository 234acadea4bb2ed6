// SPDX-License-Identifier: Apache-2.0
// What devices are told beside EST under the key that signs bundles and times: who signs, the time, their settings, their
// licences for locks, and up to which ride a lock's are settled.
// docs/enrolment.md, "Beside EST". Threads: safe from any thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "daemon/base/ports.hpp"
#include "daemon/claim/keyed_message.hpp"
#include "daemon/crypto/signer.hpp"
#include "tools/credit-service/enrolment/common_bundle.hpp"
#include "tools/credit-service/est/messages.hpp"
#include "tools/credit-service/registry/methodologies.hpp"
#include "tools/credit-service/registry/registry.hpp"

namespace greentill::credit {

/// Where the paths begin.
inline constexpr std::string_view kBesideEst = "/.well-known/greentill/";

class SignedAnswers {
 public:
  /// `certificate`: PEM, the signer's with its issuers behind it; `key`: PEM. invalid where they cannot be used together; denied
  /// where the certificate lacks the usage. `clock` must outlive it.
  static Result<std::unique_ptr<SignedAnswers>> make(std::string certificate, std::string_view key, Clock& clock);

  /// Of a GET by anybody. `what`: what follows kBesideEst.
  [[nodiscard]] EstReply answer(std::string_view what);
  /// PEM: who signs, its issuers behind it.
  [[nodiscard]] const std::string& certificate() const { return certificate_; }
  /// A lock receipt: every ride of the lock up to that one is settled. Requires: a lock's id.
  [[nodiscard]] EstReply tell_settled(const std::string& lock, std::uint64_t counter);
  /// A dock's licence for the device and its certificate's key, from now on. Requires: a device's id.
  [[nodiscard]] EstReply give_licence(const std::string& device, const crypto::Certificate& certificate, std::int64_t lifetime);
  /// The device's settings as a bundle for it alone, which is to be adopted within 30 days.
  [[nodiscard]] EstReply tell_settings(const std::string& device, const DeviceSettings& settings);
  /// What is published, as a bundle for all devices. Requires: something was. bug where the key cannot sign.
  Result<SignedBundle> sign_common(const Publication& publication);

 private:
  SignedAnswers(std::string certificate, crypto::Signer signer, const claim::KeyId& key, Clock& clock)
      : certificate_(std::move(certificate)), signer_(std::move(signer)), key_(key), clock_(clock) {}
  EstReply tell_time(std::string_view nonce);
  EstReply signed_reply(claim::MessageType type, const char* content_type, ByteView payload);
  /// Nothing where the key cannot sign.
  std::optional<std::string> sign(claim::MessageType type, ByteView payload);

  const std::string certificate_;
  std::mutex mutex_;  // of the signer
  crypto::Signer signer_;
  const claim::KeyId key_;
  Clock& clock_;
};

}  // namespace greentill::credit

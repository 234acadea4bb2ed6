// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/est/signed_answers.hpp"

#include <algorithm>

#include "daemon/base/calendar.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/claim/bundle.hpp"
#include "daemon/claim/dock_licence.hpp"
#include "daemon/claim/lock_ride.hpp"
#include "daemon/claim/signed_time.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/public_key.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kAroundMost = 256;  // what is around a payload, or the content of one
constexpr std::int64_t kAdoptWithin = 30 * kSecondsADay;
constexpr std::string_view kTime = "time/";

}  // namespace

Result<std::unique_ptr<SignedAnswers>> SignedAnswers::make(std::string certificate, std::string_view key, Clock& clock) {
  const auto leaf = crypto::Certificate::leaf_from(certificate);
  if (!leaf) return Failure{leaf.error()};
  if (!leaf->has_usage(crypto::kBundleSigningUsage)) {
    return fail(ErrorCode::denied, "the certificate's extended key usage lacks " + std::string(crypto::kBundleSigningUsage) +
                                       ": greentill-credit ca issue FOLDER bundles gives one that has it");
  }
  auto signer = crypto::Signer::from(key, *leaf);
  if (!signer) return Failure{signer.error()};
  return std::unique_ptr<SignedAnswers>(
      new SignedAnswers(std::move(certificate), std::move(*signer), claim::key_id(leaf->key_hash()), clock));
}

EstReply SignedAnswers::answer(std::string_view what) {
  if (what == "signers") return {200, "application/pem-certificate-chain", certificate_};
  if (what.starts_with(kTime)) return tell_time(what.substr(kTime.size()));
  return say(404,
             "there is no such thing beside EST; there are signers, time/NONCE, settings/NUMBER, "
             "methodologies/NUMBER, licence and locks/LOCK");
}

EstReply SignedAnswers::tell_time(std::string_view digits) {
  claim::SignedTime time;
  const auto nonce = from_hex(digits);
  if (!nonce || nonce->size() != time.nonce.size()) return say(400, "a time is asked for with 32 hexadecimal digits: time/NONCE");
  std::copy(nonce->begin(), nonce->end(), time.nonce.begin());
  time.unix_seconds = clock_.unix_seconds();
  Bytes<64> payload{};
  const auto size = claim::encode_time(time, payload);
  if (!size) return say(500, "the time cannot be told now");
  return signed_reply(claim::MessageType::time, "application/cose; cose-type=\"cose-sign1\"", ByteView(payload).first(*size));
}

EstReply SignedAnswers::tell_settled(const std::string& lock, std::uint64_t counter) {
  Bytes<claim::kMaxLockReceiptBytes> payload{};
  const auto size = claim::encode_lock_receipt({lock, clock_.unix_seconds(), counter}, payload);
  if (!size) return say(500, "the lock's receipt cannot be told now");
  return signed_reply(claim::MessageType::lock_receipt, "application/cwt", ByteView(payload).first(*size));
}

EstReply SignedAnswers::give_licence(const std::string& device, const crypto::Certificate& certificate, std::int64_t lifetime) {
  const std::int64_t now = clock_.unix_seconds();
  claim::DockLicence licence{device, now + lifetime, now, {}};
  const auto key = crypto::PublicKey::from_certificate(certificate.to_pem());
  const auto point = key ? key->point() : std::vector<std::uint8_t>();
  if (point.size() != licence.key.size()) return say(500, "the certificate's key cannot be read");
  std::ranges::copy(point, licence.key.begin());
  Bytes<claim::kMaxDockLicenceBytes> payload{};
  const auto size = claim::encode_dock_licence(licence, payload);
  if (!size) return say(500, "no licence can be given now");
  return signed_reply(claim::MessageType::dock_licence, "application/cwt", ByteView(payload).first(*size));
}

EstReply SignedAnswers::tell_settings(const std::string& device, const DeviceSettings& settings) {
  const std::int64_t now = clock_.unix_seconds();
  crypto::Secret payload(settings.text.view().size() + kAroundMost);
  const claim::Bundle bundle{device, now + kAdoptWithin, now, now, settings.number, settings.text.view()};
  const auto size = claim::encode_bundle(bundle, payload.bytes());
  if (!size) return say(500, "the settings cannot be told now");
  return signed_reply(claim::MessageType::bundle, "application/cwt", payload.view().first(*size));
}

Result<SignedBundle> SignedAnswers::sign_common(const Publication& publication) {
  const BundleDates dates(clock_.unix_seconds());
  std::vector<std::uint8_t> payload(publication.content.size() + kAroundMost);
  const claim::Bundle bundle{{}, dates.expires_at, dates.made_at, dates.made_at, publication.number, publication.content};
  const auto size = claim::encode_bundle(bundle, payload);
  auto message = size ? sign(claim::MessageType::bundle, ByteView(payload).first(*size)) : std::nullopt;
  if (!message) return fail(ErrorCode::bug, "the common bundle cannot be signed");
  return SignedBundle{publication.number, dates.expires_at, std::move(*message)};
}

EstReply SignedAnswers::signed_reply(claim::MessageType type, const char* content_type, ByteView payload) {
  auto message = sign(type, payload);
  return message ? EstReply{200, content_type, std::move(*message)} : say(500, "nothing can be signed now");
}

std::optional<std::string> SignedAnswers::sign(claim::MessageType type, ByteView payload) {
  std::string message(payload.size() + kAroundMost, '\0');
  claim::KeyedSigner signer{key_, std::nullopt};
  if (type == claim::MessageType::bundle) signer.thumbprint = signer_.thumbprint();
  const MutableBytes room(reinterpret_cast<std::uint8_t*>(message.data()), message.size());
  const std::scoped_lock lock(mutex_);
  const auto whole = claim::sign_keyed_message(crypto::hasher(), signer_, type, signer, payload, room);
  if (!whole) return std::nullopt;
  message.resize(*whole);
  return message;
}

}  // namespace greentill::credit

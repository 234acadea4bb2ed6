// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/own_licence.hpp"

#include <algorithm>

#include "daemon/base/hex.hpp"
#include "daemon/claim/dock_licence.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/hasher.hpp"

namespace greentill::app {

void OwnLicence::start(std::function<std::string()> put_off) {
  enrol::EstPlace* const at = place();
  if (at == nullptr) return;
  keeper_ = enrol::LicenceKeeper::start(
      {{at->get().beside_est(), *slots_, own_.vault(), clock_}, random_, *at, std::move(put_off)}, log_);
}

detect::Reply OwnLicence::answer(const std::string& hash) {
  const auto bytes = from_hex(hash);
  Digest acknowledgement{};
  if (!bytes || bytes->size() != acknowledgement.size()) {
    return {detect::Outcome::never, {}, "a licence is asked for with 64 hexadecimal digits"};
  }
  std::ranges::copy(*bytes, acknowledgement.begin());
  auto licence = keeper_->get();
  if (!licence) return {detect::Outcome::later, {}, licence.error().message};
  const auto signature = sign(acknowledgement, licence->key_hash);
  if (!signature) return {detect::Outcome::later, {}, signature.error().message};
  licence->message.insert(licence->message.end(), signature->begin(), signature->end());
  return {detect::Outcome::message, std::move(licence->message), {}};
}

Result<claim::Signature> OwnLicence::sign(const Digest& acknowledgement, const Digest& key_hash) {
  const std::lock_guard lock(mutex_);
  if (!signs_ || signs_->certificate().key_hash() != key_hash) {
    auto loaded = identity::DeviceIdentity::load(config_.key, config_.certificate, own_.vault());
    if (!loaded) return Failure{loaded.error()};
    signs_ = std::move(*loaded);
  }
  if (signs_->certificate().key_hash() != key_hash) {
    return fail(ErrorCode::unavailable, "this device's key is being changed");
  }
  claim::Signature signature{};
  if (signs_->signer().sign(claim::proof_digest(crypto::hasher(), acknowledgement), signature)) return signature;
  return fail(ErrorCode::io, "this device's key cannot be used now");
}

}  // namespace greentill::app

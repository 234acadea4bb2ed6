// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/own_authorities.hpp"

#include "daemon/base/file.hpp"
#include "daemon/crypto/certificate.hpp"

namespace greentill::app {

void OwnAuthorities::start(std::function<std::string()> put_off, std::function<void()> followed) {
  const enrol::EstPlace* const at = place();
  if (at == nullptr) return;
  enrol::AnchorsMeans means{at->get(), *slots_, clock_,
                            [this](const std::filesystem::path& authorities) { return try_them(authorities); }};
  keeper_ = enrol::AnchorsKeeper::start({std::move(means), random_, *at, std::move(put_off), std::move(followed)}, log_);
}

/// Under others than these the daemon would not start again, or reach no broker.
Status OwnAuthorities::try_them(const std::filesystem::path& authorities) const {
  const auto pem = read_file(authorities, 1u << 20);
  if (!pem) return Failure{pem.error()};
  const auto next = crypto::Authority::from_pem(*pem);
  if (!next) return Failure{next.error()};
  if (Status own = next->check(own_.device().certificate(), std::nullopt); !own) {
    return Failure{own.error().with_context("this device's own certificate")};
  }
  if (!config_.uplink || config_.uplink->authorities != slots_->anchors()) return Done{};
  const auto trust = identity::ReceiptTrust::load(authorities, config_.receipt_certificates);
  if (!trust) return Failure{trust.error()};
  return own_.try_broker(authorities);
}

}  // namespace greentill::app

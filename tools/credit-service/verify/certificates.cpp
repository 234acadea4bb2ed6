// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/verify/certificates.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "daemon/base/moment.hpp"

namespace greentill::credit {
namespace {

constexpr std::chrono::milliseconds kLeastBetweenLooks{1'000};
constexpr std::int64_t kRecheckSeconds = 60;
// Of some 4 KiB each. Beyond it all are forgotten, and read anew as they come.
constexpr std::size_t kMostKnown = 10'000;

}  // namespace

void Certificates::look_for_changes() {
  const std::chrono::milliseconds now = clock_->monotonic();
  if (step_ >= 0 && now - looked_at_ < kLeastBetweenLooks) return;
  looked_at_ = now;
  const auto step = registry_->registry_step();
  if (!step) return complain(step.error());
  if (*step != step_) {
    holders_.merge(parsed_);
    parsed_ = std::exchange(holders_, {});
  }
  if (holders_.size() + parsed_.size() > kMostKnown) {
    holders_.clear();
    parsed_.clear();
  }
  step_ = *step;
}

/// A registry that cannot be read would be a line for each claim.
void Certificates::complain(const Error& error) const {
  if (const auto line = complaints_.take(error.message, clock_->monotonic())) log_->write(LogLevel::error, "certificates", *line);
}

std::string Certificates::barred(const DeviceKey& key) {
  if (key.revoked_at) return "is of a key that was revoked on " + utc_text(*key.revoked_at);
  const auto device = registry_->device(key.device);
  if (!device) complain(device.error());
  if (!device || !*device || (*device)->state != Device::State::revoked) return "";
  return "is of a device that is revoked; greentill-credit device trust takes that back";
}

void Certificates::read(const Digest& thumbprint) {
  const auto key = registry_->key_of(thumbprint);
  if (!key) return complain(key.error());
  if (*key) read(**key);
}

void Certificates::read(const DeviceKey& key) {
  const std::string words = barred(key);
  for (const IssuedCertificate& one : key.certificates) {
    const std::size_t pem_hash = std::hash<std::string>()(one.pem);
    if (auto known = parsed_.extract(one.thumbprint); known && known.mapped().pem_hash == pem_hash) {
      Holder& holder = known.mapped();
      holder.signer.device = key.device;
      holder.barred = words;
      holder.checked_at = 0;
      holders_.insert_or_assign(one.thumbprint, std::move(holder));
      continue;
    }
    auto certificate = crypto::Certificate::leaf_from(one.pem);
    if (!certificate) {
      complain(certificate.error().with_context("the registry's certificate of " + key.device));
      continue;
    }
    auto verifier = certificate->make_verifier();
    if (!verifier) {
      complain(verifier.error());
      continue;
    }
    verify::Signer signer{key.device, {}, std::move(*verifier)};
    holders_.insert_or_assign(one.thumbprint, Holder{std::move(*certificate), pem_hash, std::move(signer), words});
  }
}

bool Certificates::is_current(const Holder& holder, std::int64_t now) const {
  return now >= holder.certificate.not_before() && now <= holder.certificate.not_after() &&
         authority_.check(holder.certificate, now).ok();
}

bool Certificates::was_renewed(const Holder& holder, std::int64_t now) const {
  return std::any_of(holders_.begin(), holders_.end(), [&](const auto& entry) {
    return entry.second.certificate.key_hash() == holder.certificate.key_hash() && is_current(entry.second, now);
  });
}

bool Certificates::is_barred(const Digest& thumbprint) const {
  const auto found = holders_.find(thumbprint);
  return found != holders_.end() && !found->second.barred.empty();
}

bool Certificates::same_key(const Digest& a, const Digest& b) const {
  const auto one = holders_.find(a);
  const auto other = holders_.find(b);
  if (one == holders_.end() || other == holders_.end()) return false;
  return one->second.certificate.key_hash() == other->second.certificate.key_hash();
}

std::string Certificates::why_refused(const Holder& holder) {
  if (!holder.barred.empty()) return holder.barred;
  const std::int64_t now = clock_->unix_seconds();
  const auto defects = authority_.defects(holder.certificate, now);
  std::string words = "is not valid: " + to_words(defects, "our clock shows " + shown_by(*clock_));
  const bool dated = std::any_of(defects.begin(), defects.end(), [](const auto& defect) { return defect.depends_on_clock(); });
  if (dated) {
    if (const auto fault = clock_fault(*clock_)) return words + ". Look at the clock first: " + *fault;
    const auto none = registry_->none_is_in_date(now);
    if (!none) complain(none.error());
    if (none && *none) words += ". So it is with every certificate here: look at our clock first";
  }
  return words +
         ". The device's claims wait; they are booked once a valid one for the same key is registered too, by greentill-credit "
         "key add";
}

void Certificates::check(Holder& holder) {
  const std::int64_t now = clock_->unix_seconds();
  if (holder.checked_at != 0 && now >= holder.checked_at && now - holder.checked_at <= kRecheckSeconds) return;
  const bool valid = holder.barred.empty() && (is_current(holder, now) || was_renewed(holder, now));
  holder.signer.refused = valid ? "" : why_refused(holder);
  holder.checked_at = now;
}

const verify::Signer* Certificates::find(const Digest& thumbprint) {
  look_for_changes();
  auto found = holders_.find(thumbprint);
  if (found == holders_.end()) {
    read(thumbprint);
    found = holders_.find(thumbprint);
  }
  if (found == holders_.end()) return nullptr;
  check(found->second);
  return &found->second.signer;
}

}  // namespace greentill::credit

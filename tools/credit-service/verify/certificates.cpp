// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/verify/certificates.hpp"

#include <algorithm>

#include "daemon/base/moment.hpp"
#include "tools/credit-service/verify/certificate_folder.hpp"

namespace greentill::credit {
namespace {

constexpr std::chrono::milliseconds kLeastBetweenScans{1'000};
constexpr std::int64_t kRecheckSeconds = 60;

}  // namespace

Result<Certificates> Certificates::open(std::filesystem::path folder, crypto::Authority authority, Clock& clock, Log& log) {
  Certificates certificates(std::move(folder), std::move(authority), clock, log);
  if (Status scanned = certificates.scan(); !scanned) return Failure{scanned.error()};
  return certificates;
}

Status Certificates::scan() {
  scanned_at_ = clock_->monotonic();
  const auto files = certificate_files(folder_);
  if (!files) return Failure{files.error()};
  for (const std::filesystem::path& file : *files) {
    std::error_code unreadable;
    const auto changed = std::filesystem::last_write_time(file, unreadable);
    if (!unreadable && seen_.emplace(file.string(), changed).second) read(file);
  }
  return Done{};
}

void Certificates::read(const std::filesystem::path& path) {
  const auto complain = [&](const Error& error) {
    log_->write(LogLevel::warning, "certificates", "passed over: " + error.message);
  };
  auto certificates = read_certificates(path);
  if (!certificates) return complain(certificates.error());
  for (auto& [thumbprint, holder] : holders_) holder.checked_at = 0;  // one of the new certificates may renew it
  for (crypto::Certificate& certificate : *certificates) {
    auto verifier = certificate.make_verifier();
    if (!verifier) return complain(verifier.error().with_context(path.string()));
    const Digest thumbprint = certificate.thumbprint();
    if (const auto known = holders_.find(thumbprint); known != holders_.end()) {
      known->second.certificate = std::move(certificate);  // its issuers may be behind it only now
      continue;
    }
    verify::Signer signer{certificate.common_name(), {}, std::move(*verifier)};
    holders_.emplace(thumbprint, Holder{std::move(certificate), std::move(signer)});
  }
}

bool Certificates::scan_again() {
  if (clock_->monotonic() - scanned_at_ < kLeastBetweenScans) return false;
  const std::size_t seen = seen_.size();
  if (const Status scanned = scan(); !scanned) log_->write(LogLevel::error, "certificates", scanned.error().message);
  return seen_.size() > seen;
}

Certificates::Holder* Certificates::holder_of(const Digest& thumbprint) {
  auto found = holders_.find(thumbprint);
  if (found == holders_.end() && scan_again()) found = holders_.find(thumbprint);
  return found == holders_.end() ? nullptr : &found->second;
}

bool Certificates::is_current(const Holder& holder, std::int64_t now) const {
  return now >= holder.certificate.not_before() && now <= holder.certificate.not_after() &&
         authority_.check(holder.certificate, now).ok();
}

bool Certificates::was_renewed(const Holder& holder, std::int64_t now) const {
  return std::any_of(holders_.begin(), holders_.end(), [&](const auto& entry) {
    const Holder& other = entry.second;
    return other.certificate.common_name() == holder.certificate.common_name() &&
           other.certificate.same_key(holder.certificate) && is_current(other, now);
  });
}

bool Certificates::same_key(const Digest& a, const Digest& b) const {
  const auto one = holders_.find(a);
  const auto other = holders_.find(b);
  if (one == holders_.end() || other == holders_.end()) return false;
  return one == other || one->second.certificate.same_key(other->second.certificate);
}

bool Certificates::none_is_in_date(std::int64_t now) const {
  return holders_.size() > 1 && std::none_of(holders_.begin(), holders_.end(), [now](const auto& entry) {
           return now >= entry.second.certificate.not_before() && now <= entry.second.certificate.not_after();
         });
}

std::string Certificates::why_refused(const Holder& holder) const {
  const std::int64_t now = clock_->unix_seconds();
  const auto defects = authority_.defects(holder.certificate, now);
  std::string words = "is not valid: " + to_words(defects, "our clock shows " + shown_by(*clock_));
  const bool dated = std::any_of(defects.begin(), defects.end(), [](const auto& defect) { return defect.depends_on_clock(); });
  if (dated) {
    if (const auto fault = clock_fault(*clock_)) return words + ". Look at the clock first: " + *fault;
    if (none_is_in_date(now)) words += ". So it is with every certificate here: look at our clock first";
  }
  return words +
         ". The device's claims wait; they are booked once a certificate for the same key that is valid is in the folder too";
}

bool Certificates::check(Holder& holder) {
  const std::int64_t now = clock_->unix_seconds();
  if (holder.checked_at == 0 || now < holder.checked_at || now - holder.checked_at > kRecheckSeconds) {
    const bool valid = is_current(holder, now) || was_renewed(holder, now);
    holder.signer.refused = valid ? "" : why_refused(holder);
    holder.checked_at = now;
  }
  return holder.signer.refused.empty();
}

const verify::Signer* Certificates::find(const Digest& thumbprint) {
  Holder* holder = holder_of(thumbprint);
  if (holder == nullptr) return nullptr;
  // The device may still send claims that name the old certificate; the new one, named by none yet, may be in the folder.
  if (!check(*holder) && scan_again()) check(*holder);
  return &holder->signer;
}

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/self_check.hpp"

#include <algorithm>
#include <chrono>

#include "daemon/base/hex.hpp"
#include "daemon/base/moment.hpp"

namespace greentill::app {
namespace {

using Kind = crypto::Defect::Kind;

constexpr std::chrono::milliseconds kLookAgain = std::chrono::hours(1);
constexpr std::chrono::milliseconds kTellAgain = std::chrono::hours(24);

/// What was told, without the times in it.
std::vector<std::string> without_digits(std::vector<std::string> all) {
  for (std::string& one : all) std::erase_if(one, [](char c) { return c >= '0' && c <= '9'; });
  return all;
}

}  // namespace

Status SelfCheck::check_usable() const {
  std::vector<crypto::Defect> certain = certificate().own_defects(clock_.unix_seconds());
  if (const auto by = authority()) certain = by->defects(certificate(), std::nullopt);
  std::erase_if(certain,
                [](const auto& defect) { return defect.kind != Kind::no_digital_signature && defect.kind != Kind::self_signed; });
  if (certain.empty()) return Done{};
  return fail(ErrorCode::denied, about_.certificate_file.string() +
                                     ": nothing is signed under this certificate, since no service would " +
                                     "take it: " + to_words(certain, {}) +
                                     ". Put the one there that the operator's authority issued for " + "this key");
}

void SelfCheck::start(Executor& strand) {
  strand_ = &strand;
  if (const auto by = authority()) {
    // The service may trust other authorities than those that vouch for it, so that this alone says nothing for certain.
    auto foreign = by->defects(certificate(), std::nullopt);
    if (!foreign.empty()) {
      log_.write(LogLevel::warning, "identity",
                 name() + ": " + to_words(foreign, {}) +
                     ". Unless the credit service trusts that authority, it takes no claim signed under it");
    }
  }
  strand.post([this] { look_again(); });
}

void SelfCheck::look_again() {
  look();
  strand_->post_after(kLookAgain, [this] { look_again(); });
}

void SelfCheck::look() {
  std::vector<std::string> now = warnings();
  const auto at = clock_.monotonic();
  if (without_digits(now) == without_digits(told_) && at - told_at_ < kTellAgain) return;
  for (const std::string& one : now) log_.write(LogLevel::warning, "identity", one);
  if (now.empty() && !told_.empty()) log_.write(LogLevel::info, "identity", "clock and certificate are right again");
  told_ = std::move(now);
  told_at_ = at;
}

void SelfCheck::heard(std::int64_t service_time) {
  service_offset_ = service_time - static_cast<std::int64_t>(about_.elapsed());
  const bool apart = ahead().has_value();
  if (told_ahead_.exchange(apart) != apart && strand_ != nullptr) strand_->post([this] { look(); });
}

void SelfCheck::renewed(const crypto::Certificate& by) {
  {
    const std::lock_guard lock(mutex_);
    renewed_ = by;
  }
  if (strand_ != nullptr) strand_->post([this] { look(); });
}

crypto::Certificate SelfCheck::certificate() const {
  const std::lock_guard lock(mutex_);
  return renewed_ ? *renewed_ : about_.certificate;
}

void SelfCheck::authorities_changed(crypto::Authority by) {
  {
    const std::lock_guard lock(mutex_);
    followed_ = std::move(by);
  }
  if (strand_ != nullptr) strand_->post([this] { look(); });
}

std::optional<crypto::Authority> SelfCheck::authority() const {
  const std::lock_guard lock(mutex_);
  return followed_ ? followed_ : about_.authority;
}

std::optional<std::int64_t> SelfCheck::ahead() const {
  const std::int64_t offset = service_offset_;
  if (offset == kNever) return std::nullopt;
  const std::int64_t difference = clock_.unix_seconds() - (offset + static_cast<std::int64_t>(about_.elapsed()));
  return difference > kAgreeSeconds || difference < -kAgreeSeconds ? std::optional(difference) : std::nullopt;
}

std::optional<std::int64_t> SelfCheck::sure_time() const {
  const std::int64_t offset = service_offset_;
  if (offset != kNever) return offset + static_cast<std::int64_t>(about_.elapsed());
  return clock_.synchronised() ? std::optional(clock_.unix_seconds()) : std::nullopt;
}

std::vector<std::string> SelfCheck::warnings() const {
  std::vector<std::string> all;
  if (std::string words = about_.time_words(); !words.empty()) all.push_back(std::move(words));
  if (auto fault = clock_fault(clock_, about_.store_written, "the store " + about_.store.string()))
    all.push_back(std::move(*fault));
  const std::int64_t now = clock_.unix_seconds();
  if (const auto difference = ahead()) {
    all.push_back(
        "this device's clock is " + span_text(*difference) + (*difference > 0 ? " ahead of" : " behind") +
        " the service's: " + utc_text(now) + " against " + utc_text(now - *difference) +
        (clock_.synchronised() ? ". A time server keeps ours: tell the operator" : ". No time server keeps ours: set it"));
  }
  const auto defects = certificate().own_defects(now);
  if (!defects.empty()) {
    all.push_back(name() + ": " + to_words(defects, "this machine's clock shows " + shown_by(clock_)) +
                  ". Claims go on being made, and wait until a valid certificate for the same key is here and at the operator's");
  }
  return all;
}

std::string SelfCheck::why_not_taken(std::int64_t service_time) const {
  auto defects = certificate().own_defects(service_time);
  if (const auto by = authority()) defects = by->defects(certificate(), service_time);
  std::string words;
  if (const auto difference = ahead()) {
    words = "the service's clock shows " + utc_text(service_time) + " and this machine's " + utc_text(clock_.unix_seconds()) +
            ", of which one is wrong; ";
  }
  if (!defects.empty()) return words + name() + ": " + to_words(defects, "the service's clock shows " + utc_text(service_time));
  return words + name() + " (SHA-256 " + to_hex(certificate().thumbprint()) +
         ") is right as far as can be seen from here: has the " + "operator registered it? The service's log says why";
}

}  // namespace greentill::app

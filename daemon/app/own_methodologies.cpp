// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/own_methodologies.hpp"

#include "daemon/app/choices.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/measure/published.hpp"

namespace greentill::app {
namespace {

constexpr std::size_t kMostMessageBytes = 128u << 10;

}  // namespace

std::filesystem::path published_methodologies(const Config& config) { return config.state_folder / "methodologies.bundle"; }

Status OwnMethodologies::load() {
  auto library = measure::Library::load(config_.methodologies, crypto::hasher());
  if (!library) return Failure{library.error()};
  library_ = std::move(*library);
  if (Status taken = take_kept(); !taken) {
    log_.write(LogLevel::warning, "methodologies",
               taken.error().message + "; those of " + config_.methodologies.string() +
                   " are in force alone, until the programme's come again");
  }
  return check_preferred(config_, *library_);
}

/// What this daemon took once was checked then, and is its own.
Status OwnMethodologies::take_kept() {
  const std::filesystem::path file = published_methodologies(config_);
  auto message = read_file(file, kMostMessageBytes);
  if (!message && message.error().code == ErrorCode::not_found) return Done{};
  if (!message) return Failure{message.error()};
  const auto bundle = enrol::read_common(std::move(*message));
  if (!bundle) return Failure{bundle.error().with_context(file.string())};
  auto published = measure::read_published(bundle->content, crypto::hasher());
  if (!published) return Failure{published.error().with_context(file.string())};
  if (Status in_force = library_->publish(std::move(*published)); !in_force) return in_force;
  number_ = bundle->number;
  expires_at_ = bundle->expires_at;
  return Done{};
}

Status OwnMethodologies::start(std::function<std::string()> put_off, std::function<void(std::uint64_t)> used,
                               std::function<void()> in_force) {
  in_force_ = std::move(in_force);
  const enrol::EstPlace* const at = place();
  if (at == nullptr) return Done{};
  enrol::BundleKeeper::Options options{{at->get().beside_est(), *slots_, own_.vault(), clock_},
                                       random_,
                                       *at,
                                       [this] { return number(); },
                                       [this] { return expires_at_.load(); },
                                       std::move(put_off),
                                       [this](enrol::CommonBundle bundle) { return adopt(std::move(bundle)); },
                                       std::move(used)};
  keeper_ = enrol::BundleKeeper::start(std::move(options), log_);
  return Done{};
}

/// The file first: where the daemon ends behind that, its next start goes on with them. A sale that is measured meanwhile goes by
/// the ones or by the others, and its claim says by which.
Status OwnMethodologies::adopt(enrol::CommonBundle bundle) {
  auto published = measure::read_published(bundle.content, crypto::hasher());
  if (!published) return Failure{published.error()};
  if (Status written = write_file_durably(published_methodologies(config_), bundle.message); !written) return written;
  const bool others = bundle.number != number_;
  if (others) {
    if (Status in_force = library_->publish(std::move(*published)); !in_force) return in_force;
  }
  number_ = bundle.number;
  expires_at_ = bundle.expires_at;
  if (others && in_force_) in_force_();
  return Done{};
}

std::vector<std::string> OwnMethodologies::words() const {
  std::vector<std::string> all;
  if (!keeper_) return all;
  if (std::string why = keeper_->words(); !why.empty()) all.push_back(std::move(why));
  if (number_ != 0 && clock_.unix_seconds() >= expires_at_) {
    all.push_back("the programme's methodologies number " + std::to_string(number_) +
                  " go on, though they were to be confirmed by " + utc_text(expires_at_) +
                  ": is the service reached, and does it sign them?");
  }
  return all;
}

}  // namespace greentill::app

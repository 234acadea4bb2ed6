// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/own_settings.hpp"

#include <future>

#include "daemon/app/choices.hpp"

namespace greentill::app {

namespace {

Status check_est(const identity::Settings& settings) {
  if (settings.est.empty()) return Done{};
  const auto server = enrol::EstServer::parse(settings.est);
  return server ? Status(Done{}) : Status(Failure{server.error().with_context("est.server")});
}

}  // namespace

Status OwnSettings::load() {
  auto settings = identity::load_settings(config_.settings, own_.vault());
  if (!settings) return Failure{settings.error()};
  if (Status ours = identity::check_settings_of(*settings, own_.device().device_id()); !ours) {
    return Failure{ours.error().with_context(config_.settings.string())};
  }
  if (Status read = check_est(*settings); !read) return Failure{read.error().with_context(config_.settings.string())};
  if (own_.place() != nullptr) own_.place()->name(settings->est);
  in_use_ = &all_.emplace_back(std::move(*settings));
  return Done{};
}

Status OwnSettings::keep_number(outbox::Reader& reader, outbox::Writer& writer) {
  const auto had = reader.settings_number();
  if (!had) return Failure{had.error()};
  if (get().number < *had) {
    return fail(ErrorCode::conflict, config_.settings.string() + ": these are the settings number " +
                                         std::to_string(get().number) + ", and this device had number " + std::to_string(*had) +
                                         " already; put the latest ones there");
  }
  return get().number == *had ? Status(Done{}) : writer.keep_settings_number(get().number);
}

Status OwnSettings::start(engine::Engine& engine, std::function<std::string()> put_off,
                          std::function<void(const std::string&)> broker_named) {
  enrol::EstPlace* const at = place();
  if (at == nullptr) return Done{};
  broker_named_ = std::move(broker_named);
  enrol::SettingsKeeper::Options options{
      {at->get().beside_est(), *slots_, own_.vault(), clock_},
      random_,
      [this] { return get().number; },
      std::move(put_off),
      *at,
      [this, &engine](enrol::FetchedSettings fetched) { return adopt(engine, std::move(fetched)); }};
  keeper_ = enrol::SettingsKeeper::start(std::move(options), log_);
  return Done{};
}

/// The file first: where the daemon ends behind that, its next start goes on with them.
Status OwnSettings::adopt(engine::Engine& engine, enrol::FetchedSettings fetched) {
  if (const auto fits = choose_roots(config_, fetched.settings); !fits) return Failure{fits.error()};
  if (Status read = check_est(fetched.settings); !read) return read;
  if (Status written = own_.vault().write(config_.settings, identity::kSettingsName, fetched.text.view(), random_); !written) {
    return written;
  }
  const identity::Settings& next = all_.emplace_back(std::move(fetched.settings));
  auto roots = choose_roots(config_, next);
  if (!roots) return Failure{roots.error()};
  std::promise<Status> adopted;
  engine.adopt(next, std::move(*roots), [&adopted](const Status& status) { adopted.set_value(status); });
  Status status = adopted.get_future().get();
  if (!status) return status;
  in_use_ = &next;
  own_.place()->name(next.est);
  broker_named_(next.broker);
  return status;
}

}  // namespace greentill::app

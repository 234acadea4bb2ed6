// SPDX-License-Identifier: Apache-2.0
#include "tools/fleet-sim/fleet.hpp"

#include <sys/resource.h>

#include <charconv>

#include "daemon/base/broker_address.hpp"
#include "daemon/crypto/hasher.hpp"

namespace greentill::fleet_sim {
namespace {

// libmosquitto 2.0.11 opens a pair of sockets with each connection's own, by which other threads would wake it.
constexpr std::size_t kFilesOfASession = 3;
constexpr std::size_t kOtherFiles = 64;

/// So many sessions at once need open files, which the system limits.
Status make_room_for_files(std::size_t sessions) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  const std::size_t needed = kFilesOfASession * sessions + kOtherFiles;
  if (needed <= limit.rlim_cur) return Done{};
  return fail(ErrorCode::invalid, std::to_string(sessions) + " sessions at once need " + std::to_string(needed) +
                                      " open files, and this process may have " + std::to_string(limit.rlim_cur) +
                                      ", which is enough for " +
                                      std::to_string((limit.rlim_cur - kOtherFiles) / kFilesOfASession) +
                                      ": raise its hard limit (ulimit -Hn), or let them come one after another with --sessions");
}

}  // namespace

Fleet::Fleet(const RunOptions& options)
    : options_(options), manner_(options.manner), folder_(options.folder), gate_(options.at_once) {}

Result<std::unique_ptr<Fleet>> Fleet::open(const RunOptions& options, asio::io_context& loop, Figures& figures) {
  std::unique_ptr<Fleet> fleet(new Fleet(options));
  if (Status ready = fleet->prepare(loop, figures); !ready) return Failure{ready.error()};
  return fleet;
}

Status Fleet::prepare(asio::io_context& loop, Figures& figures) {
  const auto address = parse_broker_address(options_.broker);
  if (!address) return Failure{address.error()};
  manner_.host = address->host;
  std::from_chars(address->port.data(), address->port.data() + address->port.size(), manner_.port);
  auto members = folder_.members();
  if (!members) return Failure{members.error()};
  members_ = std::move(*members);
  const std::size_t at_once = options_.sessions > 0 ? options_.sessions : members_.size();
  if (Status room = make_room_for_files(at_once); !room) return room;
  if (Status room = make_room_for_keys(at_once); !room) return room;
  auto library = measure::Library::load(options_.methodologies, crypto::hasher());
  if (!library) return Failure{library.error()};
  library_ = std::make_unique<measure::Library>(std::move(*library));
  auto trust = identity::ReceiptTrust::load(options_.authorities, options_.receipts);
  if (!trust) return Failure{trust.error()};
  trust_ = std::move(*trust);
  auto tls = Tls::make(options_.authorities, manner_.host);
  if (!tls) return Failure{tls.error()};
  tls_ = std::move(*tls);
  maker_ = std::make_unique<ClaimMaker>(*library_, random_, clock_, options_.seed, options_.customers);
  if (!options_.trips.empty()) {
    if (Status loaded = maker_->load_trips(options_.trips); !loaded) return loaded;
  }
  auto places = folder_.take_places();
  if (!places) return Failure{places.error()};
  places_ = std::move(*places);
  places_.resize(members_.size());
  figures.devices = members_.size();
  world_ = std::make_unique<World>(World{loop, *tls_, manner_, *maker_, random_, clock_, *trust_, gate_, figures, [] {}});
  return Done{};
}

Result<const identity::Settings*> Fleet::settings_of(const std::string& merchant) {
  const auto known = settings_.find(merchant);
  if (known != settings_.end()) return &known->second;
  auto read = identity::load_settings(folder_.settings(merchant));
  if (!read) return Failure{read.error()};
  return &settings_.emplace(merchant, std::move(*read)).first->second;
}

Result<std::unique_ptr<Device>> Fleet::make(std::size_t number) {
  const Member& member = members_[number];
  const auto settings = settings_of(member.merchant);
  if (!settings) return Failure{settings.error()};
  const auto key = folder_.key(member);
  if (!key) return Failure{key.error()};
  const auto certificate = folder_.certificate(member);
  if (!certificate) return Failure{certificate.error()};
  return Device::make(*world_, {member.device, member.kind, *settings}, *key, *certificate, places_[number]);
}

}  // namespace greentill::fleet_sim

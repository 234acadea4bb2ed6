// SPDX-License-Identifier: Apache-2.0
#include "tools/lock-sim/fleet.hpp"

#include <sys/resource.h>

#include <ctime>
#include <filesystem>

#include "daemon/base/calendar.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"

namespace greentill::lock_sim {
namespace {

/// Each lock has its flash open.
void raise_open_files(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

Result<std::unique_ptr<Fleet>> Fleet::make(const FleetOptions& options) {
  std::unique_ptr<Fleet> fleet(new Fleet(options));
  if (Status ready = fleet->prepare(); !ready) return Failure{ready.error()};
  return fleet;
}

Status Fleet::prepare() {
  constexpr std::size_t kOthers = 64;
  raise_open_files(options_.locks + options_.line.lines + kOthers);
  std::error_code error;
  std::filesystem::create_directories(options_.folder, error);
  if (error) return fail(ErrorCode::io, options_.folder + ": " + error.message());
  if (!options_.trips.empty()) {
    if (Status loaded = trips_.load(options_.trips); !loaded) return loaded;
  }
  auto programme = options_.programme_key.empty() ? Programme::own(options_.folder)
                                                  : Programme::load(options_.programme_key, options_.programme_certificate);
  if (!programme) return Failure{programme.error()};
  programme_ = std::move(*programme);
  for (std::size_t i = 0; i < options_.locks; ++i) {
    auto lock = SimLock::open({options_.folder, options_.prefix + std::to_string(i + 1), options_.seed * 1'000'003 + i,
                               *programme_, options_.only_licensed_docks});
    if (!lock) return Failure{lock.error()};
    locks_.push_back(std::move(*lock));
  }
  return options_.list.empty() ? Status(Done{}) : write_list();
}

Status Fleet::write_list() {
  std::string text;
  for (const auto& lock : locks_) text += "[[lock]]\nid = \"" + lock->name() + "\"\nkey = \"" + to_hex(lock->key()) + "\"\n";
  return write_file_durably(options_.list, text);
}

/// The clocks are set first, by so much before now that the rides end before it.
Status Fleet::ride(std::size_t round) {
  const std::int64_t now = std::time(nullptr);
  const std::int64_t span = options_.hours * kSecondsAnHour;
  const std::int64_t begin = now - span + span * static_cast<std::int64_t>(round) / static_cast<std::int64_t>(options_.rounds);
  for (const auto& lock : locks_) {
    if (options_.rides == 0) continue;
    if (Status set = lock->set_time(begin); !set) return set;
    if (options_.cut_within > 0) lock->cut_within(options_.cut_within);
    for (std::size_t i = 0; i < options_.rides; ++i) lock->ride(trips_.draw());
  }
  return Done{};
}

Status Fleet::run() {
  std::vector<SimLock*> all;
  for (const auto& lock : locks_) all.push_back(lock.get());
  for (std::size_t round = 0; round < options_.rounds; ++round) {
    if (Status ridden = ride(round); !ridden) return ridden;
    if (options_.line.dock.empty()) continue;
    if (Status done = dock(all, options_.line); !done) return done;
  }
  return Done{};
}

Sum Fleet::sum() const {
  Sum sum;
  for (const auto& lock : locks_) {
    const firmware::LockState& state = lock->state();
    ++sum.locks;
    sum.rides += state.last_counter;
    sum.acknowledged += state.acknowledged;
    sum.settled += state.settled;
    sum.refused += state.refused;
    sum.power_cuts += lock->power_cuts();
    sum.metres += lock->metres();
  }
  return sum;
}

}  // namespace greentill::lock_sim

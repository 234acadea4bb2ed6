// SPDX-License-Identifier: Apache-2.0
// lock look, and what all commands of one lock tell.
#include "daemon/base/hex.hpp"
#include "tools/cli/lock/telling.hpp"

namespace greentill::cli {

Result<MetLock> meet_lock(const LockOptions& options) {
  auto line = LockLine::open(options.place, std::chrono::seconds(options.patience_s));
  if (!line) return Failure{line.error()};
  auto lock = line->greet();
  if (!lock) return Failure{lock.error()};
  if (Status proven = line->prove(*lock); !proven) return Failure{proven.error()};
  return MetLock{std::move(*line), std::move(*lock)};
}

ExitCode fail_lock(const Output& output, const Error& error) {
  const bool is_file = error.code == ErrorCode::not_found || error.code == ErrorCode::invalid || error.code == ErrorCode::io;
  return output.fail(error.code == ErrorCode::denied ? ExitCode::denied
                     : is_file                       ? ExitCode::bad_file
                                                     : ExitCode::does_not_hold,
                     error.message);
}

Json lock_json(const dock::Hello& lock) {
  return {{"lock", lock.id.empty() ? Json() : Json(lock.id)},
          {"key", to_hex(lock.key)},
          {"key_id", dock::key_id_of(lock.key)},
          {"rides", lock.last},
          {"acknowledged", lock.acknowledged},
          {"settled", lock.settled},
          {"refused", lock.refused},
          {"starts", lock.starts},
          {"last_start", dock::reset_words(lock.reset_reason)},
          {"battery_mv", lock.battery_mv},
          {"state", dock::phase_words(lock.phase)},
          {"clock", dock::clock_words(lock.clock)},
          {"clock_at", lock.time},
          {"settings", lock.settings}};
}

std::string lock_text(const dock::Hello& lock) {
  std::string text = lock.id.empty() ? "a lock that is not provisioned" : "lock " + lock.id;
  text += "\n  its key: " + to_hex(lock.key) + "\n  the key's id: " + dock::key_id_of(lock.key);
  text += std::string("\n  ") + dock::phase_words(lock.phase) + ", battery " + std::to_string(lock.battery_mv) + " mV, clock " +
          dock::clock_words(lock.clock) + ", settings " + std::to_string(lock.settings);
  text += "\n  " + counted(lock.last, "ride") + " made, acknowledged up to " + std::to_string(lock.acknowledged) +
          ", settled up to " + std::to_string(lock.settled) + ", " + std::to_string(lock.refused) + " refused";
  text += "\n  " + counted(lock.starts, "start") + ", the last: " + dock::reset_words(lock.reset_reason) + '\n';
  return text;
}

ExitCode look_at_lock(const LockOptions& options, const Output& output) {
  const auto met = meet_lock(options);
  if (!met) return fail_lock(output, met.error());
  output.answer(lock_json(met->lock), lock_text(met->lock));
  return ExitCode::ok;
}

}  // namespace greentill::cli

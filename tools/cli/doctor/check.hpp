// SPDX-License-Identifier: Apache-2.0
// What greentill doctor looks at has one shape: a check with its state, what was found, and what to do. docs/doctor.md is the
// manual. Threads: pure data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/common/output.hpp"

namespace greentill::doctor {

using cli::Json;

enum class State : std::uint8_t {
  pass,
  unknown,  ///< it could not be looked at, or nothing here tells
  warning,  ///< works, but will not for long, or not as it should
  fail,
};

/// Whose hands are needed: what a technician must know first, and what the exit code says.
enum class Class : std::uint8_t {
  configuration,
  clock,
  disk,      ///< where the state lies: full, read-only, worn, lying
  identity,  ///< key, certificate, settings, enrolment
  store,     ///< damaged, or not the one it was
  daemon,    ///< greentilld does not run, or takes nothing
  network,   ///< of the site: name, port, portal
  broker,    ///< the operator's: its certificate, or what it refuses
  service,   ///< the operator's: does not answer, holds, refuses
  source,    ///< what brings transactions in
  printer,   ///< the printer relay
};

/// What lies behind a check that does not pass. The order ranks: of several that nothing else explains, the first is told first.
enum class Cause : std::uint8_t {
  none,
  configuration,
  disk_read_only,
  disk_full,
  disk_volatile,  ///< what is written is gone with the power
  state_folder,   ///< the daemon may not use it
  clock,
  not_enrolled,
  key,
  certificate,
  certificate_dates,
  settings,
  authorities,
  store_went_back,
  store_damaged,
  store_foreign,
  daemon_down,
  daemon_trouble,
  network_down,
  name,
  port,
  no_tls,
  portal,
  broker_certificate,
  broker_dates,
  tls,
  certificate_refused,
  data_used_up,  ///< of a metered line
  login,
  receipts_untrusted,
  service_clock,
  service_silent,
  service_pause,
  ledger_went_back,
  chain,
  not_taken,
  overdue,
  refused,
  renewal,
  broker_moves,  ///< the one that the settings name is not to be used yet
  source_configuration,
  source_broken,
  source_loses,
  printer,
  log_lost,  ///< nobody reads what greentilld says
  wear,
  slow_disk,
};

struct Check {
  std::string name;
  State state = State::pass;
  Cause cause = Cause::none;  ///< of a warning or a failure
  std::string found;          ///< one line, in this program's own words
  std::string next;           ///< what to do about it; empty where nothing is to be done
  /// What others said of it, plugins say: shown here, and never in the file to send home.
  std::vector<std::string> quoted = {};
  bool foreign = false;         ///< `found` repeats what a server said: likewise
  Json facts = Json::object();  ///< numbers and names of this program's own, for programs and for that file
};

using Checks = std::vector<Check>;

[[nodiscard]] inline Check pass(std::string name, std::string found) {
  return {std::move(name), State::pass, Cause::none, std::move(found), ""};
}
/// `next`: how it can be known after all; empty where it cannot.
[[nodiscard]] inline Check unknown(std::string name, std::string found, std::string next = "") {
  return {std::move(name), State::unknown, Cause::none, std::move(found), std::move(next)};
}
[[nodiscard]] inline Check fails(std::string name, Cause cause, std::string found, std::string next) {
  return {std::move(name), State::fail, cause, std::move(found), std::move(next)};
}
[[nodiscard]] inline Check warns(std::string name, Cause cause, std::string found, std::string next) {
  return {std::move(name), State::warning, cause, std::move(found), std::move(next)};
}

[[nodiscard]] std::string_view to_string(State state);
[[nodiscard]] std::string_view to_string(Class one);
[[nodiscard]] std::string_view to_string(Cause cause);
[[nodiscard]] Class class_of(Cause cause);
/// Who mends what is of that class: "this device", "the site's network", "the operator".
[[nodiscard]] std::string_view whose(Class one);

}  // namespace greentill::doctor

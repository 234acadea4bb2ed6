// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/doctor/doctor.hpp"

#include <sys/resource.h>

#include <array>

#include "daemon/base/system.hpp"
#include "tools/cli/doctor/collect.hpp"
#include "tools/cli/doctor/rank.hpp"
#include "tools/cli/doctor/report.hpp"
#include "tools/cli/doctor/scene.hpp"

namespace greentill::doctor {
namespace {

// The way of a claim, from the disk to the service; the clock comes last, since the others tell of it.
constexpr std::array kChecks{&check_configuration, &check_disk,  &check_identity_files, &check_slots,    &check_daemon,
                             &check_store,         &check_line,  &check_est_server,     &check_delivery, &check_renewal,
                             &check_sources,       &check_relay, &check_clock};

}  // namespace

cli::ExitCode run_doctor(const DoctorOptions& options, const cli::Output& output) {
  // The device's key is in this process's memory for a handshake.
  constexpr rlimit kNoCore{0, 0};
  ::setrlimit(RLIMIT_CORE, &kNoCore);
  const SystemClock clock;
  Scene scene{.config_file = options.config, .endpoint_options = options.endpoint, .clock = clock};
  scene.patience = std::chrono::seconds(options.patience_s);
  scene.installation = app::find_installation();
  Checks checks;
  for (const auto check : kChecks) check(scene, checks);
  const auto ranked = rank(checks);
  const Json report = report_json(checks, ranked);
  output.answer(report, report_text(checks, ranked));
  const int code = exit_code(checks, ranked);
  if (options.collect.empty()) return static_cast<cli::ExitCode>(code);
  if (Status written = write_collected(options.collect, collected(scene, checks, report)); !written) {
    output.err << "greentill: " << printable(written.error().message) << '\n';
    return cli::ExitCode::bad_file;
  }
  if (!output.json)
    output.out << "\n" << printable(options.collect) << " can be sent home: no key, token, code or name is in it\n";
  return static_cast<cli::ExitCode>(code);
}

}  // namespace greentill::doctor

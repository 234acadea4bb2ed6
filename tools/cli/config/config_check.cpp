// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/config/config_check.hpp"

#include "daemon/app/choices.hpp"
#include "daemon/base/system.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tools/cli/config/daemon_user.hpp"
#include "tools/cli/config/identity_check.hpp"
#include "tools/cli/config/plugin_check.hpp"

namespace greentill::cli {
namespace {

void check_state(const app::Config& config, const DaemonUser& user, tools::Findings& into) {
  std::error_code error;
  std::filesystem::path folder = std::filesystem::absolute(config.state_folder, error);
  // What is missing is made at the first start, in what is there.
  while (!error && !std::filesystem::exists(folder, error) && folder.has_parent_path()) folder = folder.parent_path();
  user.need_folder(folder, "device.state", true, into);
}

}  // namespace

tools::Findings examine(const app::Config& config, const app::Installation& installation, const Clock& clock) {
  tools::Findings found;
  const DaemonUser user = DaemonUser::of_key(config.key);
  tools::check_clock(clock, config.outbox, "the store", found);
  check_identity(config, user, clock, found);
  check_rest(config, installation, user, found);
  return found;
}

void check_rest(const app::Config& config, const app::Installation& installation, const DaemonUser& user, tools::Findings& into) {
  check_state(config, user, into);
  const crypto::Hasher hasher;
  const auto library = measure::Library::load(config.methodologies, hasher);
  if (!library) into.problems.push_back(library.error().with_context("methodologies.folder").message);
  if (const Status preferred = library ? app::check_preferred(config, *library) : Status(Done{}); !preferred) {
    into.problems.push_back(preferred.error().message);
  }
  check_plugins(config, installation.plugins, library ? &*library : nullptr, user, into);
}

ExitCode check_config(const std::filesystem::path& file, const Output& output) {
  const app::Installation installation = app::find_installation();
  const auto config = app::load_config(file, installation);
  if (!config && config.error().code != ErrorCode::invalid) return output.fail(ExitCode::bad_file, config.error().message);
  tools::Findings found;
  if (config) {
    found = examine(*config, installation, SystemClock());
  } else {
    for (const Error& error : app::find_config_errors(file, installation)) found.problems.push_back(error.message);
  }
  output.answer(found.json<Json>(file), found.text(file));
  return found.holds() ? ExitCode::ok : ExitCode::does_not_hold;
}

}  // namespace greentill::cli

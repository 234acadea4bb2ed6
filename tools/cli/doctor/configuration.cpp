// SPDX-License-Identifier: Apache-2.0
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "tools/cli/doctor/scene.hpp"

namespace greentill::doctor {
namespace {

/// The daemon runs as whoever owns its state, or its key.
void find_user(Scene& scene) {
  struct stat state {};
  const std::filesystem::path folder = scene.state();
  if (::stat(folder.c_str(), &state) != 0 && (!scene.config || ::stat(scene.config->key.c_str(), &state) != 0)) {
    scene.may_all = ::geteuid() == 0;
    return;
  }
  const passwd* entry = ::getpwuid(state.st_uid);
  scene.user = entry != nullptr ? entry->pw_name : "#" + std::to_string(state.st_uid);
  scene.may_all = ::geteuid() == 0 || ::geteuid() == state.st_uid;
}

Check of_errors(const Scene& scene) {
  const auto errors = app::find_config_errors(scene.config_file, scene.installation);
  const std::string file = scene.config_file.string();
  std::string found = errors.empty() ? file + ": it cannot be read" : errors.front().message;
  if (errors.size() > 1) found += "; and " + std::to_string(errors.size() - 1) + " more";
  Check check = fails("configuration", Cause::configuration, found,
                      "mend it and start greentilld anew; greentill config check " + file + " tells all that is wrong");
  check.facts["errors"] = errors.size();
  check.foreign = true;  // it may repeat what stands in the file
  return check;
}

}  // namespace

void check_configuration(Scene& scene, Checks& into) {
  const std::string file = scene.config_file.string();
  if (::access(file.c_str(), R_OK) != 0 && errno == EACCES) {
    find_user(scene);
    into.push_back(unknown("configuration", file + ": you may not read it, so that little else can be known",
                           "run it as root: sudo greentill doctor"));
    return;
  }
  auto config = app::load_config(scene.config_file, scene.installation);
  if (config) scene.config = std::move(*config);
  find_user(scene);
  if (scene.config) {
    into.push_back(pass("configuration", file + " can be read as it is meant to be"));
  } else if (config.error().code == ErrorCode::not_found) {
    into.push_back(fails("configuration", Cause::configuration, config.error().message,
                         "put the operator's configuration there, or name another one with --config"));
  } else {
    into.push_back(of_errors(scene));
  }
  Check& check = into.back();
  if (!scene.config) return;
  check.facts["uplink"] = scene.config->uplink.has_value();
  check.facts["enrolment"] = scene.config->enrolment.has_value();
  check.facts["sealed"] = !scene.config->wrapping_key.empty();
  check.facts["sources"] = scene.config->sources.size();
  check.facts["detectors"] = scene.config->detectors.size();
  check.facts["keep_days"] = scene.config->keep_days;
}

}  // namespace greentill::doctor

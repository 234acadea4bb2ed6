// SPDX-License-Identifier: Apache-2.0
// A device that enrols: which of its two slots is in use, what the other holds, and how far an enrolment has come.
#include <unistd.h>

#include <cerrno>

#include "daemon/base/file.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/base/text.hpp"
#include "daemon/enrol/state.hpp"
#include "daemon/identity/slots.hpp"
#include "tools/cli/doctor/scene.hpp"

namespace greentill::doctor {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

/// How the enrolment that is not over came so far.
Check of_enrolment(const identity::Slots& slots, Check check) {
  const enrol::StateFiles files(slots);
  const auto state = files.load();
  const std::string again = "; then run greentill enrol again as the user that greentilld runs as: it goes on with the same key";
  if (!state) {
    check.found += ": " + state.error().message;
    return check;
  }
  if (!*state) {
    check.found += ": greentill enrol has not been run, or was not begun";
    return check;
  }
  check.facts["begun"] = true;
  check.facts["confirmed"] = !(*state)->anchors.empty();
  const auto refusal = files.last_error();
  if (refusal) {
    check.found += ": the last try on " + utc_text(refusal->at) + " failed: " + refusal->message;
    check.next = "mend that" + again;
    check.foreign = true;
  } else if ((*state)->anchors.empty()) {
    check.found += ": an enrolment was begun, and the operator's server is not confirmed by its fingerprint";
    check.next = "compare the fingerprint with the operator's" + again;
  } else {
    check.found += ": an enrolment was begun, and cut off before the certificate came";
    check.next = "run greentill enrol again: it goes on with the same key and code";
  }
  return check;
}

Check of_slots(const identity::Slots& slots, const Scene& scene) {
  const std::string folder = slots.folder().string();
  if (::access(folder.c_str(), R_OK | X_OK) != 0 && errno == EACCES) {
    return unknown("enrolment", folder + ": you may not look into it", scene.as_daemon());
  }
  const auto used = slots.current();
  if (!used) return fails("enrolment", Cause::key, used.error().message, "put the link right, and start greentilld anew");
  if (!*used) {
    return of_enrolment(slots, fails("enrolment", Cause::not_enrolled, "this device is not enrolled",
                                     "run greentill enrol as the user that greentilld runs as"));
  }
  const identity::Slot spare = identity::other(**used);
  const bool waits = is_there(slots.certificate(spare));
  Check check = pass("enrolment",
                     folder + ": the slot " + static_cast<char>(**used) + " is in use" +
                         (waits ? ", and the other holds a certificate besides: the former one, or one still to be tried" : ""));
  check.facts["slot"] = std::string(1, static_cast<char>(**used));
  check.facts["spare_key"] = is_there(slots.key(spare));
  check.facts["spare_certificate"] = waits;
  return check;
}

}  // namespace

void check_slots(Scene& scene, Checks& into) {
  if (!scene.config || !scene.config->enrolment) return;
  into.push_back(of_slots(identity::Slots(scene.config->enrolment->folder), scene));
}

}  // namespace greentill::doctor

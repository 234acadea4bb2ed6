// SPDX-License-Identifier: Apache-2.0
// The store: whether it is whole, and the one that it was.
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "daemon/outbox/inspect.hpp"
#include "tools/cli/claims/members.hpp"
#include "tools/cli/doctor/running.hpp"
#include "tools/cli/doctor/scene.hpp"

namespace greentill::doctor {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kWholeUpTo = 256u << 20;  // read within a second or two

/// What recoveries left beside the store.
std::size_t set_aside(const fs::path& store) {
  std::size_t count = 0;
  std::error_code error;
  const std::string begin = store.filename().string() + ".damaged-";
  for (fs::directory_iterator one(store.parent_path(), error), end; !error && one != end; one.increment(error)) {
    const std::string name = one->path().filename().string();
    if (name.starts_with(begin) && !name.ends_with("-wal")) ++count;
  }
  return count;
}

Cause cause_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::corrupt: return Cause::store_damaged;
    case ErrorCode::conflict: return Cause::store_went_back;
    default: return Cause::store_foreign;
  }
}

Check of_error(const Error& error, const Scene& scene) {
  if (error.code == ErrorCode::denied) return unknown("store", error.message, scene.as_daemon());
  if (error.code == ErrorCode::unavailable) return unknown("store", error.message, "try again: somebody had it open");
  const bool mends_itself = error.code == ErrorCode::corrupt;
  return fails("store", cause_of(error.code), error.message,
               mends_itself ? "copy the state's folder for a later look, then start greentilld: systemctl restart greentilld"
                            : "do that, then start greentilld: systemctl start greentilld");
}

/// Of a daemon that runs.
Check of_status(const Scene& scene, const fs::path& store) {
  std::error_code error;
  if (fs::exists(store.string() + ".recover", error)) {
    return warns(
        "store", Cause::store_damaged,
        store.string() + ": was found damaged: it is set aside, and what can be read taken over, at greentilld's next start",
        "systemctl restart greentilld, then have the disk looked at");
  }
  const Json& status = *scene.status;
  if (!cli::member_at(status, "/chain").is_object())
    return unknown("store", "greentilld has begun no chain yet, or cannot read its own");
  Check check = pass("store", "its chain ends at claim " + cli::text_at(status, "/chain/seq") + ", delivered up to " +
                                  cli::text_at(status, "/chain/delivered_seq"));
  check.facts["seq"] = cli::member_at(status, "/chain/seq");
  check.facts["delivered_seq"] = cli::member_at(status, "/chain/delivered_seq");
  return check;
}

Check of_files(const Scene& scene) {
  const app::Config& config = *scene.config;
  const fs::path folder = config.outbox.parent_path();
  if (::access(folder.c_str(), R_OK | X_OK) != 0 && errno == EACCES) {
    return unknown("store", folder.string() + ": you may not look into it", scene.as_daemon());
  }
  if (lock_holder(config.outbox.string() + ".lock", scene.proc))
    return unknown("store", config.outbox.string() + ": a process has it open");
  outbox::Options options{.path = config.outbox};
  options.mark = config.state_folder / "store.mark";
  options.traces = {config.state_folder / "boot", config.state_folder / "bearer.key"};
  const auto found = outbox::inspect(options, kWholeUpTo);
  if (!found) return of_error(found.error(), scene);
  if (!found->is_there)
    return pass("store", config.outbox.string() + ": there is none yet: greentilld makes it at its first start");
  Check check = pass("store", config.outbox.string() + ": whole" + (found->read_through ? "" : " as far as it was looked at") +
                                  ", and the one it was; " +
                                  std::to_string(found->seq - std::min(found->seq, found->delivered_seq)) + " claims wait in it");
  check.facts = {{"seq", found->seq}, {"delivered_seq", found->delivered_seq}, {"read_through", found->read_through}};
  return check;
}

}  // namespace

void check_store(Scene& scene, Checks& into) {
  if (!scene.config) {
    into.push_back(unknown("store", "without its configuration greentilld's store is not known"));
    return;
  }
  Check check = scene.status ? of_status(scene, scene.config->outbox) : of_files(scene);
  if (const std::size_t aside = set_aside(scene.config->outbox); aside > 0) {
    check.found += "; " + std::to_string(aside) + " damaged one" + (aside > 1 ? "s were" : " was") +
                   " set aside before: has the disk been looked at?";
    check.facts["set_aside"] = aside;
  }
  into.push_back(std::move(check));
}

}  // namespace greentill::doctor

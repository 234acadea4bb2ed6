// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/service/replaying.hpp"

#include "daemon/base/calendar.hpp"
#include "tools/credit-service/registry/journal.hpp"

namespace greentill::credit {

Result<Replayed> replay_missing(Store& store, Desk& desk, const std::filesystem::path& database) {
  Replayed made;
  desk.begin_with([&]() -> Status {
    const auto missing = lines_missing(RegistryJournal(database), store.registry());
    if (!missing) return Failure{missing.error()};
    for (const JournalLine& line : *missing) {
      if (Status replayed = replay(line, store.registry()); !replayed) return replayed;
      made.devices.merge(devices_of(line));
      made.methodologies = made.methodologies || changes_methodologies(line);
    }
    made.changes = missing->size();
    return Done{};
  });
  Status followed = desk.follow(made.devices);
  if (followed && made.methodologies) followed = desk.methodologies_changed(kSecondsADay);
  return followed ? Result<Replayed>(std::move(made)) : Result<Replayed>(Failure{followed.error()});
}

}  // namespace greentill::credit

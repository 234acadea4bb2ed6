// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/registry/changing.hpp"

namespace greentill::credit {

Status change_registry_within(RegistryStore& store, const RegistryJournal& journal, const Author& author,
                              const std::function<Status(Registry&)>& work) {
  RecordingStore recording(store);
  const auto before = recording.registry_step();
  const auto ledger = recording.ledger_id();
  if (!before) return Failure{before.error()};
  if (!ledger) return Failure{ledger.error()};
  if (!journal.ends_at(*before, *ledger)) {
    if (Status complete = check_complete(journal, recording); !complete) return complete;
  }
  Registry registry(recording, author);
  if (Status done = work(registry); !done) return done;
  if (recording.puts().empty()) return Done{};  // it was so already
  const auto step = recording.registry_step();
  if (!step) return Failure{step.error()};
  return journal.append({*step, recording.puts()}, *ledger);
}

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
// A change of the registry, kept in the file beside the database before it is committed. Threads: one.
#pragma once

#include <functional>

#include "tools/credit-service/registry/journal.hpp"
#include "tools/credit-service/registry/registry.hpp"

namespace greentill::credit {

/// Runs `work` within a transaction of the store's that has begun, and appends what it put to the file. Where this fails the
/// transaction is to be rolled back; conflict where the file has changes that the store lacks.
Status change_registry_within(RegistryStore& store, const RegistryJournal& journal, const Author& author,
                              const std::function<Status(Registry&)>& work);

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
// What the commands have in common that decide of held claims, chains and devices. Threads: one.
#pragma once

#include <filesystem>
#include <functional>

#include "tools/credit-service/cli/registry_change.hpp"
#include "tools/credit-service/config/config.hpp"
#include "tools/credit-service/ledger/desk.hpp"

namespace greentill::credit {

/// Opens the ledger that the configuration names, for what a person decides.
Status with_desk(const Config& config, const std::function<Status(Store&, Desk&)>& work);

/// Runs `first` at the begin of the first transaction of `decide`, and notes it as a change of the registry.
Status decide_at_desk(const std::filesystem::path& config, const Given& given, const std::function<Status(Registry&)>& first,
                      const std::function<Status(Desk&)>& decide);

/// Revokes or trusts a device, and follows it in the ledger.
Status change_and_follow(const std::filesystem::path& config, const Given& given, const std::function<Status(Registry&)>& work);

}  // namespace greentill::credit

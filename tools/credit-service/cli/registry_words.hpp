// SPDX-License-Identifier: Apache-2.0
// What the registry holds, in the words of lists and pages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/credit-service/cli/registry.hpp"
#include "tools/credit-service/registry/things.hpp"

namespace greentill::credit {

using Cells = std::vector<std::string>;

std::string time_or_nothing(const std::optional<std::int64_t>& time);
/// "4, 7 (reversals)".
std::string roots_of(const Assignment& assignment);
/// "in use", "replaced" or "revoked".
std::string state_of(const DeviceKey& key);
/// "up to seq 5 of chain 0102030405060708"; empty where the key has no end.
std::string end_of(const DeviceKey& key);
/// "device" of the command "device show".
std::string kind_of(const Given& given);

}  // namespace greentill::credit

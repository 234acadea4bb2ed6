// SPDX-License-Identifier: Apache-2.0
// Which act of its event a stored claim is of. Threads: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "daemon/identity/settings.hpp"
#include "daemon/measure/library.hpp"

namespace greentill::engine {

/// What tells the acts of one event from another.
struct Act {
  std::string group;
  std::uint64_t line = 0;
  friend bool operator==(const Act&, const Act&) = default;
};

struct Claimed;

/// Sets which act of the event each claim is of. That is not written in a claim; but its nullifier is made of it, so lines are
/// tried until one gives it. Left out are claims whose root, key version or methodology is not at hand any more. `issuer` is the
/// source's own name.
void name_acts(std::span<Claimed> claims, std::string_view issuer, std::string_view event, const identity::Settings& settings,
               const measure::Library& library);

}  // namespace greentill::engine

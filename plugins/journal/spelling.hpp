// SPDX-License-Identifier: Apache-2.0
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "daemon/base/text.hpp"

namespace greentill::journal {

/// What is left of a kind's name where its spelling does not count: "electric_scooter", "Electric Scooter" and "electric-scooter"
/// are one.
inline std::string spelling(std::string_view name) {
  std::string plain = lower_case(name);
  std::erase_if(plain, [](char c) { return c == ' ' || c == '_' || c == '-'; });
  return plain;
}

}  // namespace greentill::journal

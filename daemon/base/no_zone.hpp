// SPDX-License-Identifier: Apache-2.0
// Why a named time zone was not found. Threads: as what is asked.
#pragma once

#include <exception>
#include <string>

namespace greentill {

/// `locate`: looks a name up in the database, and throws a std::exception where it has none such, as it did for `name`.
template <typename Locate>
[[nodiscard]] std::string why_no_zone(const std::string& name, const Locate& locate) {
  try {
    locate("Etc/UTC");  // which each database has
  } catch (const std::exception&) {
    return "this machine has no time zone database, so that no zone is known: install the package tzdata";
  }
  return "there is no time zone '" + name + "'; name one of the IANA database, such as Europe/Helsinki";
}

}  // namespace greentill

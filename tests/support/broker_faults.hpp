// SPDX-License-Identifier: Apache-2.0
// What a broker may refuse or announce, as scripts, by the first column of the tables in docs/troubleshooting.md.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/scripted_broker.hpp"
#include "tests/support/troubleshooting.hpp"

namespace greentill::test {

inline constexpr std::string_view kRefusals = "The broker refuses";
inline constexpr std::string_view kAnnouncements = "What the broker announces";

/// Calls `check` for each row of the table with the script that makes it. Throws std::runtime_error where a row has no script, or
/// a script no row.
void for_each_fault(std::string_view heading, const std::function<void(const Trouble&, const Script&)>& check);

}  // namespace greentill::test

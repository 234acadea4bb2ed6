// SPDX-License-Identifier: Apache-2.0
// Which programs run, and who holds a file's lock, as the kernel tells it (proc(5)). Threads: any.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace greentill::doctor {

/// The command lines of all programs of that name that this user may see, each a list of its words.
std::vector<std::vector<std::string>> command_lines(const std::string& program, const std::filesystem::path& proc);

/// The process that holds the file by flock(2); nothing where nobody does, or it cannot be told.
std::optional<int> lock_holder(const std::filesystem::path& file, const std::filesystem::path& proc);

}  // namespace greentill::doctor

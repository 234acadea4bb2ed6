// SPDX-License-Identifier: Apache-2.0
// A program's command line as data: man pages and completion are made from what makes --help, so that they cannot differ.
// tools/manual reads it while building. Threads: pure functions.
#pragma once

#include <string>

namespace CLI {  // NOLINT(readability-identifier-naming): as the library has it
class App;
}

namespace greentill::command_line {

/// One JSON object: `name`, `description`, `footer`, `options` (`names`, `value`: what it is called in --help, empty for a flag;
/// `choices`, `description`, `default`, `environment`, `required`, `many`), `arguments` (the same with one name), `inherits`:
/// whether the program's options may stand behind this command too; `commands` (the same object again). What --help leaves out is
/// left out.
std::string describe(const CLI::App& app);

/// Where the command line is `--describe-command-line` alone, which no --help shows: writes the description to standard output
/// and returns true.
bool describe_if_asked(const CLI::App& app, int argc, const char* const* argv);

}  // namespace greentill::command_line

// SPDX-License-Identifier: Apache-2.0
// Asks the person at the terminal. Threads: one.
#pragma once

#include <string>

#include "daemon/base/error.hpp"
#include "daemon/crypto/secret.hpp"

namespace greentill::cli {

/// Whether standard input and standard error are a terminal.
[[nodiscard]] bool is_at_terminal();

/// Writes the question to standard error, and reads a line without its end and blanks. invalid where nothing is typed.
Result<std::string> ask_line(const std::string& question);

/// As above, without showing what is typed. The terminal is as it was when this returns.
Result<crypto::Secret> ask_secret(const std::string& question);

/// The first line of standard input, which is not a terminal; invalid where there is none, or it has more than 1,000 bytes.
Result<crypto::Secret> read_secret_line();

}  // namespace greentill::cli

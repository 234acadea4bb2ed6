// SPDX-License-Identifier: Apache-2.0
// What the system says by an error number, and what to do about it where the process has no file descriptor left.
#pragma once

#include <string>

namespace greentill {

/// Whether an error number says that the process, or the system, is out of file descriptors.
[[nodiscard]] bool is_out_of_descriptors(int error);

/// "Too many open files: the process may open 1024 files at once; raise LimitNOFILE in its unit, or ulimit -n"; of any other
/// error the system's own text.
[[nodiscard]] std::string system_words(int error);

}  // namespace greentill

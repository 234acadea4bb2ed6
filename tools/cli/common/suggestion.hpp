// SPDX-License-Identifier: Apache-2.0
// What somebody may have meant who mistyped a command, an option or a value. Threads: pure functions.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/spelling.hpp"

namespace greentill::cli {

/// "; did you mean \"status\"?", or empty where no known word is near.
template <typename Words>
[[nodiscard]] std::string did_you_mean(std::string_view word, const Words& known) {
  const std::string near = nearest(word, known);
  return near.empty() ? std::string() : "; did you mean " + near + "?";
}

/// A value that must be one of these names.
[[nodiscard]] CLI::Validator one_of(std::vector<std::string> names);

/// What is wrong with the first word of a command line that is no command or option where it stands. Empty where each is known:
/// then what CLI11 says is to the point.
[[nodiscard]] std::string unknown_word(const CLI::App& program, int argc, const char* const* argv);

}  // namespace greentill::cli

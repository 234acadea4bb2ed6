// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/common/input_file.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <system_error>

namespace greentill::cli {

ExitCode with_input(const std::string& name, const Output& output, const std::function<ExitCode(std::istream&)>& use) {
  if (name == "-") return use(std::cin);
  std::error_code ignored;
  if (std::filesystem::is_directory(name, ignored)) return output.fail(ExitCode::bad_file, name + ": is a folder");
  errno = 0;
  std::ifstream file(name, std::ios::binary);
  if (file) return use(file);
  const std::string reason = errno == 0 ? std::string() : ": " + std::generic_category().message(errno);
  return output.fail(ExitCode::bad_file, name + ": cannot be opened" + reason);
}

std::uint64_t size_of_input(const std::string& name) {
  std::error_code error;
  const auto size = std::filesystem::file_size(name, error);
  return error ? 0 : size;
}

}  // namespace greentill::cli

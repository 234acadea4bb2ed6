// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/common/input_file.hpp"

#include <cerrno>
#include <system_error>

namespace greentill::cli {

Result<std::ifstream> open_input(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return fail(ErrorCode::invalid, path.string() + ": is a folder");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (file) return file;
  const int number = errno;
  const std::string reason = number == 0 ? std::string() : ": " + std::generic_category().message(number);
  return fail(number == ENOENT ? ErrorCode::not_found : ErrorCode::io, path.string() + ": cannot be opened" + reason);
}

}  // namespace greentill::cli

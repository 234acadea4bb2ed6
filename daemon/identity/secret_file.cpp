// SPDX-License-Identifier: Apache-2.0
#include "daemon/identity/secret_file.hpp"

#include <system_error>

#include "daemon/base/file.hpp"

namespace greentill::identity {

Result<std::string> read_secret(const std::filesystem::path& path) {
  using std::filesystem::perms;
  std::error_code error;
  const perms mode = std::filesystem::status(path, error).permissions();
  // A file that is not there is read_file's to report.
  if (!error && mode != perms::unknown && (mode & (perms::group_all | perms::others_all)) != perms::none) {
    return fail(ErrorCode::denied, path.string() + ": holds a key and is open to others than its owner; run chmod 600 on it");
  }
  return read_file(path, 64u << 10);
}

}  // namespace greentill::identity

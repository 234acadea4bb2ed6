// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/verify/certificate_folder.hpp"

#include "daemon/base/file.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kMaxFileBytes = 64u << 10;

}  // namespace

Result<std::vector<std::filesystem::path>> certificate_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const auto extension = entry->path().extension();
    if (extension == ".pem" || extension == ".crt") files.push_back(entry->path());
  }
  if (error) return fail(ErrorCode::io, folder.string() + ": the devices' certificates cannot be listed: " + error.message());
  return files;
}

Result<std::vector<crypto::Certificate>> read_certificates(const std::filesystem::path& file) {
  const auto pem = read_file(file, kMaxFileBytes);
  if (!pem) return Failure{pem.error()};
  auto certificates = crypto::Certificate::all_from_pem(*pem);
  if (!certificates) return Failure{certificates.error().with_context(file.string())};
  return certificates;
}

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
// The files of the devices' certificates: every *.pem and *.crt of a folder. Threads: pure functions.
#pragma once

#include <filesystem>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/crypto/certificate.hpp"

namespace greentill::credit {

/// The folder's certificate files, in no order; io where it cannot be listed.
Result<std::vector<std::filesystem::path>> certificate_files(const std::filesystem::path& folder);

/// Every certificate of one such file, of at most 64 KiB. Errors name the file.
Result<std::vector<crypto::Certificate>> read_certificates(const std::filesystem::path& file);

}  // namespace greentill::credit

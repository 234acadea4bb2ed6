// SPDX-License-Identifier: Apache-2.0
// greentill verify --tree-certificate: checks a certificate of trees without network. docs/tree-certificate.md, "What verify
// sees".
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/cli/common/output.hpp"

namespace greentill::cli {

struct VerifyCertificateCommand {
  std::filesystem::path file;                ///< the secured credential, or what a paper's code says
  std::filesystem::path anchors;             ///< PEM of the authorities
  std::vector<std::filesystem::path> lists;  ///< of states
  std::filesystem::path paper;               ///< what the code of a paper says; empty: none
};
ExitCode verify_certificate(const VerifyCertificateCommand& command, const Output& output);

}  // namespace greentill::cli

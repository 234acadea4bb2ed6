// SPDX-License-Identifier: Apache-2.0
// greentill verify: checks a file of claims, without daemon or network. docs/cli.md is the manual.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/cli/common/output.hpp"

namespace greentill::cli {

struct VerifyCommand {
  std::string file;
  std::vector<std::filesystem::path> certificates;
  std::filesystem::path methodologies;
  std::filesystem::path bundle;     ///< what the programme published of them, as signed; empty: none; else signers are needed
  std::filesystem::path authority;  ///< empty: none
  std::vector<std::filesystem::path> signers;  ///< certificates of those who sign consents, receipts and bundles
  std::filesystem::path locks;                 ///< the file of locks; empty: none
  std::filesystem::path receipts;              ///< empty: none; else signers are needed
  bool partial = false;
  unsigned threads = 0;
  bool progress = false;
};
ExitCode verify_file(const VerifyCommand& command, const Output& output);

}  // namespace greentill::cli

// SPDX-License-Identifier: Apache-2.0
// greentill escpos show: what a print job says, and what the escpos source makes of it. docs/escpos.md is the manual.
#pragma once

#include <string>

#include "tools/cli/common/output.hpp"

namespace greentill::cli {

struct ShowReceiptsOptions {
  std::string file;                    ///< "-": standard input
  std::string profile = "generic-en";  ///< a name, or a path where it holds a slash
  std::string profiles;                ///< the folder of the names; empty: the installation's
  std::string zone;                    ///< empty: the profile's, else UTC
  std::string currency;                ///< empty: the profile's
};
ExitCode show_receipts(const ShowReceiptsOptions& options, const Output& output);

}  // namespace greentill::cli

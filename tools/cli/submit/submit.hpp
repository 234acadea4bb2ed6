// SPDX-License-Identifier: Apache-2.0
// greentill submit: hands the transactions of a file to the daemon. docs/cli.md is the manual.
#pragma once

#include <chrono>
#include <cstdint>
#include <istream>
#include <string>

#include "tools/cli/client/daemon_client.hpp"
#include "tools/cli/common/output.hpp"

namespace greentill::cli {

struct SubmitOptions {
  std::string file;  ///< for messages
  bool progress = false;
  std::uint64_t size = 0;                      ///< of the file in bytes; 0 where it is not known
  std::chrono::milliseconds patience{60'000};  ///< how long to keep asking a daemon that cannot take more now
  std::chrono::milliseconds first_wait{200};   ///< the first pause before asking again; doubled each time, up to 10 s
};
ExitCode submit(DaemonClient& daemon, std::istream& in, const SubmitOptions& options, const Output& output);

}  // namespace greentill::cli

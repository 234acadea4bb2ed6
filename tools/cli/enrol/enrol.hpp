// SPDX-License-Identifier: Apache-2.0
// The command that puts a device into service; docs/cli.md, "enrol". Threads: one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "tools/cli/common/output.hpp"

namespace greentill::cli {

struct EnrolOptions {
  std::string server;            ///< the EST server's URL; empty: the configuration's, or asked for
  std::string device;            ///< empty: asked for
  std::string fingerprint;       ///< of the operator's authorities; empty: asked for
  std::string code_file;         ///< "-": standard input; empty: asked for. The code itself is on no command line
  std::filesystem::path folder;  ///< of the identity; empty: the configuration's
  std::string wrapping_key;      ///< name of the credential, beside `folder`; else the configuration's
  std::uint64_t patience_s = 600;
  bool terminal = false;  ///< whether a person can be asked

  bool rekey = false;  ///< give the enrolled device another key

  // Without a network: the request goes out, and the answer comes in.
  std::string request;      ///< the file that the request is written to; "-": standard output; empty: none
  bool request_qr = false;  ///< show it on the terminal as a QR code
  std::string answer;       ///< the file with the answer; "-": standard input, or a scanner at the terminal; empty: none
  bool anew = false;        ///< ask for fingerprint and code again
};

/// `config`: the daemon's configuration, which is read where no folder is named.
ExitCode enrol_device(const std::filesystem::path& config, const EnrolOptions& options, const Output& output);

}  // namespace greentill::cli

// SPDX-License-Identifier: Apache-2.0
// What a technician does with a lock at the end of a line, without a daemon: looks at it, provisions it, hands it settings and
// images. docs/dock.md, "A technician's work". Threads: one.
#pragma once

#include <string>

#include "tools/cli/common/output.hpp"

namespace greentill::cli {

struct LockOptions {
  std::string place;          ///< as LockLine::open() takes it
  std::string id;             ///< provision: the lock's name
  std::string programme_key;  ///< provision: a file with the certificate, or the public key, whose word the lock is to believe
  std::string out;            ///< provision: where its public key is written in PEM; empty: nowhere
  std::string confirm;        ///< provision: the code of this work order; empty: asked at the terminal
  std::string file;           ///< configure and update
  std::uint64_t patience_s = 30;
};

ExitCode look_at_lock(const LockOptions& options, const Output& output);
/// Gives it its name and whom it believes, once and for all.
ExitCode provision_lock(const LockOptions& options, const Output& output);
/// Hands it settings that greentill-credit lock settings signed.
ExitCode configure_lock(const LockOptions& options, const Output& output);
/// Hands it an image that greentill-credit lock image signed, and waits until it runs.
ExitCode update_lock(const LockOptions& options, const Output& output);

}  // namespace greentill::cli

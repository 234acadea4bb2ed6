// SPDX-License-Identifier: Apache-2.0
// How far an enrolment has come, kept durably beside the key until the device is in service: so that a cut at any point goes on
// with the same key and the same code. docs/identity.md, "What an enrolment keeps". Threads: one.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/crypto/secret.hpp"
#include "daemon/identity/slots.hpp"

namespace greentill::enrol {

struct EnrolmentState {
  std::string server;  ///< the URL
  std::string device;
  std::string anchors;  ///< the confirmed fingerprint's digest, 64 hexadecimal digits; empty: nothing is confirmed yet
};

class StateFiles {
 public:
  explicit StateFiles(const identity::Slots& slots) : folder_(slots.folder()) {}

  /// Nothing where no enrolment is under way.
  [[nodiscard]] Result<std::optional<EnrolmentState>> load() const;
  [[nodiscard]] Status store(const EnrolmentState& state) const;
  /// The code that was given; nothing where none is kept.
  [[nodiscard]] Result<std::optional<crypto::Secret>> load_code(const identity::Vault& vault) const;
  [[nodiscard]] Status store_code(const identity::Vault& vault, ByteView code, Random& random) const;
  [[nodiscard]] Status drop_code() const;
  /// The enrolment is over.
  [[nodiscard]] Status drop() const;

 private:
  [[nodiscard]] std::filesystem::path state_file() const { return folder_ / "enrolment.toml"; }
  [[nodiscard]] std::filesystem::path code_file() const { return folder_ / "enrolment.code"; }

  std::filesystem::path folder_;
};

}  // namespace greentill::enrol

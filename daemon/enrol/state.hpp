// SPDX-License-Identifier: Apache-2.0
// How far an enrolment has come, kept durably beside the key until the device is in service: so that a cut at any point goes on
// with the same key and the same code. docs/identity.md, "What an enrolment keeps". Threads: one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/crypto/secret.hpp"
#include "daemon/identity/slots.hpp"

namespace greentill::enrol {

struct EnrolmentState {
  std::string server;  ///< the URL; empty: none was asked yet, since there was no network
  std::string device;
  std::string anchors;  ///< the confirmed fingerprint's digest, 64 hexadecimal digits; empty: nothing is confirmed yet
  /// What a person typed without a network, in 40 hexadecimal digits: the answer's anchors are held to it. Empty: nothing.
  std::string fingerprint = {};
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
  /// The request that was written where there was no network; nothing where none was.
  [[nodiscard]] Result<std::optional<std::vector<std::uint8_t>>> load_request() const;
  [[nodiscard]] Status store_request(ByteView message) const;
  /// The code, and the request that was made with it.
  [[nodiscard]] Status drop_code() const;
  /// SHA-256 of the public key that is to take the place of the one in use; nothing where no rekey is under way. It lies in the
  /// slot that is not in use, which nobody else may write until then.
  [[nodiscard]] Result<std::optional<Digest>> load_rekey() const;
  [[nodiscard]] Status store_rekey(const Digest& key) const;
  [[nodiscard]] Status drop_rekey() const;
  /// Since when the device has the key of that certificate, which is in use, Unix seconds: its first certificate's begin, which
  /// is noted where it is not yet.
  [[nodiscard]] Result<std::int64_t> key_since(const crypto::Certificate& in_use) const;
  /// Keeps why the last try failed, for whoever looks later, where an enrolment is under way. A note that cannot be kept is no
  /// error.
  void note_error(const std::string& message) const;
  struct LastError {
    std::int64_t at = 0;  ///< Unix seconds, by this machine's clock
    std::string message;
  };
  /// Nothing where the last try did not fail, or none was made.
  [[nodiscard]] std::optional<LastError> last_error() const;
  /// The enrolment is over.
  [[nodiscard]] Status drop() const;

 private:
  [[nodiscard]] std::filesystem::path state_file() const { return folder_ / "enrolment.toml"; }
  [[nodiscard]] std::filesystem::path error_file() const { return folder_ / "enrolment.error"; }
  [[nodiscard]] std::filesystem::path code_file() const { return folder_ / "enrolment.code"; }
  [[nodiscard]] std::filesystem::path request_file() const { return folder_ / "enrolment.request"; }

  [[nodiscard]] std::filesystem::path rekey_file() const { return folder_ / "rekey"; }
  [[nodiscard]] std::filesystem::path since_file() const { return folder_ / "key.since"; }

  std::filesystem::path folder_;
};

}  // namespace greentill::enrol

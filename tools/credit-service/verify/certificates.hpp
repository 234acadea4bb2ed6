// SPDX-License-Identifier: Apache-2.0
// The devices' certificates: a folder of PEM files, to which the operator adds one when a device is enrolled or renewed.
// Threads: one.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <set>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/verify/claim_check.hpp"

namespace greentill::credit {

class Certificates {
 public:
  /// Reads every *.pem and *.crt of the folder. A file that cannot be read is passed over and named in the log.
  static Result<Certificates> open(std::filesystem::path folder, crypto::Authority authority, Clock& clock, Log& log);

  /// Null where the folder has no such certificate. Whether it is refused holds at the service's own time, looked at once a
  /// minute. An expired certificate counts as valid as long as the device has a valid one for the same key, so that claims which
  /// waited out a renewal are not lost. Cost: a thumbprint that is unknown or not valid makes the folder be read again, at most
  /// once a second. Lifetime: this object's.
  const verify::Signer* find(const Digest& thumbprint);
  /// Whether both are in the folder and of one key.
  [[nodiscard]] bool same_key(const Digest& a, const Digest& b) const;

 private:
  struct Holder {
    crypto::Certificate certificate;
    verify::Signer signer;
    std::int64_t checked_at = 0;  // Unix seconds; 0: not yet
  };

  Certificates(std::filesystem::path folder, crypto::Authority authority, Clock& clock, Log& log)
      : folder_(std::move(folder)), authority_(std::move(authority)), clock_(&clock), log_(&log) {}
  Status scan();
  void read(const std::filesystem::path& path);
  /// Whether there was something new to read. Looks at most once a second; holders stay where they are.
  bool scan_again();
  Holder* holder_of(const Digest& thumbprint);
  [[nodiscard]] bool is_current(const Holder& holder, std::int64_t now) const;
  [[nodiscard]] bool was_renewed(const Holder& holder, std::int64_t now) const;
  /// Whether it is valid, which its signer then says.
  bool check(Holder& holder);

  std::filesystem::path folder_;
  crypto::Authority authority_;
  Clock* clock_;
  Log* log_;
  std::map<Digest, Holder> holders_;  // by thumbprint
  std::set<std::pair<std::string, std::filesystem::file_time_type>> seen_;
  std::chrono::milliseconds scanned_at_{0};
};

}  // namespace greentill::credit

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

  /// The signer with that certificate; null where the folder has no such certificate. Whether the certificate is refused is
  /// judged by the service's own time, and again after a minute. An expired certificate counts as valid as long as the device has
  /// a valid one for the same key, so that claims which waited during a renewal are not lost. Cost: for a thumbprint that is
  /// unknown or not valid the folder is read again, at most once a second. Lifetime: this object's.
  const verify::Signer* find(const Digest& thumbprint);
  /// Whether both certificates are in the folder and have the same key.
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
  /// Reads new files of the folder, at most once a second; whether there were any. Holders keep their addresses.
  bool scan_again();
  Holder* holder_of(const Digest& thumbprint);
  [[nodiscard]] bool is_current(const Holder& holder, std::int64_t now) const;
  [[nodiscard]] bool was_renewed(const Holder& holder, std::int64_t now) const;
  /// Sets whether the holder's certificate is refused, and returns whether it is valid.
  bool check(Holder& holder);
  /// Why the certificate is refused, with this machine's clock where that is in question, and what helps.
  [[nodiscard]] std::string why_refused(const Holder& holder) const;
  /// Whether the dates of all certificates here, and of two at least, are wrong by that time.
  [[nodiscard]] bool none_is_in_date(std::int64_t now) const;

  std::filesystem::path folder_;
  crypto::Authority authority_;
  Clock* clock_;
  Log* log_;
  std::map<Digest, Holder> holders_;  // by thumbprint
  std::set<std::pair<std::string, std::filesystem::file_time_type>> seen_;
  std::chrono::milliseconds scanned_at_{0};
};

}  // namespace greentill::credit

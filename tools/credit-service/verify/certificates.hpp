// SPDX-License-Identifier: Apache-2.0
// The devices' certificates, as the registry has them, and whether they are good now. Threads: one.
#pragma once

#include <chrono>
#include <map>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/base/repeated_line.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/verify/claim_check.hpp"
#include "tools/credit-service/registry/store.hpp"

namespace greentill::credit {

class Certificates {
 public:
  /// What it refers to must outlive it.
  Certificates(KeyReader& registry, crypto::Authority authority, Clock& clock, Log& log)
      : registry_(&registry), authority_(std::move(authority)), clock_(&clock), log_(&log) {}

  /// The signer with that certificate; null where the registry has none. Whether the certificate is refused is judged by the
  /// service's own time and by what the registry says of its key and device, and again after a minute, or a second after the
  /// registry was changed. An expired certificate counts as valid as long as its key has a valid one, so that claims which waited
  /// during a renewal are not lost. Cost: one look into the registry for a thumbprint that is not known yet. Lifetime: until the
  /// next call of find().
  const verify::Signer* find(const Digest& thumbprint);
  /// Whether find() has found it, and the registry bars its key or device.
  [[nodiscard]] bool is_barred(const Digest& thumbprint) const;
  /// Whether find() has found both, and they have the same key.
  [[nodiscard]] bool same_key(const Digest& a, const Digest& b) const;

 private:
  struct Holder {
    crypto::Certificate certificate;
    std::size_t pem_hash;  // of the text that it was read from, which has its path, too
    verify::Signer signer;
    std::string barred;           // by the registry, in words; empty: not
    std::int64_t checked_at = 0;  // Unix seconds; 0: not yet
  };

  /// Forgets what the registry said where it was changed since. Parsed certificates are kept, since each costs a millisecond.
  void look_for_changes();
  /// Reads the certificate's key, with all its certificates.
  void read(const Digest& thumbprint);
  void read(const DeviceKey& key);
  [[nodiscard]] std::string barred(const DeviceKey& key);
  void complain(const Error& error) const;
  [[nodiscard]] bool is_current(const Holder& holder, std::int64_t now) const;
  [[nodiscard]] bool was_renewed(const Holder& holder, std::int64_t now) const;
  /// Sets whether the holder's certificate is refused.
  void check(Holder& holder);
  /// Why the certificate is refused, with this machine's clock where that is in question, and what helps.
  [[nodiscard]] std::string why_refused(const Holder& holder);
  KeyReader* registry_;
  crypto::Authority authority_;
  Clock* clock_;
  Log* log_;
  std::map<Digest, Holder> holders_;  // by thumbprint
  std::map<Digest, Holder> parsed_;   // of earlier steps: what the registry says may have changed, the bytes have not
  std::int64_t step_ = -1;            // the registry's, to which they belong
  std::chrono::milliseconds looked_at_{0};
  mutable RepeatedLine complaints_;
};

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
// Renews the device's certificate under the same key (RFC 7030, 4.2.2), so that its chain goes on: from the last third of the
// certificate's life on, also after its end, where the server has a grace for that. The new certificate is written to the slot
// that is not in use, tried, and promoted. docs/identity.md, "Renewal". Threads: a Renewer has one of its own; renew() is for
// one.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/enrol/est_client.hpp"
#include "daemon/enrol/est_place.hpp"
#include "daemon/enrol/rekey.hpp"
#include "daemon/identity/slots.hpp"

namespace greentill::enrol {

/// From when on a certificate is to be renewed, Unix seconds: the begin of the last third of its life and up to a twelfth of it
/// later, as much later for each certificate as its thumbprint says, so that devices that were enrolled together do not come
/// together.
[[nodiscard]] std::int64_t renewal_due(const crypto::Certificate& certificate);

/// What a renewal needs. References must outlive it.
struct RenewalMeans {
  EstServer server;
  const identity::Slots& slots;
  const identity::Vault& vault;
  Clock& clock;
  Random& random;
  /// Whether what the device talks to takes this certificate, with its key: ok, denied where it does not, unavailable where that
  /// cannot be told now. Both are files of PEM; the key may be sealed in its slot, and is handed over as the one in use, since it
  /// is the same.
  std::function<Status(const std::filesystem::path& certificate)> try_it;
  /// The certificate is in use from now on.
  std::function<Status(const crypto::Certificate&)> promoted;
};

struct Renewed {
  std::optional<crypto::Certificate> certificate;  ///< none: the server has nothing newer
  std::optional<std::string> clock;                ///< what is wrong with a clock, as a sentence
};

/// Renews once. unavailable, with the seconds that the server asked to be left alone in `told_wait_s`, where it may be tried
/// again; denied where server or broker refuse. After any error the identity is what it was. A certificate that could not be
/// tried stays in its slot for the next time; one that was refused is dropped.
Result<Renewed> renew(const RenewalMeans& means, const std::atomic<bool>& cancelled, std::int64_t& told_wait_s);

/// How a device changes its key while it runs; docs/identity.md, "Rekey".
struct RekeyMeans {
  std::chrono::seconds after{0};  ///< how old a key becomes; 0: it is changed by a command alone
  KeyTrial try_it;
  /// The folder's identity in use has another key than the device signs with, since it was promoted: the device goes on under it.
  /// Empty: nobody looks, and no key is changed.
  std::function<Result<crypto::Certificate>()> take_up;
};

/// From when on a key is to be changed that the device has since that second: `after` later and up to a twelfth of that, by the
/// key's hash.
[[nodiscard]] std::int64_t rekey_due(std::int64_t since, std::chrono::seconds after, const Digest& key_hash);

/// What a person is told of it.
struct RenewalStatus {
  std::int64_t due_from = 0;     ///< Unix seconds
  std::int64_t rekey_from = 0;   ///< likewise; 0: never by itself
  std::int64_t rekeyed_at = 0;   ///< since the start; 0: not yet
  std::int64_t renewed_at = 0;   ///< since the start; 0: not yet
  std::int64_t tried_at = 0;     ///< likewise
  std::int64_t next_try_at = 0;  ///< where it is due
  std::string last_error;        ///< why the last try failed; empty where it did not
};

class Renewer {
 public:
  struct Options {
    RenewalMeans means;
    const EstPlace& place;              ///< where `means.server` is; must outlive it
    std::chrono::seconds floor{3600};   ///< between two tries at least; doubled to a day where they fail
    std::function<std::int64_t()> now;  ///< the best known time, Unix seconds: a service's where one was heard
    crypto::Certificate in_use;
    /// Why it is not tried now, as a sentence; empty where it is. None: it always is.
    std::function<std::string()> put_off = {};
    RekeyMeans rekey = {};
  };
  /// Begins to look at once, and looks again at least once an hour. `log` must outlive it.
  static std::unique_ptr<Renewer> start(Options options, Log& log);
  /// Ends what is under way, within about 100 ms but for a host's name that is being looked up.
  virtual ~Renewer() = default;
  /// Looks now whether another key was promoted. Threads: safe from any thread.
  virtual void look_now() = 0;
  /// Threads: safe from any thread.
  [[nodiscard]] virtual RenewalStatus status() const = 0;
};

}  // namespace greentill::enrol

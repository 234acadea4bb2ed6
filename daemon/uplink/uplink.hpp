// SPDX-License-Identifier: Apache-2.0
// Delivers claims to the central service over MQTT 5: batches of claims out, receipts in. docs/mqtt.md is the protocol. Only a
// verified receipt makes a claim delivered; the broker's acknowledgement (PUBACK) proves nothing. Never more than the window is
// in memory.
//
// Threads: everything runs on the executor's strand; start() and stop() must be called there. Paho's threads only post to it.
// Call stop() before destruction.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/claim/receipt.hpp"
#include "daemon/identity/identity.hpp"
#include "daemon/outbox/outbox.hpp"
#include "daemon/uplink/broker_book.hpp"
#include "daemon/uplink/data_use.hpp"

namespace greentill::uplink {

/// How to reach the broker, and how fast to send.
struct Options {
  std::string server_uri;  ///< "mqtts://host:8883" or "ssl://host:8883"; "tcp://" for loopback hosts only
  std::string device_id;
  std::filesystem::path authorities;  ///< PEM: who may vouch for the broker
  std::filesystem::path certificate;  ///< PEM: the device's own, with its issuers
  std::filesystem::path key;          ///< PEM: the device's
  std::string version;                ///< of the daemon, for the status topic
  std::size_t max_claims_a_batch = 256;
  std::size_t max_bytes_a_batch = 128u << 10;
  std::size_t batches_in_flight = 8;  ///< the window: batches that are sent and have no receipt
  /// Within which a connection comes about or is known not to; more than the MQTT library and the search for the cause may take.
  std::chrono::milliseconds connecting_at_most{35'000};
  std::chrono::milliseconds receipt_timeout{30'000};  ///< after which a batch without a receipt is sent again
  std::chrono::milliseconds backoff_min{1'000};
  /// The n-th pause before connecting again is random, from 0 to min(max, min * 2^n).
  std::chrono::milliseconds backoff_max{300'000};
  /// How long claims refused "retry later" rest: so long at first, then twice as long each time, a day at most.
  std::chrono::seconds retry_refused_after{3'600};
  BrokerOptions broker;
  DataOptions data;
  /// How long the connection may be silent before the broker is asked whether it still stands; less where the broker says so.
  std::chrono::seconds keep_alive{60};
  /// The time by which the broker's certificates are judged where the system's clock is known to be wrong; nothing where it is
  /// not. Called on the strand before each connection.
  std::function<std::optional<std::int64_t>()> verification_time = [] { return std::optional<std::int64_t>(); };
  /// Is given what the broker keeps for all devices: the programme's methodologies, as a message that nobody has checked. Called
  /// on the strand; empty: they are not subscribed to.
  std::function<void(std::string message)> methodologies = {};
  /// Whether what the broker keeps of them is asked for at a connection: some 50 kB. Else only what is published from then on
  /// comes. Called on the strand.
  std::function<bool()> wants_methodologies = [] { return false; };
  /// What a service whose clock shows that time (Unix seconds) may hold against the device's own certificate, as a sentence.
  /// Called on the strand.
  std::function<std::string(std::int64_t service_time)> own_certificate = [](std::int64_t) {
    return std::string("has the operator registered this device's certificate? The service's log says why");
  };
};

/// Whether an uplink with these options can work at all. invalid where the server's address or the device id is wrong, naming
/// which.
Status check_options(const Options& options);

/// Where receipts become durable; receipt_book.hpp implements it on the outbox.
class ReceiptBook {
 public:
  virtual ~ReceiptBook() = default;
  /// Makes a receipt durable and then calls `done`, once, on the strand, not within this call. ok: what the receipt changed, as
  /// of outbox::Writer::apply(); an error: nothing of it is stored. `message` is a receipt whose signature was verified; it is
  /// copied before this returns. `answers`: the retry that the receipt answers. Threads: the strand's.
  virtual void apply(ByteView message, const outbox::Retried& answers,
                     std::function<void(Result<outbox::AppliedReceipt>)> done) = 0;
};

/// How the connection to the service fares, since the start.
struct LinkStatus {
  bool connected = false;
  std::int64_t since = 0;      ///< when `connected` last changed, in Unix seconds
  std::uint64_t connects = 0;  ///< connections that came as far as the subscription
  std::uint64_t failures = 0;  ///< connections that broke off, and attempts that came to none
  std::uint64_t batches_sent = 0;
  /// Those of batches_sent that hold a claim sent before: after a timeout, a lost connection, a rewound ledger, or as a retry.
  std::uint64_t batches_resent = 0;
  std::uint64_t receipts = 0;          ///< verified
  std::uint64_t receipts_refused = 0;  ///< not signed by a trusted certificate, not of the format, or for another device or chain
  std::int64_t last_delivery = 0;      ///< when a receipt last took claims, in Unix seconds; 0: not since the start
  std::uint64_t repairs = 0;           ///< chains begun because store and ledger differed
  /// The state of the chain whose claims are sent, as the last receipt for it says; nothing before the first.
  std::optional<claim::ChainStanding> chain;
  std::string chain_words;  ///< what becomes of its claims, as a sentence; empty where it is open
  /// That the service's ledger ends before what it had receipted to this device, with both numbers; empty until it is met. It
  /// stays until the ledger begins another epoch, though what was lacking is sent again.
  std::string ledger_went_back;
  /// What of chains of another assignment waits for a person, as a sentence; empty: nothing, or no answer has told.
  std::string left_behind;
  std::int64_t paused_until = 0;  ///< the service takes nothing before, Unix seconds; 0: it does
  DataUse data;                   ///< what the line has carried, to a minute or so
  std::string broker;             ///< which one gave the last receipt, or is the configured one; mqtts://host:port
  std::string moving;      ///< why the one that the settings name is not in use, as a sentence; empty: it is, or was not tried
  std::string last_error;  ///< why claims wait; empty once a receipt takes some, or where none wait
};

/// The uplink: connects, and connects again with back-off, until it is stopped.
class Uplink {
 public:
  /// Makes an uplink, which does nothing yet. Never null. All references must outlive it; `reader` is for it alone, and used on
  /// the strand.
  static std::unique_ptr<Uplink> create(Options options, Executor& strand, Clock& clock, Random& random, Log& log,
                                        outbox::Reader& reader, ReceiptBook& book, outbox::Repairer& repairer,
                                        identity::ReceiptTrust& trust);
  virtual ~Uplink() = default;
  /// Begins to connect. Where the options are unusable, says so in the log and in status(), and stays idle. Threads: the
  /// strand's.
  virtual void start() = 0;
  /// Publishes "offline", where that takes no longer than a second, and disconnects. May be started again. Threads: the strand's.
  virtual void stop() = 0;
  /// Tells that claims were stored. Cheap where nothing can be sent now, or has been asked for already. Threads: safe from any
  /// thread.
  virtual void claims_stored() = 0;
  /// Connects now where the next try is still to come, and sends every claim again that was refused for now, however short ago.
  /// Does nothing before start() and after stop(). Threads: safe from any thread.
  virtual void retry_now() = 0;
  /// Counts what something else than the uplink used of the line. Threads: safe from any thread.
  virtual void also_used(std::uint64_t bytes) = 0;
  /// Connects now where the next try is still to come, and asks the service where the chain stands where nothing else is under
  /// way that it answers: a test of the whole way that changes nothing. Each answer counts in LinkStatus::receipts. Does nothing
  /// before start() and after stop(). Threads: safe from any thread.
  virtual void question_now() = 0;
  /// The settings name that broker from now on, as a URI; empty: none. It is moved to as docs/mqtt.md says. Threads: safe from
  /// any thread.
  virtual void broker_named(std::string broker) = 0;
  /// The files of the device's key, its certificate or the authorities are others now: connects anew with them. Threads: safe
  /// from any thread.
  virtual void identity_changed() = 0;
  /// Threads: safe from any thread.
  [[nodiscard]] virtual LinkStatus status() const = 0;
};

}  // namespace greentill::uplink

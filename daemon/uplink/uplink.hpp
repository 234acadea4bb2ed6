// SPDX-License-Identifier: Apache-2.0
// The MQTT 5 session with the central service: batches of claims out, receipts in. docs/mqtt.md is the protocol.
// Only a verified receipt makes a claim delivered; a PUBACK proves nothing. Nothing is read into memory beyond the window.
// Threads: everything runs on the executor's strand, where start() and stop() are called; Paho's threads only post to it.
// stop() before destruction.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/identity/identity.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::uplink {

struct Options {
  std::string server_uri;  ///< "ssl://host:8883" or "mqtts://host:8883"; "tcp://" only for loopback
  std::string device_id;
  std::filesystem::path authorities;  ///< PEM: who may vouch for the broker
  std::filesystem::path certificate;  ///< PEM: ours
  std::filesystem::path key;
  std::string version;  ///< for the status topic
  std::size_t max_claims_a_batch = 256;
  std::size_t max_bytes_a_batch = 128u << 10;
  std::size_t batches_in_flight = 8;
  std::chrono::milliseconds receipt_timeout{30'000};  ///< then the batch is sent again
  std::chrono::milliseconds backoff_min{1'000};
  std::chrono::milliseconds backoff_max{300'000};   ///< full jitter between 0 and min(max, min * 2^n)
  std::chrono::seconds retry_refused_after{3'600};  ///< claims refused "retry later"
};

/// Whether an uplink with these options can work at all: its server's address and its device id. invalid, naming which.
Status check_options(const Options& options);

/// Where receipts become durable; receipt_book.hpp has the one on the outbox.
class ReceiptBook {
 public:
  virtual ~ReceiptBook() = default;
  /// Applies a verified receipt payload and calls `done` on the strand. `payload` is copied before return. `answers`: see
  /// outbox::Reception.
  virtual void apply(ByteView payload, const outbox::Retried& answers,
                     std::function<void(Result<outbox::AppliedReceipt>)> done) = 0;
};

struct LinkStatus {
  bool connected = false;
  std::int64_t since = 0;      ///< Unix seconds of the last change
  std::uint64_t connects = 0;  ///< that came as far as the subscription
  std::uint64_t batches_sent = 0;
  std::uint64_t batches_resent = 0;    ///< of those sent: again, after a timeout, a lost connection or a rewound ledger
  std::uint64_t receipts = 0;          ///< verified
  std::uint64_t receipts_refused = 0;  ///< bad signature or shape
  std::string last_error;              ///< why claims wait; empty once a receipt takes some, or none wait
};

class Uplink {
 public:
  static std::unique_ptr<Uplink> create(Options options, Executor& strand, Clock& clock, Random& random, Log& log,
                                        outbox::Reader& reader, ReceiptBook& book, identity::ReceiptTrust& trust);
  virtual ~Uplink() = default;
  virtual void start() = 0;
  /// Says "offline" if it can within a second, and disconnects.
  virtual void stop() = 0;
  /// There are new claims to send. Costs a glance where nothing can be sent yet, or all of it is asked for anyway.
  /// Threads: safe from any thread.
  virtual void claims_stored() = 0;
  /// Threads: safe from any thread.
  [[nodiscard]] virtual LinkStatus status() const = 0;
};

}  // namespace greentill::uplink

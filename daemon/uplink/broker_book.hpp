// SPDX-License-Identifier: Apache-2.0
// Which broker the device goes by where its settings name one: docs/mqtt.md, "A broker that moves". Threads: as each says.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::uplink {

/// Keeps the broker that gave the last receipt, where that is not the configured one. Threads: the strand's.
class BrokerBook {
 public:
  virtual ~BrokerBook() = default;
  /// Keeps it in place of what was kept before; empty: it is the configured one. Returns at once. What fails is told by the book:
  /// at the next start the broker has to give a receipt once more.
  virtual void keep(const std::string& broker) = 0;
};

/// In a small file with the address, and with the configured one, whose change makes it void; written by the thread that has the
/// outbox's writer.
class FileBrokerBook final : public BrokerBook {
 public:
  /// All must outlive it and the queue's work.
  FileBrokerBook(std::filesystem::path file, std::string configured, outbox::WriteQueue& queue, Log& log)
      : file_(std::move(file)), configured_(std::move(configured)), queue_(queue), log_(log) {}
  void keep(const std::string& broker) override;
  /// What the file says; empty where there is none, or another broker was configured then. corrupt where it says something else.
  static Result<std::string> load(const std::filesystem::path& file, const std::string& configured);

 private:
  const std::filesystem::path file_;
  const std::string configured_;
  outbox::WriteQueue& queue_;
  Log& log_;
};

struct BrokerOptions {
  std::string named;           ///< by the settings, as a URI; empty: they name none, and the configured one is meant
  std::string kept;            ///< what the book kept; empty: nothing
  BrokerBook* book = nullptr;  ///< must outlive the uplink; null: a restart forgets it
  /// How long a new broker has for its first receipt before the device goes back.
  std::chrono::milliseconds patience{120'000};
  /// Between two tries, at least; doubled to the other.
  std::chrono::milliseconds pause_min{60'000};
  std::chrono::milliseconds pause_max{21'600'000};
};

/// The broker that is meant, and the one that is gone back to while the other gives no receipt. Both as mqtts://host:port.
struct BrokerPlaces {
  std::string wanted;
  std::string proven;
};
/// `configured` must be an address; what is none of the others is passed over. Threads: a pure function.
BrokerPlaces places_of(const std::string& configured, const std::string& named, const std::string& kept);

}  // namespace greentill::uplink

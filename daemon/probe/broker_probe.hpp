// SPDX-License-Identifier: Apache-2.0
// Finds out why no connection to the broker comes about. Paho reports one failure for every cause. And under TLS 1.3 a broker
// refuses a certificate after the client's handshake, in an alert that Paho often misses because it closes the connection first.
// So whoever failed to connect calls this probe: it makes a connection of its own, sends nothing after the handshake, and so
// receives the alert.
#pragma once

#include <netdb.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "daemon/base/broker_address.hpp"
#include "daemon/base/error.hpp"

namespace greentill::probe {

struct Target {
  BrokerAddress address;
  std::filesystem::path authorities;  ///< PEM: who may vouch for the broker
  std::filesystem::path certificate;  ///< PEM: ours; empty: none is shown, and whether it would be taken is not asked
  std::filesystem::path key;
};

using Addresses = std::shared_ptr<addrinfo>;

/// Asks the system for the host's addresses. Takes as long as the system's resolver waits. The error says why there are none.
Result<Addresses> resolve(const BrokerAddress& address);

/// How far a connection came, in the order in which it is made.
enum class Stage : std::uint8_t {
  connect,          ///< nothing listens there, or nobody answers
  no_tls,           ///< what listens there does not answer with TLS
  web,              ///< likewise, but speaks HTTP: a captive portal, or a proxy
  own_files,        ///< authorities, certificate or key cannot be used
  peer,             ///< the broker's certificate names another host, or the authorities do not vouch for it
  peer_dates,       ///< its certificate has ended or not begun, by this machine's clock
  own_certificate,  ///< the broker refuses ours
  tls,              ///< TLS broke off for another reason
  done,             ///< nothing is wrong so far
};

/// The certificate that the broker showed, whether or not it was taken. Times are Unix seconds.
struct Peer {
  std::string subject;  ///< its common name, or its whole name
  std::string issuer;
  std::int64_t not_before = 0;
  std::int64_t not_after = 0;
};

struct Finding {
  Stage stage = Stage::done;
  std::string words;              ///< what is wrong, as a sentence for people; empty where nothing is
  std::optional<Peer> peer = {};  ///< none where TLS did not come as far
  std::uint64_t carried = 0;      ///< the bytes that it took of the line (base/socket_use.hpp)
};

/// Connects, shakes hands by TLS, and hears whether the broker refuses our certificate. No session begins, so that one that runs
/// goes on. Blocks for `limit` at most. Ends within 50 ms once `cancelled` is set; the result then means nothing. Requires:
/// SIGPIPE is ignored. Threads: any.
Finding look(const Target& target, const Addresses& addresses, std::chrono::milliseconds limit,
             const std::atomic<bool>& cancelled);

/// Connects, and returns what is wrong as a sentence for the operator; where nothing is wrong, "cannot connect" without a cause.
/// Blocks for `limit` at most. Ends within 50 ms once `cancelled` is set; the result then means nothing. Requires: SIGPIPE is
/// ignored, as Paho does. `carried` gets the bytes that it took of the line (base/socket_use.hpp). Threads: any.
std::string find_cause(const Target& target, const Addresses& addresses, std::chrono::milliseconds limit,
                       const std::atomic<bool>& cancelled, std::uint64_t* carried = nullptr);

/// Whether the broker takes our certificate: shakes hands by TLS, and hears whether it refuses. No session begins, so that one
/// that runs goes on. denied where the broker refuses the certificate; unavailable where that cannot be told, with the cause.
/// Blocks for `limit` at most, and ends within 50 ms once `cancelled` is set. An address without TLS takes every certificate.
Status try_certificate(const Target& target, std::chrono::milliseconds limit, const std::atomic<bool>& cancelled);

}  // namespace greentill::probe

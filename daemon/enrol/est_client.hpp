// SPDX-License-Identifier: Apache-2.0
// One exchange with an EST server (RFC 7030) over TLS, bounded in size and time. Threads: any; calls block.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/crypto/secret.hpp"
#include "daemon/enrol/http_answer.hpp"

namespace greentill::enrol {

/// Where the server is.
struct EstServer {
  std::string host;  ///< an IPv6 address without its brackets
  std::string port;
  std::string base;   ///< of the path: "/.well-known/est", with a label behind it where the URL names one
  std::string shown;  ///< the URL, for people and for the state's file

  /// Reads "https://host", "https://host:port", or one of them with "/label" behind it (RFC 7030, 3.2.2). The port is 443 where
  /// none is written. invalid, with what to write instead.
  static Result<EstServer> parse(std::string_view url);
  /// The same server, for what is ours and not EST's: who signs bundles and times, and what they sign (docs/enrolment.md).
  [[nodiscard]] EstServer beside_est() const;
};

/// Views need to live for the call alone.
struct EstRequest {
  std::string_view operation;  ///< "cacerts", "simpleenroll", "simplereenroll"; beside EST, "signers", "time/…"
  std::string_view body = {};  ///< base64 of a certificate request; empty: the request is a GET
  std::string_view user = {};  ///< of HTTP Basic, with `password`; empty: none is sent
  std::string_view password = {};
  std::string_view anchors = {};      ///< PEM: who may vouch for the server; empty: nobody has to, and nothing secret is sent
  std::string_view certificate = {};  ///< PEM: shown to the server, with `key`; empty: none
  std::string_view key = {};
};

struct EstReply {
  HttpAnswer http;
  std::int64_t path_not_before = 0;  ///< from when to when the server's certificates are valid, Unix seconds
  std::int64_t path_not_after = 0;
};

/// Asks, and answers whatever the server says, of any status. Errors of crypto::TlsClientStream and HttpReader, with the server's
/// address in front. Requires: a password goes to a server that anchors vouch for; bug otherwise.
Result<EstReply> ask(const EstServer& server, const EstRequest& request, std::chrono::milliseconds limit,
                     const std::atomic<bool>& cancelled);

/// Whether the server's certificates hold at the time: its own, since a device's clock may be wrong by years; ours as well where
/// a time server keeps it. denied, with whose clock and what each shows, where they do not.
Status check_server_dates(const EstReply& reply, const Clock& clock);

/// What is to be said of our clock, where it and the server's are more than ten minutes apart.
std::optional<std::string> clock_words(const std::optional<std::int64_t>& server_time, const Clock& clock);

/// An answer that brings no certificate as an error: denied where it stays so until a person does something, unavailable where
/// asking again may help, invalid where the request was wrong.
Error error_of(const HttpAnswer& answer);

}  // namespace greentill::enrol

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
#include "daemon/enrol/est_server.hpp"
#include "daemon/enrol/http_answer.hpp"

namespace greentill::enrol {

/// Views need to live for the call alone.
struct EstRequest {
  std::string_view operation;  ///< "cacerts", "csrattrs", "simpleenroll", "simplereenroll"; beside EST, "signers", "time/…"
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

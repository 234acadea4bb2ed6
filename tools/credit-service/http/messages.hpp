// SPDX-License-Identifier: Apache-2.0
// What is asked over HTTPS and answered, without sockets. Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/crypto/certificate.hpp"

namespace greentill::credit {

struct HttpRequest {
  std::string method;
  std::string path;  ///< decoded, without a query
  std::string content_type;
  std::string authorization;
  std::string body;
  std::string address;                      ///< the client's, for the log and against guessing
  std::optional<crypto::Certificate> peer;  ///< with whose key the client spoke; nothing is known of it but that
  std::vector<std::pair<std::string, std::string>> parameters = {};  ///< of the query, decoded
  std::string accept = {};
  std::string if_none_match = {};
  std::string if_match = {};
  std::string idempotency_key = {};
};

struct HttpReply {
  int status = 500;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};
};

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
// What devices ask over HTTPS and are answered, EST and what lies beside it, without sockets. Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/crypto/certificate.hpp"

namespace greentill::credit {

struct EstRequest {
  std::string method;
  std::string path;  ///< without a query
  std::string content_type;
  std::string authorization;
  std::string body;
  std::string address;                      ///< the client's, for the log and against guessing
  std::optional<crypto::Certificate> peer;  ///< with whose key the client spoke; nothing is known of it but that
};

struct EstReply {
  int status = 500;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// A sentence.
inline EstReply say(int status, const std::string& words) { return {status, "text/plain; charset=utf-8", words + '\n', {}}; }

inline EstReply only_by(const char* method) {
  EstReply reply = say(405, std::string("use ") + method);
  reply.headers.emplace_back("Allow", method);
  return reply;
}

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
// What devices ask over HTTPS and are answered, EST and what lies beside it, without sockets. Threads: pure functions.
#pragma once

#include <string>

#include "tools/credit-service/http/messages.hpp"

namespace greentill::credit {

using EstRequest = HttpRequest;
using EstReply = HttpReply;

/// A sentence.
inline EstReply say(int status, const std::string& words) { return {status, "text/plain; charset=utf-8", words + '\n', {}}; }

inline EstReply only_by(const char* method) {
  EstReply reply = say(405, std::string("use ") + method);
  reply.headers.emplace_back("Allow", method);
  return reply;
}

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
// What stands in a request's way, as RFC 9457 tells it: application/problem+json. docs/service-api.md lists the types.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "daemon/base/error.hpp"
#include "tools/credit-service/http/messages.hpp"

namespace greentill::credit {

struct Problem {
  int status = 500;
  std::string_view name;  ///< last part of the type's URN
  std::string detail;
  std::string field = {};  ///< of the body or query; empty: none
};

Problem problem_of(const Error& error);
inline Failure<Problem> refuse(const Error& error) { return {problem_of(error)}; }
inline Failure<Problem> refuse(int status, std::string_view name, std::string detail, std::string field = {}) {
  return {Problem{status, name, std::move(detail), std::move(field)}};
}
inline Failure<Problem> refuse_field(std::string field, const std::string& must) {
  std::string detail = "field '" + field + "' " + must;
  return refuse(422, "invalid-field", std::move(detail), std::move(field));
}

/// As an answer, with the headers that belong to its status.
HttpReply reply_of(const Problem& problem);
/// For a request that the server did not take.
HttpReply reply_to_fault(int status, const std::string& why);

}  // namespace greentill::credit

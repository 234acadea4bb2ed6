// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/api/problem.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "daemon/api/retry_after.hpp"

namespace greentill::credit {
namespace {

struct Title {
  std::string_view name, title;
};
/// The same for all of a type, as RFC 9457 wants them.
constexpr std::array kTitles{
    Title{"bad-request", "The request cannot be read"},
    Title{"not-json", "The body is not JSON"},
    Title{"invalid-field", "A field is wrong"},
    Title{"unauthorized", "A token is needed"},
    Title{"forbidden", "The token is not good for this"},
    Title{"not-found", "There is nothing here"},
    Title{"method-not-allowed", "The method is not allowed here"},
    Title{"conflict", "What is there stands against it"},
    Title{"changed", "It was changed meanwhile"},
    Title{"key-reused", "The idempotency key belongs to another request"},
    Title{"too-large", "The body is too large"},
    Title{"unsupported-type", "The body's type is not supported"},
    Title{"too-many-guesses", "Too many codes were wrong"},
    Title{"unavailable", "Try again later"},
    Title{"no-room", "There is no room on the disk"},
    Title{"internal", "The service failed"},
};

std::string_view title_of(std::string_view name) {
  for (const Title& one : kTitles) {
    if (one.name == name) return one.title;
  }
  return "The request was refused";
}

}  // namespace

Problem problem_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::invalid: return {422, "invalid-field", error.message};
    case ErrorCode::not_found: return {404, "not-found", error.message};
    case ErrorCode::conflict: return {409, "conflict", error.message};
    case ErrorCode::unavailable: return {503, "unavailable", error.message};
    case ErrorCode::full: return {507, "no-room", error.message};
    default: return {500, "internal", error.message};
  }
}

HttpReply reply_of(const Problem& problem) {
  nlohmann::ordered_json json{
      {"type", "urn:greentill:problem:" + std::string(problem.name)},
      {"title", title_of(problem.name)},
      {"status", problem.status},
      // What went wrong within is for the log: it may name files and hosts.
      {"detail", problem.status >= 500 ? "the operator finds the cause in the service's log" : problem.detail}};
  if (!problem.field.empty()) json["field"] = problem.field;
  HttpReply reply{problem.status,
                  "application/problem+json",
                  json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace),
                  {}};
  if (problem.status == 401) reply.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"greentill-credit\"");
  const auto seconds = api::retry_after(problem.status, problem.name);
  if (!seconds.empty()) reply.headers.emplace_back("Retry-After", seconds);
  return reply;
}

HttpReply reply_to_fault(int status, const std::string& why) {
  return reply_of(Problem{status, status == 413 ? "too-large" : "bad-request", why});
}

}  // namespace greentill::credit

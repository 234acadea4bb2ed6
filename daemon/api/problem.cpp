// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/problem.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/api/retry_after.hpp"

namespace greentill::api {

Problem bad_request(std::string detail) { return {400, "bad-request", "The request cannot be read", std::move(detail), "", 0}; }

Problem bad_parameter(std::string field, std::string detail) {
  return {400, "bad-parameter", "A parameter is wrong", std::move(detail), std::move(field), 0};
}

Problem unauthorized(std::string detail) { return {401, "unauthorized", "A token is needed", std::move(detail), "", 0}; }

Problem forbidden(std::string detail) { return {403, "forbidden-origin", "The origin is not allowed", std::move(detail), "", 0}; }

Problem not_found(std::string detail) { return {404, "not-found", "There is nothing here", std::move(detail), "", 0}; }

Problem method_not_allowed(std::string detail) {
  return {405, "method-not-allowed", "The method is not allowed here", std::move(detail), "", 0};
}

Problem length_required(std::string detail) {
  return {411, "length-required", "The body's length is missing", std::move(detail), "", 0};
}

Problem too_large(std::string detail) { return {413, "too-large", "The body is too large", std::move(detail), "", 0}; }

Problem unsupported_type(std::string detail) {
  return {415, "unsupported-type", "The body's type is not supported", std::move(detail), "", 0};
}

Problem misdirected(std::string detail) {
  return {421, "wrong-host", "The request is meant for another host", std::move(detail), "", 0};
}

Problem internal(std::string detail) { return {500, "internal", "The daemon failed", std::move(detail), "", 0}; }

Problem unavailable(std::string detail) { return {503, "unavailable", "Try again later", std::move(detail), "", 0}; }

Problem overdue(std::string detail) { return {503, "overdue", "Nothing is delivered", std::move(detail), "", 0}; }

Problem refused(const event::Refusal& refusal) {
  if (refusal.syntax) return {400, "not-json", "The document is not JSON", refusal.detail, "", refusal.line};
  return {422, "invalid-transaction", "The transaction is not valid", refusal.detail, refusal.field, refusal.line};
}

Problem from_error(const Error& error) {
  switch (error.code) {
    case ErrorCode::invalid: return {422, "invalid-transaction", "The transaction is not valid", error.message, "", 0};
    case ErrorCode::not_found: return not_found(error.message);
    case ErrorCode::full: return {507, "no-room", "There is no room on the disk", error.message, "", 0};
    case ErrorCode::unavailable: return unavailable(error.message);
    default: return internal(error.message);
  }
}

Problem from_status(int status) {
  switch (status) {
    case 400:
      return bad_request("the request line or a header line is malformed, or the body's length is not told once and clearly");
    case 414: return {414, "uri-too-long", "The address is too long", "the request line must be at most 8 KiB", "", 0};
    case 431:
      return {
          431, "headers-too-large", "The headers are too large", "must be at most 100 lines of 8 KiB, and 32 KiB together", "",
          0};
    default: return internal("the request could not be served");
  }
}

nlohmann::ordered_json to_json(const Problem& problem) {
  nlohmann::ordered_json json{{"type", "urn:greentill:problem:" + std::string(problem.name)},
                              {"title", problem.title},
                              {"status", problem.status},
                              {"detail", problem.detail}};
  if (!problem.field.empty()) json["field"] = problem.field;
  if (problem.line != 0) json["line"] = problem.line;
  return json;
}

std::string dump(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void respond(httplib::Response& response, int status, const nlohmann::ordered_json& json) {
  response.status = status;
  response.set_content(dump(json), "application/json");
}

void respond(httplib::Response& response, const Problem& problem) {
  response.status = problem.status;
  response.set_content(dump(to_json(problem)), "application/problem+json");
  if (problem.status == 401) response.set_header("WWW-Authenticate", "Bearer realm=\"greentill\"");
  const auto seconds = retry_after(problem.status, problem.name);
  if (!seconds.empty()) response.set_header("Retry-After", std::string(seconds));
}

void refuse(httplib::Response& response, const Problem& problem) {
  respond(response, problem);
  response.set_header("Connection", "close");
}

}  // namespace greentill::api

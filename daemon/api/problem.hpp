// SPDX-License-Identifier: Apache-2.0
// Problems as RFC 9457 tells them: application/problem+json. docs/api.md lists the types. Private to daemon/api.
#pragma once

#include <httplib.h>

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "daemon/api/document.hpp"
#include "daemon/base/error.hpp"

namespace greentill::api {

struct Problem {
  int status = 500;
  std::string_view name;   ///< last part of the type's URN
  std::string_view title;  ///< the same for all of a type
  std::string detail;
  std::string field;     ///< empty: none
  std::size_t line = 0;  ///< 0: none
};

Problem bad_request(std::string detail);
Problem bad_parameter(std::string field, std::string detail);
Problem unauthorized(std::string detail);
Problem forbidden(std::string detail);
Problem not_found(std::string detail);
Problem method_not_allowed(std::string detail);
Problem length_required(std::string detail);
Problem too_large(std::string detail);
Problem unsupported_type(std::string detail);
Problem misdirected(std::string detail);
Problem internal(std::string detail);
Problem unavailable(std::string detail);
Problem overdue(std::string detail);
Problem refused(const event::Refusal& refusal);
/// The problem that tells a desk's or a reader's error to the caller.
Problem from_error(const Error& error);
/// The problem for a request that was not understood, or whose handler failed.
Problem from_status(int status);

[[nodiscard]] nlohmann::ordered_json to_json(const Problem& problem);

void respond(httplib::Response& response, int status, const nlohmann::ordered_json& json);
/// Answers with the problem and the headers that belong to its status: WWW-Authenticate, Retry-After.
void respond(httplib::Response& response, const Problem& problem);
/// As respond(), and closes the connection: the request's body was not read, so that the next request cannot be found behind it.
void refuse(httplib::Response& response, const Problem& problem);

/// The JSON in compact form. Bytes that are not UTF-8 are replaced.
[[nodiscard]] std::string dump(const nlohmann::ordered_json& json);

}  // namespace greentill::api

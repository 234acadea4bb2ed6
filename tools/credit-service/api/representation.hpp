// SPDX-License-Identifier: Apache-2.0
// Requests and answers as bytes: bodies, queries, entity tags. Private to api/. Threads: pure functions.
#pragma once

#include "tools/credit-service/api/call.hpp"

namespace greentill::credit {

/// The JSON object of a body; an empty one where there is none.
Result<Json, Problem> read_body(const HttpRequest& request);
/// The query's parameters as an object of texts.
Result<Json, Problem> read_query(const HttpRequest& request);

HttpReply json_reply(int status, const Json& json);
HttpReply reply_of(const ApiAnswer& answer);

/// A strong one (RFC 9110, 8.8.3): quoted.
[[nodiscard]] std::string entity_tag(std::string_view body);
/// Whether the header's list names it, or any ("*"); `strongly`: where weak tags name nothing (RFC 9110, 8.8.3.2).
[[nodiscard]] bool names_tag(std::string_view header, std::string_view tag, bool strongly);

}  // namespace greentill::credit

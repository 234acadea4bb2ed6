// SPDX-License-Identifier: Apache-2.0
// Requests and answers as bytes: bodies, queries, entity tags, and answers that are kept. Private to api/. Threads: pure
// functions.
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

/// The Idempotency-Key header's key, which may stand in quotes.
[[nodiscard]] std::string plain_key(std::string_view header);
BasicStatus<Problem> check_key(std::string_view header);
/// Tells requests with the same key apart: of method, path and body.
[[nodiscard]] Digest request_digest(const HttpRequest& request);

/// An answer, sealed under a key that is made of the caller's token: whoever reads the database learns nothing that it says. One
/// that is too long to be kept is kept by its Location, and read again.
Result<std::vector<std::uint8_t>> seal_answer(const Call& call, const HttpReply& reply);
Result<HttpReply, Problem> open_answer(Call& call, const KeptAnswer& kept);

}  // namespace greentill::credit

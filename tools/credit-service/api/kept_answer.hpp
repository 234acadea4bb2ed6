// SPDX-License-Identifier: Apache-2.0
// A request with an idempotency key, and the answer that is kept for when it comes again. Private to api/. Threads: one.
#pragma once

#include "tools/credit-service/api/call.hpp"

namespace greentill::credit {

/// The Idempotency-Key header's key, which may stand in quotes; empty where there is none.
[[nodiscard]] std::string plain_key(std::string_view header);
/// A Problem (400) where the header has a key that is none.
BasicStatus<Problem> check_key(std::string_view header);
/// Tells requests with the same key apart: of method, path and body.
[[nodiscard]] Digest request_digest(const HttpRequest& request);

/// An answer, sealed under a key that is made of the caller's token: whoever reads the database learns nothing that it says. One
/// that is too long to be kept is kept by its Location.
Result<std::vector<std::uint8_t>> seal_answer(const Call& call, const HttpReply& reply);
/// What seal_answer() was given. One that is kept by its Location is read there as it is now.
Result<HttpReply, Problem> open_answer(Call& call, const KeptAnswer& kept);

}  // namespace greentill::credit

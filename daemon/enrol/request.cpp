// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/request.hpp"

#include "daemon/crypto/base64.hpp"
#include "daemon/crypto/csr_attributes.hpp"
#include "daemon/crypto/key_maker.hpp"
#include "daemon/enrol/est_answer.hpp"

namespace greentill::enrol {

bool says_attributes(const HttpAnswer& answer) {
  return answer.status != 202 && answer.status != 429 && (answer.status < 500 || answer.status == 501);
}

Result<std::string> request_as_asked(const HttpAnswer& attributes, std::string_view key, const std::string& name) {
  crypto::RequestTerms terms;
  // A server that has nothing to ask for says 204 or 404; one that has the operation not, whatever it says to others.
  if (attributes.status == 200 && !attributes.body.empty()) {
    auto asked = read_attributes(attributes.body);
    if (!asked) return Failure{asked.error()};
    terms = std::move(*asked);
  }
  const auto request = crypto::make_request(key, name, terms);
  if (!request) return Failure{request.error()};
  return crypto::to_base64(*request);
}

Result<std::string> make_asked_request(const EstServer& server, std::string_view anchors, std::string_view key,
                                       const std::string& name, std::chrono::milliseconds limit,
                                       const std::atomic<bool>& cancelled, std::int64_t& told_wait_s) {
  const auto reply = ask(server, {.operation = "csrattrs", .anchors = anchors}, limit, cancelled);
  if (!reply) return Failure{reply.error()};
  told_wait_s = reply->http.retry_after_s.value_or(0);
  if (!says_attributes(reply->http)) return Failure{error_of(reply->http).with_context(server.shown)};
  auto request = request_as_asked(reply->http, key, name);
  if (!request) return Failure{request.error().with_context(server.shown)};
  return request;
}

}  // namespace greentill::enrol

// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/api/kept_answer.hpp"

#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/sealed.hpp"
#include "tools/credit-service/api/representation.hpp"
#include "tools/credit-service/api/routing.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kMostKey = 64;
constexpr std::size_t kMostSealed = 12u << 10;
constexpr const char* kSealedAs = "answer";

Result<crypto::WrappingKey> sealing_key(const Call& call) {
  constexpr std::string_view kFor("greentill kept answer\0", 22);
  const Digest key = crypto::hasher().sha256({as_bytes(kFor), as_bytes(std::string_view(call.request.authorization).substr(7))});
  return crypto::WrappingKey::from(key);
}

std::string header_of(const HttpReply& reply, std::string_view name) {
  for (const auto& [one, value] : reply.headers) {
    if (one == name) return value;
  }
  return {};
}

}  // namespace

std::string plain_key(std::string_view header) {
  if (header.size() >= 2 && header.front() == '"' && header.back() == '"') header = header.substr(1, header.size() - 2);
  return std::string(header);
}

BasicStatus<Problem> check_key(std::string_view header) {
  const std::string key = plain_key(header);
  if (!header.empty() && key.empty()) return refuse(400, "bad-request", "Idempotency-Key is empty");
  const bool is_visible =
      key.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/+=") == std::string::npos;
  if (key.size() <= kMostKey && is_visible) return Done{};
  return refuse(400, "bad-request", "Idempotency-Key must be 1 to 64 letters, digits and -._~:/+=");
}

Digest request_digest(const HttpRequest& request) {
  constexpr std::string_view kZero("\0", 1);
  return crypto::hasher().sha256(
      {as_bytes(request.method), as_bytes(kZero), as_bytes(request.path), as_bytes(kZero), as_bytes(request.body)});
}

Result<std::vector<std::uint8_t>> seal_answer(const Call& call, const HttpReply& reply) {
  const auto key = sealing_key(call);
  if (!key) return Failure{key.error()};
  std::string location = header_of(reply, "Location");
  if (location.empty()) location = header_of(reply, "Content-Location");
  Json json{{"location", location}};
  if (reply.body.size() <= kMostSealed) json["body"] = reply.body;
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return key->seal(kSealedAs, as_bytes(text), call.counter.random);
}

Result<HttpReply, Problem> open_answer(Call& call, const KeptAnswer& kept) {
  const auto key = sealing_key(call);
  if (!key) return refuse(key.error());
  const auto opened = key->open(kSealedAs, kept.body);
  if (!opened) return refuse(opened.error().with_context("a kept answer"));
  const Json json = Json::parse(opened->text(), nullptr, false);
  if (!json.is_object()) return refuse(500, "internal", "a kept answer cannot be read");
  const std::string location = json.value("location", "");
  HttpReply reply{kept.status, "application/json", json.value("body", ""), {}};
  if (!json.contains("body")) {
    const auto there = find_route("GET", location);
    if (there.route == nullptr || (there.route->who & who_of(call.token)) == 0) {
      return refuse(500, "internal", "a kept answer leads nowhere");
    }
    Call look{call.token, call.counter, call.access, call.request, there.names};
    const auto now = there.route->handle(look);
    if (!now) return Failure{now.error()};
    reply.body = json_reply(kept.status, now->json).body;
  }
  if (!location.empty()) reply.headers.emplace_back(kept.status == 201 ? "Location" : "Content-Location", location);
  return reply;
}

}  // namespace greentill::credit

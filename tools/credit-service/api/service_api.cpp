// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/api/service_api.hpp"

#include <algorithm>

#include "daemon/base/hex.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/base/printable.hpp"
#include "daemon/base/utf8.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tools/credit-service/api/call.hpp"
#include "tools/credit-service/api/kept_answer.hpp"
#include "tools/credit-service/api/representation.hpp"
#include "tools/credit-service/api/routing.hpp"
#include "tools/credit-service/trees/ending.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kDroppedAtOnce = 100;
constexpr std::size_t kExpiredAtOnce = 100;

/// The token of a Bearer header (RFC 6750), whose scheme may be in any case.
std::optional<std::string_view> bearer_of(std::string_view header) {
  constexpr std::string_view kScheme = "bearer ";
  if (header.size() <= kScheme.size()) return std::nullopt;
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    const char c = header[i];
    if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != kScheme[i]) return std::nullopt;
  }
  return header.substr(kScheme.size());
}

bool is_plain(std::string_view text) { return is_utf8(text) && text.find('\0') == std::string_view::npos; }

/// Whether the query has nothing but what the route reads.
BasicStatus<Problem> check_query(const Route& route, const Json& query) {
  for (const auto& [name, value] : query.items()) {
    const std::string all = ' ' + std::string(route.query) + ' ';
    if (name.find(' ') != std::string::npos || all.find(' ' + name + ' ') == std::string::npos) {
      return refuse_field(printable(name), "is not known here");
    }
  }
  return Done{};
}

bool only_looks(std::string_view method) { return method == "GET"; }

}  // namespace

HttpReply ServiceApi::told(const Problem& problem) {
  if (problem.status >= 500 && lines_.take(clock_.monotonic())) log_.write(LogLevel::error, "api", problem.detail);
  return reply_of(problem);
}

HttpReply ServiceApi::health() {
  const auto epoch = store_->epoch();
  return epoch ? json_reply(200, {{"status", "ok"}, {"epoch", *epoch}}) : told(problem_of(epoch.error()));
}

HttpReply ServiceApi::answer(const HttpRequest& request) {
  const std::scoped_lock lock(mutex_);
  const auto begun = std::chrono::steady_clock::now();
  std::string_view pattern;
  HttpReply reply;
  try {
    reply = answered(request, pattern);
  } catch (const std::exception& error) {  // the libraries', where memory ends
    reply = told({500, "internal", error.what()});
  }
  metrics_.note(request.method, pattern, reply.status, std::chrono::steady_clock::now() - begun);
  return reply;
}

HttpReply ServiceApi::answered(const HttpRequest& request, std::string_view& pattern) {
  if (request.path == "/healthz" && (request.method == "GET" || request.method == "HEAD")) {
    pattern = "/healthz";
    return health();
  }
  const auto shown = bearer_of(request.authorization);
  if (!shown) return told({401, "unauthorized", "send \"Authorization: Bearer TOKEN\"; the operator gives tokens"});
  SystemRandom random;
  const auto token = Access(store_->access(), random, crypto::hasher(), clock_.unix_seconds()).admit(*shown);
  if (!token && token.error().code == ErrorCode::denied) return told({401, "unauthorized", token.error().message});
  if (!token) return told(problem_of(token.error()));
  return admitted(request, *token, pattern);
}

HttpReply ServiceApi::admitted(const HttpRequest& request, const AccessToken& token, std::string_view& pattern) {
  if (!is_plain(request.path)) return told({400, "bad-request", "the address must be UTF-8, without NUL"});
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  if (request.path == "/metrics" && method == "GET" && token.is == AccessToken::Scope::service) {
    pattern = request.path;
    return {200, "text/plain; version=0.0.4", metrics_.text(), {}};
  }
  auto found = find_route(method, request.path);
  if (found.route == nullptr && !found.allowed.empty()) {
    HttpReply reply = told({405, "method-not-allowed", "here goes " + found.allowed});
    reply.headers.emplace_back("Allow", found.allowed);
    return reply;
  }
  if (found.route == nullptr)
    return told({404, "not-found", "there is no " + request.path + "; docs/service-api.md lists what there is"});
  const Route& route = *found.route;
  pattern = route.pattern;
  if ((route.who & who_of(token)) == 0) {
    return told({403, "forbidden", "this is not for a token of scope " + std::string(to_words(token.is))});
  }
  if (token.read_only && !only_looks(method)) return told({403, "forbidden", "this token may only look"});
  auto body = only_looks(method) || method == "DELETE" ? read_query(request) : read_body(request);
  if (!body) return told(body.error());
  if (method != "POST" && method != "PUT") {
    if (const auto known = check_query(route, *body); !known) return told(known.error());
  }
  Counter counter(config_, *store_, clock_.unix_seconds());
  Access access(store_->access(), counter.random, crypto::hasher(), counter.now);
  Call call{token, counter, access, request, std::move(found.names), std::move(*body)};
  const auto now = clock_.monotonic();
  // By who is asked for: behind a proxy all come from one address.
  const std::string guesser = call.is_service() && !call.names.empty() ? call.names.front() : token.id();
  if (route.guesses && !guesses_.may_try(guesser, now)) {
    return told({429, "too-many-guesses", "wait a minute, and look at the code again"});
  }
  HttpReply reply = only_looks(method) ? look(call, route) : change(call, route);
  const bool was_wrong = reply.status == 404 || reply.status == 422;
  if (route.guesses && was_wrong) guesses_.note(guesser, now);
  return reply;
}

HttpReply ServiceApi::look(Call& call, const Route& route) {
  const auto answer = route.handle(call);
  if (!answer) return told(answer.error());
  HttpReply reply = reply_of(*answer);
  const std::string tag = entity_tag(reply.body);
  reply.headers.emplace_back("ETag", tag);
  if (names_tag(call.request.if_none_match, tag, false)) return {304, reply.content_type, "", reply.headers};
  return reply;
}

HttpReply ServiceApi::change(Call& call, const Route& route) {
  if (const auto key = check_key(call.request.idempotency_key); !key) return told(key.error());
  // Workers do it too, where there are some.
  const auto expired = expire_orders(*store_, call.counter.now, kExpiredAtOnce);
  if (!expired) return told(problem_of(expired.error()));
  std::optional<Problem> problem;
  HttpReply reply;
  const Status done = store_->transact([&]() -> Status {
    const auto give_up = [&](const Problem& why) {
      problem = why;
      return fail(ErrorCode::invalid, "given up");
    };
    auto before = kept(call);
    if (!before) return give_up(before.error());
    if (*before) {
      reply = std::move(**before);
      return Done{};
    }
    auto answer = change_within(call, route);
    if (!answer) return give_up(answer.error());
    if (Status noted = note(call, route, *answer); !noted) return noted;
    reply = reply_of(*answer);
    return keep(call, reply);
  });
  if (problem) return told(*problem);
  return done ? reply : told(problem_of(done.error()));
}

/// If-Match (RFC 9110, 13.1.1): of what GET answers there.
Result<ApiAnswer, Problem> ServiceApi::change_within(Call& call, const Route& route) {
  if (!call.request.if_match.empty()) {
    const auto there = find_route("GET", call.request.path);
    if (there.route == nullptr || (there.route->who & who_of(call.token)) == 0) {
      return refuse(400, "bad-request", "If-Match goes with what can be read at the same address");
    }
    HttpRequest reading = call.request;
    reading.method = "GET";
    Call look{call.token, call.counter, call.access, reading, there.names};
    const auto now = there.route->handle(look);
    if (!now || !names_tag(call.request.if_match, entity_tag(reply_of(*now).body), true)) {
      return refuse(412, "changed", "it is not what If-Match names any more: read it again");
    }
  }
  return route.handle(call);
}

Status ServiceApi::note(const Call& call, const Route& route, const ApiAnswer& answer) {
  if (answer.subject.empty()) return Done{};
  // Not in the registry's trail: what holders do is much more, and has no part in what workers look up.
  const auto why = call.body.find("why");
  AccessDeed deed{answer.subject,
                  0,
                  call.counter.now,
                  call.token.id(),
                  std::string(route.method) + ' ' + std::string(route.pattern),
                  answer.noted.dump(-1, ' ', false, Json::error_handler_t::replace),
                  why != call.body.end() && why->is_string() ? why->get<std::string>() : ""};
  Status noted = store_->access().add(deed);
  if (!noted || answer.also.empty()) return noted;
  deed.subject = answer.also;
  return store_->access().add(deed);
}

/// How the same request was answered before; nothing where it has no key, or comes first.
Result<std::optional<HttpReply>, Problem> ServiceApi::kept(Call& call) {
  const std::string key = plain_key(call.request.idempotency_key);
  if (key.empty()) return std::optional<HttpReply>();
  if (Status dropped = store_->access().drop_answers(call.counter.now - kKeptAnswerSeconds, kDroppedAtOnce); !dropped) {
    return refuse(dropped.error());
  }
  const auto found = store_->access().answer(call.token.hash, key);
  if (!found) return refuse(found.error());
  if (!*found) return std::optional<HttpReply>();
  if ((*found)->request != request_digest(call.request)) {
    return refuse(422, "key-reused", "another request came with this idempotency key: give each its own");
  }
  auto reply = open_answer(call, **found);
  if (!reply) return Failure{reply.error()};
  reply->headers.emplace_back("Idempotent-Replayed", "true");
  return std::optional(std::move(*reply));
}

Status ServiceApi::keep(const Call& call, const HttpReply& reply) {
  const std::string key = plain_key(call.request.idempotency_key);
  if (key.empty()) return Done{};
  auto sealed = seal_answer(call, reply);
  if (!sealed) return Failure{sealed.error()};
  return store_->access().add(
      {call.token.hash, key, request_digest(call.request), reply.status, std::move(*sealed), call.counter.now});
}

std::string Call::repeat_key() const {
  const std::string key = plain_key(request.idempotency_key);
  return key.empty() ? "" : to_hex(crypto::hasher().sha256({token.hash, as_bytes(key)}));
}

}  // namespace greentill::credit

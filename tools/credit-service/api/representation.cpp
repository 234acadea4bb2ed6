// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/api/representation.hpp"

#include <set>

#include "daemon/base/hex.hpp"
#include "daemon/base/text.hpp"
#include "daemon/crypto/hasher.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kMostNesting = 16;
constexpr std::size_t kMostMembers = 64;

/// Whether brackets stand in one another too deeply: the parser's memory is bounded by that.
bool is_deep(std::string_view text) {
  std::size_t depth = 0;
  bool in_text = false, escaped = false;
  for (const char c : text) {
    if (in_text) {
      in_text = escaped || c != '"';
      escaped = !escaped && c == '\\';
      continue;
    }
    in_text = c == '"';
    if ((c == '{' || c == '[') && ++depth > kMostNesting) return true;
    if ((c == '}' || c == ']') && depth > 0) --depth;
  }
  return false;
}

}  // namespace

Result<Json, Problem> read_body(const HttpRequest& request) {
  if (request.body.empty()) return Json::object();
  const std::string_view type = std::string_view(request.content_type).substr(0, request.content_type.find(';'));
  if (type != "application/json") return refuse(415, "unsupported-type", "send application/json");
  if (is_deep(request.body)) return refuse(400, "not-json", "its brackets stand in one another too deeply");
  bool is_twice = false, has_too_many = false;
  std::vector<std::set<std::string>> open;
  const auto watch = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event != Json::parse_event_t::key) return true;
    is_twice = !open.back().insert(parsed.get<std::string>()).second || is_twice;
    // An ordered object is searched from its begin for each name: the time would grow with the square.
    has_too_many = has_too_many || open.back().size() > kMostMembers;
    return !has_too_many;
  };
  Json json = Json::parse(request.body, watch, false);
  if (json.is_discarded()) return refuse(400, "not-json", "the body is no JSON document in UTF-8");
  if (has_too_many) return refuse(400, "not-json", "an object has more members than anything that is taken here");
  if (is_twice) return refuse(400, "not-json", "a name stands twice in one object");
  if (!json.is_object()) return refuse(400, "not-json", "the body must be a JSON object");
  return json;
}

Result<Json, Problem> read_query(const HttpRequest& request) {
  Json json = Json::object();
  for (const auto& [name, value] : request.parameters) {
    if (json.contains(name)) return refuse_field(name, "stands twice in the query");
    json[name] = value;
  }
  return json;
}

HttpReply json_reply(int status, const Json& json) {
  return {status, "application/json", json.dump(-1, ' ', false, Json::error_handler_t::replace), {}};
}

HttpReply reply_of(const ApiAnswer& answer) {
  HttpReply reply = answer.content_type.empty() ? json_reply(answer.status, answer.json)
                                                : HttpReply{answer.status, answer.content_type, answer.bytes, {}};
  if (!answer.location.empty())
    reply.headers.emplace_back(answer.status == 201 ? "Location" : "Content-Location", answer.location);
  return reply;
}

std::string entity_tag(std::string_view body) {
  constexpr std::size_t kTagBytes = 16;
  return '"' + to_hex(ByteView(crypto::hasher().sha256({as_bytes(body)})).first(kTagBytes)) + '"';
}

bool names_tag(std::string_view header, std::string_view tag, bool strongly) {
  if (header == "*") return true;
  while (!header.empty()) {
    const std::size_t comma = std::min(header.find(','), header.size());
    std::string_view one = trimmed(header.substr(0, comma));
    if (!strongly && one.starts_with("W/")) one.remove_prefix(2);
    if (one == tag) return true;
    header.remove_prefix(std::min(comma + 1, header.size()));
  }
  return false;
}

}  // namespace greentill::credit

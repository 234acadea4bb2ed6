// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/client/daemon_json.hpp"

#include "daemon/base/hex.hpp"

namespace greentill::cli {
namespace {

constexpr std::string_view kJsonType = "application/json";

Result<Json> object_of(const Result<Answer>& answer) {
  if (!answer) return Failure{answer.error()};
  if (answer->status != 200 && answer->status != 201 && answer->status != 202) return Failure{error_of(*answer)};
  Json json = Json::parse(answer->body, nullptr, false);
  if (!json.is_object()) return fail(ErrorCode::io, "the daemon's answer is not JSON");
  return json;
}

}  // namespace

Result<Json> get_json(DaemonClient& daemon, const std::string& path) { return object_of(daemon.get(path, kJsonType)); }

Result<Json> post_json(DaemonClient& daemon, const std::string& path) { return object_of(daemon.post(path, kJsonType, "")); }

Result<Json> post_json(DaemonClient& daemon, const std::string& path, const Json& document) {
  return object_of(daemon.post(path, kJsonType, document.dump(-1, ' ', false, Json::error_handler_t::replace)));
}

void add_parameter(std::string& path, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  path += path.find('?') == std::string::npos ? '?' : '&';
  path += std::string(name) + '=';
  for (const char c : value) {
    // The unreserved characters of RFC 3986, section 2.3; independent of the locale.
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    const auto byte = static_cast<std::uint8_t>(c);
    path += plain ? std::string(1, c) : "%" + to_hex(ByteView(&byte, 1));
  }
}

std::string text_of(const Json& json, const char* member) {
  const auto found = json.find(member);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t number_of(const Json& json, const char* member) {
  const auto found = json.find(member);
  return found != json.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

}  // namespace greentill::cli

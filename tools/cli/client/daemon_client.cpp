// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/client/daemon_client.hpp"

#include <httplib.h>

#include <nlohmann/json.hpp>

#include "daemon/base/text.hpp"
#include "tools/cli/client/bounded_http.hpp"

namespace greentill::cli {
namespace {

constexpr int kOk = 200;
constexpr std::size_t kLongestProblem = 64u << 10;

constexpr std::string_view kScheme = "http://";
constexpr int kConnectSeconds = 5;

struct Place {
  std::string host;
  int port = 80;
};

/// Of "http://host:port" or "http://[IPv6 address]:port"; nothing where it is neither.
std::optional<Place> place_of(std::string_view url) {
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  const bool bracketed = url.starts_with('[');
  const std::size_t end = bracketed ? url.find(']') : url.find(':');
  if (bracketed && end == std::string_view::npos) return std::nullopt;
  Place place{std::string(bracketed ? url.substr(1, end - 1) : url.substr(0, end)), 80};
  url.remove_prefix(std::min(url.size(), bracketed ? end + 1 : end));
  if (place.host.empty() || place.host.find_first_of("/?#@ ") != std::string::npos) return std::nullopt;
  if (url.empty()) return place;
  const auto port = url.starts_with(':') ? parse_integer<std::uint16_t>(url.substr(1)) : std::nullopt;
  if (!port) return std::nullopt;
  place.port = *port;
  return place;
}

/// httplib's error names are for programmers; these sentences are for users.
std::string words_of(httplib::Error error, unsigned pause_s) {
  constexpr const char* kRunning = "; is greentilld running there?";
  const std::string pause = std::to_string(pause_s) + " s";
  switch (error) {
    case httplib::Error::Connection: return std::string("cannot connect: it refuses, or is no host that can be found") + kRunning;
    case httplib::Error::ConnectionTimeout:
      return "cannot connect: timed out after " + std::to_string(kConnectSeconds) + " s" + kRunning;
    case httplib::Error::Read: return "the line broke off before the answer was whole, or nothing came for " + pause;
    case httplib::Error::Write: return "the line broke off while it was asked, or nothing was taken for " + pause;
    case httplib::Error::Canceled: return "the answer was given up, as it is not what was asked for";
    default: return httplib::to_string(error) + kRunning;
  }
}

std::string media_type(const std::string& header) { return header.substr(0, header.find(';')); }

std::optional<int> seconds(const std::string& header) {
  const auto value = parse_integer<int>(header);
  return value.value_or(-1) >= 0 ? value : std::nullopt;
}

class HttplibClient final : public DaemonClient {
 public:
  HttplibClient(const Endpoint& endpoint, std::string url, const Place& place)
      : url_(std::move(url)),
        pause_s_(endpoint.pause_s),
        client_(place.host, place.port, std::chrono::seconds(endpoint.pause_s)) {
    client_.set_keep_alive(true);
    client_.set_tcp_nodelay(true);
    client_.set_connection_timeout(kConnectSeconds);
    if (!endpoint.token.empty()) client_.set_bearer_token_auth(endpoint.token.c_str());
  }

  Result<Answer> get(const std::string& path, std::string_view accept) override {
    return answer(client_.Get(path.c_str(), {{"Accept", std::string(accept)}}));
  }

  Result<Answer> post(const std::string& path, std::string_view type, const std::string& body) override {
    return answer(client_.Post(path.c_str(), body, std::string(type).c_str()));
  }

  Result<Answer> stream(const std::string& path, std::string_view accept,
                        const std::function<bool(std::string_view)>& take) override {
    bool wanted = false;
    std::string problem;
    httplib::Result result = client_.Get(
        path.c_str(), {{"Accept", std::string(accept)}},
        [&wanted](const httplib::Response& response) {
          wanted = response.status == kOk;
          return true;
        },
        [&](const char* bytes, std::size_t count) {
          if (wanted) return take({bytes, count});
          problem.append(bytes, std::min(count, kLongestProblem - problem.size()));
          return true;
        });
    if (result && !wanted) result->body = std::move(problem);
    return answer(result);
  }

 private:
  Result<Answer> answer(const httplib::Result& result) const {
    if (!result) {
      return fail(ErrorCode::unavailable, "no answer from the daemon at " + url_ + ": " + words_of(result.error(), pause_s_));
    }
    return Answer{result->status, media_type(result->get_header_value("Content-Type")), result->body,
                  seconds(result->get_header_value("Retry-After"))};
  }

  std::string url_;
  unsigned pause_s_;
  BoundedHttpClient client_;
};

std::string detail_of(const Answer& answer) {
  const auto json = nlohmann::json::parse(answer.body, nullptr, false);
  if (json.is_object()) {
    for (const char* member : {"detail", "title"}) {
      if (const auto found = json.find(member); found != json.end() && found->is_string()) return found->get<std::string>();
    }
  }
  return "it says no more";
}

ErrorCode code_of(int status) {
  switch (status) {
    case 401:
    case 403:
    case 421: return ErrorCode::denied;
    case 404: return ErrorCode::not_found;
    case 503: return ErrorCode::unavailable;
    case 507: return ErrorCode::full;
    default: return status >= 500 ? ErrorCode::io : ErrorCode::invalid;
  }
}

}  // namespace

Result<std::unique_ptr<DaemonClient>> DaemonClient::make(const Endpoint& endpoint) {
  std::string url = endpoint.url;
  while (url.ends_with('/')) url.pop_back();
  if (url.starts_with("https://")) {
    return fail(ErrorCode::invalid, "\"" + endpoint.url + "\": the daemon's API speaks http:// alone, on its own device");
  }
  const std::string message = "\"" + endpoint.url + "\" is no address of a daemon: write http://host:port";
  const auto place = place_of(url);
  if (!place) return fail(ErrorCode::invalid, message);
  return std::unique_ptr<DaemonClient>(std::make_unique<HttplibClient>(endpoint, std::move(url), *place));
}

Error error_of(const Answer& answer) {
  std::string message = "the daemon answers " + std::to_string(answer.status) + ": " + detail_of(answer);
  // The daemon's message speaks of HTTP headers, which a user of the command line does not type.
  if (answer.status == 401)
    message += " (here: --token-file FILE, or --config FILE to take it from; you must be able to read it)";
  return {code_of(answer.status), std::move(message)};
}

}  // namespace greentill::cli

// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/gate.hpp"

#include <algorithm>

#include "daemon/base/text.hpp"

namespace greentill::api {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view value) {
  return std::any_of(list.begin(), list.end(), [&](const std::string& item) { return lower_case(item) == lower_case(value); });
}

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1" || address.starts_with("::ffff:127.");
}

}  // namespace

std::string media_type(std::string_view header) { return lower_case(trimmed(header.substr(0, header.find(';')))); }

void Gate::set_port(std::uint16_t port) {
  hosts_ = options_.allowed_hosts;
  for (const char* name : {"127.0.0.1", "localhost", "[::1]"}) {
    hosts_.push_back(std::string(name) + ':' + std::to_string(port));
    if (port == 80) hosts_.emplace_back(name);
  }
}

std::optional<Problem> Gate::check_host(const httplib::Request& request) const {
  if (request.get_header_value_count("Host") != 1) return bad_request("exactly one Host header is needed");
  if (contains(hosts_, request.get_header_value("Host"))) return std::nullopt;
  return misdirected("the Host header names another host; use 127.0.0.1 with the port, or add the name to allowed_hosts");
}

namespace {

// https://www.w3.org/TR/fetch-metadata/: "none" is the person who typed the address. "same-site" is another port of this host,
// which is not ours.
std::optional<Problem> check_site(const httplib::Request& request) {
  for (std::size_t i = 0; i < request.get_header_value_count("Sec-Fetch-Site"); ++i) {
    const std::string site = request.get_header_value("Sec-Fetch-Site", i);
    if (site == "none" || site == "same-origin") continue;
    return forbidden("a page of another origin asks this, by an image, script, frame or link; type the address instead");
  }
  return std::nullopt;
}

}  // namespace

std::optional<Problem> Gate::check_origin(const httplib::Request& request) const {
  if (!request.has_header("Origin")) return check_site(request);
  const std::string origin = request.get_header_value("Origin");
  if (origin == "http://" + request.get_header_value("Host") || contains(options_.allowed_origins, origin)) return std::nullopt;
  return forbidden("pages of this origin may not call; add it to allowed_origins if they should");
}

std::optional<Problem> Gate::check_token(const httplib::Request& request) const {
  constexpr std::string_view kScheme = "bearer ";
  const std::string header = request.get_header_value("Authorization");
  if (lower_case(std::string_view(header).substr(0, kScheme.size())) == kScheme &&
      options_.token.matches(std::string_view(header).substr(kScheme.size()))) {
    return std::nullopt;
  }
  return unauthorized(header.empty() ? "send the header Authorization: Bearer <token>" : "the token is wrong");
}

std::optional<Problem> Gate::check_reader(const httplib::Request& request) const {
  return is_loopback(request.remote_addr) ? std::nullopt : check_token(request);
}

std::optional<Problem> Gate::check_body(const httplib::Request& request, const RequestHead& head) const {
  const std::string type = media_type(request.get_header_value("Content-Type"));
  if (type != "application/json" && type != "application/x-ndjson") {
    return unsupported_type("send application/json or application/x-ndjson");
  }
  if (request.has_header("Content-Encoding")) return unsupported_type("send the body without Content-Encoding");
  if (!head.length && !head.chunked) return length_required("send a Content-Length, or the body in chunks");
  if (head.length.value_or(0) <= options_.max_body_bytes) return std::nullopt;
  return too_large("must be at most " + std::to_string(options_.max_body_bytes) + " bytes; send the rest in further requests");
}

}  // namespace greentill::api

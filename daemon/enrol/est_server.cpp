// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/est_server.hpp"

#include <algorithm>

#include "daemon/base/printable.hpp"
#include "daemon/base/text.hpp"

namespace greentill::enrol {
namespace {

constexpr std::string_view kScheme = "https://";
constexpr std::size_t kMostUrlBytes = 255;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

Failure<Error> no_server(std::string_view url) {
  return fail(ErrorCode::invalid,
              "\"" + printable(url.substr(0, kMostUrlBytes)) +
                  "\" is no address of an EST server: that is https://host, https://host:port, or one of them "
                  "with /label behind it");
}

/// Splits "host:port", an IPv6 address in brackets.
bool split_host(std::string_view text, EstServer& into) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return false;
    into.host = text.substr(1, close - 1);
    port = text.substr(close + 1);
    if (into.host.find_first_not_of("0123456789abcdefABCDEF:.") != std::string::npos) return false;
  } else {
    const std::size_t colon = text.find(':');
    into.host = text.substr(0, colon);
    port = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
    if (!std::ranges::all_of(into.host, is_plain)) return false;
  }
  into.port = "443";
  if (!port.empty()) {
    const auto number = parse_integer<std::uint16_t>(port.substr(1));
    if (!port.starts_with(':') || !number || *number == 0) return false;
    into.port = std::to_string(*number);
  }
  return !into.host.empty();
}

}  // namespace

Result<EstServer> EstServer::parse(std::string_view url) {
  std::string_view rest = url;
  if (url.size() > kMostUrlBytes || !lower_case(url.substr(0, kScheme.size())).starts_with(kScheme)) return no_server(url);
  rest.remove_prefix(kScheme.size());
  while (rest.ends_with('/')) rest.remove_suffix(1);
  const std::size_t slash = rest.find('/');
  EstServer server;
  if (!split_host(rest.substr(0, slash), server)) return no_server(url);
  server.base = "/.well-known/est";
  if (slash != std::string_view::npos) {
    std::string_view label = rest.substr(slash);
    if (label.starts_with(server.base)) label.remove_prefix(server.base.size());  // the whole address, as some write it
    if (!label.empty() && (!std::ranges::all_of(label.substr(1), is_plain) || label.size() < 2)) return no_server(url);
    server.base += label;
  }
  server.shown = url;
  return server;
}

EstServer EstServer::beside_est() const {
  EstServer same = *this;
  same.base = "/.well-known/greentill";
  return same;
}

}  // namespace greentill::enrol

// SPDX-License-Identifier: Apache-2.0
// Who may ask what, decided from a request's headers before its body is read. A page in a browser at the till can reach the
// loopback interface. Its Host header gives away a host name that was rebound to this machine, its Origin and Sec-Fetch-Site
// headers a foreign page; and writing needs the token. Private to daemon/api. Threads: immutable, safe from any thread.
#pragma once

#include <httplib.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/api/framing.hpp"
#include "daemon/api/problem.hpp"
#include "daemon/api/server.hpp"

namespace greentill::api {

class Gate {
 public:
  explicit Gate(const Options& options) : options_(options) {}

  /// Sets the port that a Host header with a loopback name must have. Called once the port is bound, before the first request.
  void set_port(std::uint16_t port);

  [[nodiscard]] std::optional<Problem> check_host(const httplib::Request& request) const;
  /// Refuses what a page of another origin asks that is not allowed: by Origin, and, where a browser sends none (images, scripts,
  /// links), by Sec-Fetch-Site. Programs send neither.
  [[nodiscard]] std::optional<Problem> check_origin(const httplib::Request& request) const;
  [[nodiscard]] std::optional<Problem> check_token(const httplib::Request& request) const;
  /// Reading is free on the loopback interface and needs the token elsewhere.
  [[nodiscard]] std::optional<Problem> check_reader(const httplib::Request& request) const;
  /// Whether the body that is about to be read has a type and a size that are taken.
  [[nodiscard]] std::optional<Problem> check_body(const httplib::Request& request, const RequestHead& head) const;

 private:
  const Options& options_;
  std::vector<std::string> hosts_;
};

/// The media type of a header value: without parameters, in lower case.
[[nodiscard]] std::string media_type(std::string_view header);

}  // namespace greentill::api

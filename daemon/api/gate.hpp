// SPDX-License-Identifier: Apache-2.0
// Who may ask what, decided from a request's headers before its body is read. A page in the till's browser can reach the
// loopback interface: the Host header tells a rebound name, the Origin header a foreign page, and only a holder of the token
// writes. Private to daemon/api. Threads: immutable, safe from any thread.
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

  /// The port that the loopback names go with; known once it is bound.
  void set_port(std::uint16_t port);

  [[nodiscard]] std::optional<Problem> check_host(const httplib::Request& request) const;
  [[nodiscard]] std::optional<Problem> check_origin(const httplib::Request& request) const;
  [[nodiscard]] std::optional<Problem> check_token(const httplib::Request& request) const;
  /// Reading is free on the loopback interface and needs the token elsewhere.
  [[nodiscard]] std::optional<Problem> check_reader(const httplib::Request& request) const;
  /// The shape of a body that is about to be read.
  [[nodiscard]] std::optional<Problem> check_body(const httplib::Request& request, const RequestHead& head) const;

 private:
  const Options& options_;
  std::vector<std::string> hosts_;
};

/// The media type of a header value: without parameters, in lower case.
[[nodiscard]] std::string media_type(std::string_view header);

}  // namespace greentill::api

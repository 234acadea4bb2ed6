// SPDX-License-Identifier: Apache-2.0
// cpp-httplib's client, behind its public interface for one thing: it matches an answer's first line by a regular expression,
// which recurses for each byte, so that whoever listens in the daemon's place could overflow its stack with a line of some 100
// KiB. Here that line is bounded before the library sees it. (Its server: daemon/api/head_library.hpp.) Private to
// tools/cli/client. Threads: one.
#pragma once

#include <httplib.h>

#include <chrono>
#include <functional>

namespace greentill::cli {

class BoundedHttpClient : public httplib::ClientImpl {
 public:
  /// `pause`: how long the server may say or take nothing.
  BoundedHttpClient(const std::string& host, int port, std::chrono::seconds pause);

 private:
  bool process_socket(const Socket& socket, std::function<bool(httplib::Stream&)> callback) override;

  std::chrono::milliseconds pause_;
};

}  // namespace greentill::cli

// SPDX-License-Identifier: Apache-2.0
// cpp-httplib's request reading and answer writing on connections and threads of our own. The library's defaults that a device
// cannot live with are off: bodies and headers without bound, compression, ranges, a port shared with whoever asks for it, an
// idle connection woken ninety times a second. Private to daemon/api.
#pragma once

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "daemon/api/connection.hpp"
#include "daemon/api/connection_pool.hpp"
#include "daemon/base/error.hpp"

namespace greentill::api {

/// What answers the requests. A "Connection: close" in an answer ends the connection. Threads: called from many at once.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  /// Answers a request whose body is not read yet; false: hand in its body.
  virtual bool answer(const httplib::Request& request, httplib::Response& response) = 0;
  /// Answers a POST to `post_path()`.
  virtual void answer_post(const httplib::Request& request, httplib::Response& response, const httplib::ContentReader& body) = 0;
  /// Something failed before or behind the two above: gives the answer of that status its body.
  virtual void explain(const httplib::Request& request, httplib::Response& response) = 0;
  /// The last word on every answer's headers.
  virtual void finish(const httplib::Request& request, httplib::Response& response) = 0;
};

class Listener final : private httplib::Server {
 public:
  Listener(RequestHandler& handler, std::size_t threads, const std::string& post_path);
  ~Listener() override;

  /// port 0: any free one. From here on port() is known and connections wait.
  Status bind(const std::string& host, std::uint16_t port);
  /// Serves them. Requires: bound.
  void start();
  /// Waits for the requests under way.
  void stop();
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void accept_loop();
  void serve(int socket) noexcept;
  bool serve_request(Connection& connection);

  ConnectionPool pool_;
  std::atomic<bool> stopping_ = false;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace greentill::api

// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/client/bounded_http.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace greentill::cli {
namespace {

constexpr std::size_t kLongestFirstLine = 1024;

class BoundedStream final : public httplib::Stream {
 public:
  BoundedStream(int socket, std::chrono::milliseconds pause) : socket_(socket), pause_(pause) {}

  [[nodiscard]] bool is_readable() const override { return begin_ < end_ || wait_for(POLLIN); }
  [[nodiscard]] bool is_writable() const override { return wait_for(POLLOUT); }
  ssize_t read(char* into, size_t size) override {
    if (begin_ == end_ && !fill()) return last_;
    const std::size_t count = std::min(size, end_ - begin_);
    std::copy_n(bytes_.data() + begin_, count, into);
    begin_ += count;
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* bytes, size_t size) override {
    if (!is_writable()) return -1;
    ssize_t put = -1;
    do put = ::send(socket_, bytes, size, MSG_NOSIGNAL);
    while (put < 0 && errno == EINTR);
    return put;
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  [[nodiscard]] socket_t socket() const override { return socket_; }

 private:
  [[nodiscard]] bool wait_for(short events) const {
    pollfd one{socket_, events, 0};
    int ready = -1;
    do ready = ::poll(&one, 1, static_cast<int>(pause_.count()));
    while (ready < 0 && errno == EINTR);
    return ready == 1;
  }

  bool fill() {
    last_ = -1;
    if (!wait_for(POLLIN)) return false;
    do last_ = ::recv(socket_, bytes_.data(), bytes_.size(), 0);
    while (last_ < 0 && errno == EINTR);
    begin_ = 0;
    end_ = static_cast<std::size_t>(std::max<ssize_t>(last_, 0));
    if (in_first_line_ && !bound_first_line()) last_ = -1;
    return last_ > 0;
  }

  bool bound_first_line() {
    const char* const end = bytes_.data() + end_;
    const char* const line_end = std::find(static_cast<const char*>(bytes_.data()), end, '\n');
    first_line_bytes_ += static_cast<std::size_t>(line_end - bytes_.data());
    in_first_line_ = line_end == end;
    return first_line_bytes_ <= kLongestFirstLine;
  }

  const int socket_;
  const std::chrono::milliseconds pause_;
  std::array<char, 16u << 10> bytes_{};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  ssize_t last_ = 0;
  bool in_first_line_ = true;
  std::size_t first_line_bytes_ = 0;
};

}  // namespace

BoundedHttpClient::BoundedHttpClient(const std::string& host, int port, std::chrono::seconds pause)
    : ClientImpl(host, port), pause_(pause) {
  set_read_timeout(pause);
  set_write_timeout(pause);
}

bool BoundedHttpClient::process_socket(const Socket& socket, std::function<bool(httplib::Stream&)> callback) {
  BoundedStream stream(socket.sock, pause_);
  return callback(stream);
}

}  // namespace greentill::cli

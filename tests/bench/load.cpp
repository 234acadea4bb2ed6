// SPDX-License-Identifier: Apache-2.0
// bench-load PORT TOKEN ISSUER COUNT MODE: reports COUNT shared-bike rides and prints {"claims", "seconds", "median_us"}.
// MODE ndjson: one connection, 500 rides a request; single:N: N kept-open connections, one ride a request each.
// "median_us" is of one request. Plain sockets, so that the client costs as little as can be.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int kRidesARequest = 500;

class Connection {
 public:
  explicit Connection(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("cannot connect");
  }
  ~Connection() { ::close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// The whole answer; ends the program at anything but 200 or 201.
  const std::string& exchange(const std::string& request) {
    for (std::size_t sent = 0; sent < request.size();) {
      const ssize_t count = ::send(socket_, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) fail("cannot send");
      sent += static_cast<std::size_t>(count);
    }
    answer_.clear();
    std::size_t end = 0;
    while (!complete(end)) {
      char buffer[65536];
      const ssize_t count = ::recv(socket_, buffer, sizeof buffer, 0);
      if (count <= 0) fail("the connection ended");
      answer_.append(buffer, static_cast<std::size_t>(count));
    }
    if (answer_.compare(9, 2, "20") != 0) fail(answer_.c_str());
    return answer_;
  }

 private:
  [[noreturn]] static void fail(const char* what) {
    std::fprintf(stderr, "bench-load: %s\n", what);
    std::exit(1);
  }

  bool complete(std::size_t& end) {
    const std::size_t head = answer_.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    const std::size_t length = answer_.find("Content-Length: ");
    if (length != std::string::npos && length < head) {
      end = head + 4 + static_cast<std::size_t>(std::atoll(answer_.c_str() + length + 16));
      return answer_.size() >= end;
    }
    return answer_.size() >= head + 9 && answer_.compare(answer_.size() - 5, 5, "0\r\n\r\n") == 0;
  }

  int socket_;
  std::string answer_;
};

std::string ride(const std::string& issuer, int number) {
  const int begin = 1'760'000'000 + number;
  return R"({"issuer":")" + issuer + R"(","event_id":"ride-)" + std::to_string(number) +
         R"(","kind":"trip","mode":"bike.shared","begin":)" + std::to_string(begin) + R"(,"end":)" + std::to_string(begin + 600) +
         R"(,"quantities":{"m.odometer":)" + std::to_string(500 + number % 5000) + "}}";
}

std::string request(int port, const std::string& token, const char* type, const std::string& body) {
  return "POST /v1/transactions HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\nAuthorization: Bearer " + token +
         "\r\nContent-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  const int port = std::atoi(argv[1]);
  const std::string token = argv[2];
  const std::string issuer = argv[3];
  const int count = std::atoi(argv[4]);
  const std::string mode = argv[5];
  const bool ndjson = mode == "ndjson";
  const int connections = ndjson ? 1 : std::max(1, std::atoi(mode.c_str() + std::strlen("single:")));
  const int step = ndjson ? kRidesARequest : 1;

  std::atomic<int> next{0};
  std::vector<std::vector<double>> times(static_cast<std::size_t>(connections));
  std::vector<std::thread> threads;
  const auto started = std::chrono::steady_clock::now();
  for (auto& mine : times) {
    threads.emplace_back([&] {
      Connection connection(port);
      for (int first = next.fetch_add(step); first < count; first = next.fetch_add(step)) {
        std::string body;
        for (int i = first; i < std::min(first + step, count); ++i) body += ride(issuer, i) + (ndjson ? "\n" : "");
        const std::string text = request(port, token, ndjson ? "application/x-ndjson" : "application/json", body);
        const auto asked = std::chrono::steady_clock::now();
        connection.exchange(text);
        mine.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - asked).count());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();

  std::vector<double> all;
  for (const auto& mine : times) all.insert(all.end(), mine.begin(), mine.end());
  std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2), all.end());
  std::printf("{\"claims\": %d, \"seconds\": %.6f, \"median_us\": %.1f}\n", count, seconds, all[all.size() / 2]);
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// bench-relay RELAY_PROGRAM SPOOL COUNT: how long a receipt takes to the printer and the printer's answer back, in microseconds,
// median of COUNT: straight, through a relay that does nothing but read and write, and through greentill-printer-relay, which
// copies every receipt meanwhile. All three are asked in turn, so that whatever else the machine does befalls them alike.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

extern char** environ;

namespace {

constexpr std::size_t kReceiptBytes = 1500;
constexpr std::size_t kAnswerBytes = 4;  // a printer's automatic status

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int listen_anywhere(std::uint16_t& port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(port);
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(socket, 16) != 0) give_up("listen");
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return socket;
}

int connect_to(std::uint16_t port) {
  const sockaddr_in address = loopback(port);
  for (int attempt = 0; attempt < 200; ++attempt) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return socket;
    ::close(socket);
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
  }
  give_up("connect");
}

bool send_all(int socket, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t put = ::send(socket, bytes, size, MSG_NOSIGNAL);
    if (put <= 0) return false;
    bytes += put;
    size -= static_cast<std::size_t>(put);
  }
  return true;
}

bool receive_all(int socket, char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::recv(socket, bytes, size, 0);
    if (got <= 0) return false;
    bytes += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

/// Runs in a child that ends with us.
template <typename Work>
pid_t in_child(const Work& work) {
  const pid_t child = ::fork();
  if (child < 0) give_up("fork");
  if (child > 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  work();
  ::_exit(0);
}

/// Answers each receipt once it is there.
void serve(int socket) {
  std::array<char, kReceiptBytes> receipt{};
  const std::array<char, kAnswerBytes> answer{0x14, 0, 0, 0x0f};
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  while (receive_all(socket, receipt.data(), receipt.size()) && send_all(socket, answer.data(), answer.size())) {
  }
  ::close(socket);
}

void printer(int listener) {
  for (;;) {
    const int socket = ::accept(listener, nullptr, nullptr);
    if (socket < 0) return;
    std::thread(serve, socket).detach();
  }
}

/// The least that a relay can do.
void plain_relay(int listener, std::uint16_t printer_port) {
  const int till = ::accept(listener, nullptr, nullptr);
  const int to = connect_to(printer_port);
  const int on = 1;
  ::setsockopt(till, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  std::array<char, 16u << 10> buffer{};
  std::array<pollfd, 2> ends{{{till, POLLIN, 0}, {to, POLLIN, 0}}};
  while (::poll(ends.data(), ends.size(), -1) > 0) {
    for (std::size_t i = 0; i < ends.size(); ++i) {
      if (ends[i].revents == 0) continue;
      const ssize_t got = ::read(ends[i].fd, buffer.data(), buffer.size());
      if (got <= 0 || !send_all(ends[1 - i].fd, buffer.data(), static_cast<std::size_t>(got))) return;
    }
  }
}

pid_t start_relay(const char* program, const char* spool, std::uint16_t port, std::uint16_t printer_port) {
  std::string listen = "127.0.0.1:" + std::to_string(port);
  std::string printer_address = "127.0.0.1:" + std::to_string(printer_port);
  std::vector<const char*> words{program,   "--listen", listen.c_str(), "--printer", printer_address.c_str(),
                                 "--spool", spool,      nullptr};
  pid_t child = -1;
  if (::posix_spawn(&child, program, nullptr, nullptr, const_cast<char**>(words.data()), environ) != 0) give_up(program);
  return child;
}

double print_once(int socket, const std::array<char, kReceiptBytes>& receipt) {
  std::array<char, kAnswerBytes> answer{};
  const auto begin = std::chrono::steady_clock::now();
  if (!send_all(socket, receipt.data(), receipt.size()) || !receive_all(socket, answer.data(), answer.size()))
    give_up("a relay broke off");
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count();
}

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const int count = std::max(1, std::atoi(argv[3]));
  std::uint16_t printer_port = 0;
  std::uint16_t plain_port = 0;
  std::uint16_t our_port = 0;
  const int printer_socket = listen_anywhere(printer_port);
  const int plain_socket = listen_anywhere(plain_port);
  ::close(listen_anywhere(our_port));
  const pid_t printer_child = in_child([&] { printer(printer_socket); });
  const pid_t plain_child = in_child([&] { plain_relay(plain_socket, printer_port); });
  const pid_t relay_child = start_relay(argv[1], argv[2], our_port, printer_port);

  std::array<char, kReceiptBytes> receipt{};
  receipt.fill('a');
  receipt[0] = '\x1b';  // as a till begins; a word of this length would be taken for a browser's request
  receipt[1] = '@';
  const std::array<int, 3> sockets{connect_to(printer_port), connect_to(plain_port), connect_to(our_port)};
  std::array<std::vector<double>, 3> times;
  constexpr int kWarmUp = 50;
  for (int i = -kWarmUp; i < count; ++i) {
    for (std::size_t way = 0; way < sockets.size(); ++way) {
      const double us = print_once(sockets[way], receipt);
      if (i >= 0) times[way].push_back(us);
    }
  }
  for (const int socket : sockets) ::close(socket);
  ::kill(relay_child, SIGTERM);
  int status = 0;
  ::waitpid(relay_child, &status, 0);
  for (const pid_t child : {printer_child, plain_child}) ::kill(child, SIGKILL), ::waitpid(child, nullptr, 0);
  std::printf("{\"direct_us\": %.2f, \"plain_us\": %.2f, \"relay_us\": %.2f}\n", median(times[0]), median(times[1]),
              median(times[2]));
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1;
}

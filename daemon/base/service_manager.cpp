// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/service_manager.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace greentill {
namespace {

constexpr int kFirstKept = 3;  // SD_LISTEN_FDS_START
constexpr long kMostKept = 64;
constexpr int kPatienceMs = 5'000;

std::string taken_from_environment(const char* name) {
  const char* value = std::getenv(name);
  std::string text = value == nullptr ? "" : value;
  ::unsetenv(name);
  return text;
}

std::optional<long> number(std::string_view text) {
  long value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc() && read.ptr == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// Whether a variable that comes with a process id is for this process; `if_absent` where there is none.
bool is_for_us(const std::string& pid, bool if_absent) { return pid.empty() ? if_absent : number(pid) == ::getpid(); }

/// What else may have been handed over is nothing that this program kept.
bool is_listening(int descriptor) {
  int listens = 0;
  socklen_t size = sizeof listens;
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0 &&
         ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) == 0 &&
         (address.ss_family == AF_INET || address.ss_family == AF_INET6);
}

}  // namespace

ServiceManager ServiceManager::from_environment() {
  ServiceManager manager;
  manager.socket_ = taken_from_environment("NOTIFY_SOCKET");
  const bool is_name = !manager.socket_.empty() && (manager.socket_[0] == '/' || manager.socket_[0] == '@');
  if (!is_name || manager.socket_.size() >= sizeof(sockaddr_un::sun_path)) manager.socket_.clear();
  if (!manager.socket_.empty() && manager.socket_[0] == '@') manager.socket_[0] = '\0';

  const auto watchdog_us = number(taken_from_environment("WATCHDOG_USEC"));
  const bool watched = is_for_us(taken_from_environment("WATCHDOG_PID"), true);
  if (watched && watchdog_us && *watchdog_us > 0) manager.watchdog_ = std::chrono::milliseconds(*watchdog_us / 1000);

  const auto count = number(taken_from_environment("LISTEN_FDS"));
  std::string names = taken_from_environment("LISTEN_FDNAMES");
  if (!is_for_us(taken_from_environment("LISTEN_PID"), false) || !count || *count > kMostKept) return manager;
  for (int i = 0; i < *count; ++i) {
    const std::size_t end = names.find(':');
    ::fcntl(kFirstKept + i, F_SETFD, FD_CLOEXEC);
    manager.kept_.emplace_back(names.substr(0, end), Descriptor(kFirstKept + i));
    names.erase(0, end == std::string::npos ? end : end + 1);
  }
  return manager;
}

Descriptor ServiceManager::take(std::string_view name) {
  Descriptor found;
  bool others = false;
  for (auto& [its_name, socket] : kept_) {
    if (its_name == name && !found && is_listening(socket.get())) {
      found = std::move(socket);
    } else {
      forget(its_name);
      others = true;
    }
  }
  kept_.clear();
  if (others) wait_until_read();
  return found;
}

void ServiceManager::keep(int socket, std::string_view name) const {
  tell(std::string("FDSTORE=1\nFDNAME=").append(name), socket);
}

void ServiceManager::forget(std::string_view name) const { tell(std::string("FDSTOREREMOVE=1\nFDNAME=").append(name)); }

/// The manager closes what comes with this line once it has read all lines before it: sd_notify_barrier(3).
void ServiceManager::wait_until_read() const {
  std::array<int, 2> ends{};
  if (socket_.empty() || ::pipe2(ends.data(), O_CLOEXEC) != 0) return;
  const Descriptor here(ends[0]);
  Descriptor there(ends[1]);
  if (!tell("BARRIER=1", there.get())) return;
  there.close();
  pollfd wait{here.get(), 0, 0};
  while (::poll(&wait, 1, kPatienceMs) < 0 && errno == EINTR) {
  }
}

bool ServiceManager::tell(std::string_view lines, int descriptor) const {
  if (socket_.empty()) return false;
  const Descriptor sender(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!sender) return false;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket_.copy(address.sun_path, socket_.size());
  iovec text{const_cast<char*>(lines.data()), lines.size()};
  msghdr message{};
  message.msg_name = &address;
  message.msg_namelen = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  message.msg_iov = &text;
  message.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof descriptor)> control{};
  if (descriptor >= 0) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  }
  // A manager that does not read is no reason to wait: whoever tells it something may be the one that stores sales. What is to be
  // read before one goes on waits all the same.
  const int flags = MSG_NOSIGNAL | (descriptor >= 0 ? 0 : MSG_DONTWAIT);
  for (;;) {
    const auto sent = ::sendmsg(sender.get(), &message, flags);
    if (sent >= 0 || errno != EINTR) return sent == static_cast<ssize_t>(lines.size());
  }
}

}  // namespace greentill

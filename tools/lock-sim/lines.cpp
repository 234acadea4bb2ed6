// SPDX-License-Identifier: Apache-2.0
#include "tools/lock-sim/lines.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <memory>

#include "daemon/base/descriptor.hpp"
#include "daemon/base/descriptors.hpp"

namespace greentill::lock_sim {
namespace {

using std::chrono::steady_clock;

Result<Descriptor> connect_local(const std::string& path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.size() >= sizeof name.sun_path) return fail(ErrorCode::invalid, path + ": a socket's path has at most 107 bytes");
  std::copy(path.begin(), path.end(), std::begin(name.sun_path));
  Descriptor made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (made && ::connect(made.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0) return made;
  return fail(ErrorCode::unavailable, path + ": " + system_words(errno));
}

Result<Descriptor> connect_remote(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (colon == std::string::npos ||
      ::getaddrinfo(address.substr(0, colon).c_str(), address.c_str() + colon + 1, &hints, &found) != 0) {
    return fail(ErrorCode::invalid, address + ": must be a socket's path, or HOST:PORT");
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  Descriptor made(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (made && ::connect(made.get(), found->ai_addr, found->ai_addrlen) == 0) return made;
  return fail(ErrorCode::unavailable, address + ": " + system_words(errno));
}

/// A lock at the dock.
class Docked final : public firmware::Wire {
 public:
  Docked(SimLock& lock, Descriptor line) : lock_(lock), line_(std::move(line)) {}
  ~Docked() { lock_.leave(); }
  Docked(const Docked&) = delete;
  Docked& operator=(const Docked&) = delete;

  [[nodiscard]] int descriptor() const { return line_.get(); }
  [[nodiscard]] SimLock& lock() { return lock_; }
  /// False where the dock has closed the line.
  bool serve() {
    Bytes<1024> bytes{};
    const ssize_t count = ::recv(line_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count > 0) lock_.receive(ByteView(bytes).first(static_cast<std::size_t>(count)), *this);
    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
  }
  // An answer is short beside what a socket holds, and the dock asks for one at a time.
  void send(ByteView bytes) override { (void)::send(line_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); }

 private:
  SimLock& lock_;
  Descriptor line_;
};

class Dock {
 public:
  Dock(const std::vector<SimLock*>& locks, const LineOptions& options)
      : options_(options), waiting_(locks.begin(), locks.end()), moved_(steady_clock::now()) {}

  Status run() {
    while (!waiting_.empty() || !docked_.empty()) {
      if (Status come = bring(); !come) return come;
      serve();
      if (steady_clock::now() - moved_ <= options_.patience) continue;
      if (options_.never) return Done{};
      return fail(ErrorCode::unavailable, std::to_string(waiting_.size() + docked_.size()) +
                                              " locks are not done, and nothing moves: " +
                                              (docked_.empty() ? "" : docked_.front()->lock().name() + " among them"));
    }
    return Done{};
  }

 private:
  Status bring() {
    while (!waiting_.empty() && docked_.size() < options_.lines) {
      auto line = options_.dock.starts_with('/') ? connect_local(options_.dock) : connect_remote(options_.dock);
      if (!line && line.error().code == ErrorCode::unavailable) break;  // the dock is not there yet, or starts anew
      if (!line) return Failure{line.error()};
      SimLock& lock = *waiting_.front();
      if (options_.cut_within > 0) lock.cut_within(options_.cut_within);
      docked_.push_back(std::make_unique<Docked>(lock, std::move(*line)));
      waiting_.pop_front();
    }
    return Done{};
  }

  [[nodiscard]] bool is_done(SimLock& lock) const {
    const firmware::LockState& state = lock.state();
    return !options_.never && (options_.settled ? state.settled : state.acknowledged) >= state.last_counter;
  }

  void serve() {
    std::vector<pollfd> ready;
    for (const auto& one : docked_) ready.push_back({one->descriptor(), POLLIN, 0});
    ::poll(ready.data(), ready.size(), 20);
    for (std::size_t i = 0; i < ready.size(); ++i) {
      if (ready[i].revents == 0) continue;
      const bool is_open = docked_[i]->serve();
      const bool done = is_done(docked_[i]->lock());
      if (is_open && !done) continue;
      // Where the dock went, the lock comes again.
      if (!done) waiting_.push_back(&docked_[i]->lock());
      if (done) moved_ = steady_clock::now();
      docked_[i].reset();
    }
    std::erase(docked_, nullptr);
  }

  const LineOptions options_;
  std::deque<SimLock*> waiting_;
  std::vector<std::unique_ptr<Docked>> docked_;
  steady_clock::time_point moved_;
};

}  // namespace

Status dock(const std::vector<SimLock*>& locks, const LineOptions& options) { return Dock(locks, options).run(); }

}  // namespace greentill::lock_sim

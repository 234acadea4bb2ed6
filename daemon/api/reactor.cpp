// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/reactor.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <optional>
#include <thread>
#include <tuple>
#include <utility>

#include "daemon/base/descriptors.hpp"

namespace greentill::api {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kListening = 0;  // the listening socket's id; connections have higher ones
constexpr std::uint64_t kStop = UINT64_MAX;

}  // namespace

Reactor::Reactor(std::size_t most_threads, std::function<Arrival(Connection&)> answer, const Patience& patience,
                 std::function<void(const std::string&)> complain)
    : answer_(std::move(answer)),
      patience_(patience),
      complain_(std::move(complain)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      stop_(::eventfd(0, EFD_CLOEXEC)),
      most_threads_(most_threads) {}

Reactor::~Reactor() {
  stop();
  if (epoll_ >= 0) ::close(epoll_);
}

Status Reactor::start(Descriptor listening) {
  listening_ = std::move(listening);
  if (::fcntl(listening_.get(), F_SETFL, O_NONBLOCK) == 0 && ::listen(listening_.get(), SOMAXCONN) == 0 &&
      watch(EPOLL_CTL_ADD, listening_.get(), kListening) && watch(EPOLL_CTL_ADD, stop_.get(), kStop) && add_thread()) {
    return Done{};
  }
  return fail(ErrorCode::io, "cannot serve connections: the system gives no further descriptor or thread");
}

void Reactor::stop() {
  std::vector<SizedThread> threads;
  {
    const std::lock_guard lock(mutex_);
    load_.stopping = true;
    threads.swap(threads_);
  }
  ::eventfd_write(stop_.get(), 1);
  for (SizedThread& thread : threads) thread.join();
  open_.clear();
}

bool Reactor::add_thread() {
  const std::lock_guard lock(mutex_);
  if (load_.stopping || threads_.size() >= most_threads_) return false;
  ++load_.free_threads;
  std::optional<SizedThread> made = SizedThread::start(kStackBytes, [this] { run(); });
  if (made) {
    threads_.push_back(*made);
  } else {
    --load_.free_threads;
    most_threads_ = threads_.size();  // the system allows no more threads: those that exist have to do
  }
  return made.has_value();
}

void Reactor::run() {
  while (!load_.stopping) {
    epoll_event event{};
    if (::epoll_wait(epoll_, &event, 1, close_expired()) != 1) continue;
    if (event.data.u64 == kStop) continue;
    --load_.free_threads;
    try {
      event.data.u64 == kListening ? accept() : serve(event.data.u64);
    } catch (const std::exception&) {
      // No memory for an answer: this connection ends, the others go on.
    }
    ++load_.free_threads;
  }
}

void Reactor::accept() {
  // What still waits in the kernel's queue is the next one's, who listens at the same socket.
  if (load_.stopping) return;
  sockaddr_storage storage{};
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  socklen_t size = sizeof storage;
  const int socket = ::accept4(listening_.get(), address, &size, SOCK_CLOEXEC);
  if (socket < 0) {
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) make_do(errno);
    return;
  }
  std::array<char, NI_MAXHOST> peer{};
  ::getnameinfo(address, size, peer.data(), peer.size(), nullptr, 0, NI_NUMERICHOST);
  add(socket, peer.data());
}

// Without descriptors or memory accept4() fails at once, again and again. A connection on which nobody asks anything gives its
// own to the client; where there is none, clients stay in the kernel's queue until some are free.
void Reactor::make_do(int error) {
  std::optional<std::uint64_t> left_out;
  bool has_room = false;
  {
    const std::lock_guard lock(mutex_);
    left_out = complaints_.take(Connection::Clock::now().time_since_epoch());
    has_room = !open_.empty();
    if (has_room) close_least_used();
  }
  if (left_out && complain_) complain_("no further connection can be taken: " + system_words(error));
  if (!has_room) std::this_thread::sleep_for(10ms);
}

// Of those that wait first one that was never answered, among them the one whose time ends first: it is slow to send a head.
void Reactor::close_least_used() {
  const auto rank = [](const auto& entry) { return std::tuple(entry.second.in_use(), entry.second.deadline()); };
  open_.erase(std::min_element(open_.begin(), open_.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); }));
}

void Reactor::add(int socket, std::string peer) {
  const std::lock_guard lock(mutex_);
  if (open_.size() >= kMostWaiting) close_least_used();
  const std::uint64_t id = ++last_id_;
  const Connection& connection = open_.try_emplace(id, socket, std::move(peer), load_, patience_).first->second;
  next_deadline_ = std::min(next_deadline_, connection.deadline());
  if (!watch(EPOLL_CTL_ADD, socket, id)) open_.erase(id);
}

void Reactor::serve(std::uint64_t id) {
  Open::node_type mine;
  {
    const std::lock_guard lock(mutex_);
    mine = open_.extract(id);
  }
  if (!mine) return;  // the connection was closed meanwhile
  Connection& connection = mine.mapped();
  Arrival arrival = connection.receive();
  // What was read is answered, also while this ends: whoever sent it cannot know that nobody will.
  for (bool is_first = true; arrival == Arrival::request && (is_first || !load_.stopping); is_first = false) {
    if (load_.free_threads == 0) add_thread();
    arrival = answer_(connection);
    // A client that sends requests without a pause has sent the next one already: read it here, or it wakes another thread.
    if (arrival == Arrival::nothing && load_.free_threads != 0) arrival = connection.receive();
  }
  if (arrival != Arrival::nothing) return;
  const std::lock_guard lock(mutex_);
  next_deadline_ = std::min(next_deadline_, connection.deadline());
  open_.insert(std::move(mine));
  if (!watch(EPOLL_CTL_MOD, connection.socket(), id)) open_.erase(id);
}

// Closes connections whose time is over, and returns the milliseconds until the next one's is; -1 where none is open. A thread
// that waits already does not know of a connection added later, but the thread that added it calls this before it waits itself.
int Reactor::close_expired() {
  const std::lock_guard lock(mutex_);
  const auto now = Connection::Clock::now();
  if (now >= next_deadline_) {
    std::erase_if(open_, [now](const auto& entry) { return entry.second.deadline() <= now; });
    next_deadline_ = Connection::Clock::time_point::max();
    for (const auto& [id, connection] : open_) next_deadline_ = std::min(next_deadline_, connection.deadline());
  }
  return open_.empty() ? -1 : static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(next_deadline_ - now).count());
}

// EPOLLONESHOT: one thread is told of a connection, once, until watch() is called for it again.
bool Reactor::watch(int operation, int socket, std::uint64_t id) const {
  epoll_event event{};
  event.events = EPOLLIN | (id == kListening || id == kStop ? 0u : EPOLLONESHOT);
  event.data.u64 = id;
  return ::epoll_ctl(epoll_, operation, socket, &event) == 0;
}

}  // namespace greentill::api

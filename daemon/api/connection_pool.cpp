// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/connection_pool.hpp"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

namespace greentill::api {
namespace {

// While others wait, a newcomer has its thread for a quarter of a second at most. As long as no more wait than that gets through
// in two seconds, tills that keep a connection open keep it, however many open one and say nothing.
constexpr std::size_t kQueuePerNewcomer = 8;
constexpr std::size_t kQueuePerThread = 4;
// Enough for tills that all come at once after a power cut, and far from the descriptors that a process may have.
constexpr std::size_t kLeastQueue = 64;
constexpr std::size_t kMostQueue = 256;

thread_local bool gave_way = false;
thread_local bool newcomer = false;

// Whether a thread would not wait for this connection: its request is there, or it has ended.
bool is_ready(int socket) {
  std::array<char, 4096> bytes;
  const ssize_t count = ::recv(socket, bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
  if (count <= 0) return count == 0 || errno != EAGAIN;
  return std::string_view(bytes.data(), static_cast<std::size_t>(count)).find("\r\n\r\n") != std::string_view::npos;
}

}  // namespace

ConnectionPool::ConnectionPool(std::size_t most_threads, std::function<void(int)> serve)
    : serve_(std::move(serve)),
      event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      stop_event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      most_threads_(most_threads) {}

ConnectionPool::~ConnectionPool() {
  stop();
  if (event_ >= 0) ::close(event_);
  if (stop_event_ >= 0) ::close(stop_event_);
}

void ConnectionPool::enqueue(int socket) {
  const std::lock_guard lock(mutex_);
  if (stopping_) {
    ::close(socket);
    return;
  }
  waiting_.push_back(socket);
  if (waiting_.size() > std::clamp(kQueuePerThread * most_threads_, kLeastQueue, kMostQueue)) {
    ::close(waiting_.front());
    waiting_.pop_front();
  }
  if (idle_ >= waiting_.size()) {
    wake_.notify_one();
  } else if (threads_.size() < most_threads_) {
    add_thread();
  }
  update_event();
}

void ConnectionPool::add_thread() {
  try {
    threads_.emplace_back([this] { run(); });
    ++idle_;
  } catch (const std::system_error&) {
    // The system allows no more: those there are must do, and give way.
    most_threads_ = std::max<std::size_t>(threads_.size(), 1);
  }
}

void ConnectionPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const int socket : std::exchange(waiting_, {})) ::close(socket);
    update_event();
    (void)::eventfd_write(stop_event_, 1);
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

Verdict ConnectionPool::ask(Hold hold) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return Verdict::give_way;
  const std::size_t coming = idle_ + giving_way_;
  if (threads_.size() < most_threads_ || waiting_.size() <= coming) return Verdict::stay;
  const std::size_t for_newcomers = newcomers_ + coming;
  if (hold == Hold::idle && waiting_.size() - coming <= kQueuePerNewcomer * for_newcomers) return Verdict::stay_for_now;
  ++giving_way_;
  gave_way = true;
  update_event();
  return Verdict::give_way;
}

void ConnectionPool::settle() {
  if (!std::exchange(newcomer, false)) return;
  const std::lock_guard lock(mutex_);
  --newcomers_;
}

// The first whose request is there: who opens a connection and says nothing does not hold up who has something to say.
int ConnectionPool::take_waiting() {
  auto taken = waiting_.begin();
  if (waiting_.size() > 1) {
    const auto ready = std::find_if(waiting_.begin(), waiting_.end(), is_ready);
    if (ready != waiting_.end()) taken = ready;
  }
  const int socket = *taken;
  waiting_.erase(taken);
  return socket;
}

void ConnectionPool::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return !waiting_.empty() || stopping_; });
    --idle_;
    if (waiting_.empty()) return;
    const int socket = take_waiting();
    ++newcomers_;
    newcomer = true;
    update_event();
    lock.unlock();
    serve_(socket);
    lock.lock();
    ++idle_;
    if (std::exchange(newcomer, false)) --newcomers_;
    if (std::exchange(gave_way, false)) --giving_way_;
  }
}

void ConnectionPool::update_event() {
  const bool raised = stopping_ || (threads_.size() >= most_threads_ && waiting_.size() > idle_ + giving_way_);
  eventfd_t value = 0;
  if (raised) {
    (void)::eventfd_write(event_, 1);
  } else {
    (void)::eventfd_read(event_, &value);
  }
}

}  // namespace greentill::api

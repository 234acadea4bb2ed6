// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/connection_pool.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace greentill::api {
namespace {

thread_local bool gave_way = false;

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

bool ConnectionPool::must_give_way() {
  const std::lock_guard lock(mutex_);
  if (stopping_) return true;
  if (threads_.size() < most_threads_ || waiting_.size() <= idle_ + giving_way_) return false;
  ++giving_way_;
  gave_way = true;
  update_event();
  return true;
}

void ConnectionPool::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return !waiting_.empty() || stopping_; });
    --idle_;
    if (waiting_.empty()) return;
    const int socket = waiting_.front();
    waiting_.pop_front();
    update_event();
    lock.unlock();
    serve_(socket);
    lock.lock();
    ++idle_;
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

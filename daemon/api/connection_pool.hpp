// SPDX-License-Identifier: Apache-2.0
// Threads that serve one connection each, made when there is a connection and none is free: a till that opens one costs one
// thread's stack, not sixty-four. While connections wait because all threads are taken, those whose connection is idle, or lets
// them wait for longer than it may, are asked to give way. Private to daemon/api.
// Threads: enqueue() and stop() by the listener's thread, the rest by the pool's own.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace greentill::api {

/// What a connection does with its thread while others wait for one: nothing between two requests, or nothing within one.
enum class Hold : std::uint8_t { idle, stalled };
enum class Verdict : std::uint8_t { stay, stay_for_now, give_way };

class ConnectionPool {
 public:
  /// `serve` owns the socket it is given, and must not throw.
  ConnectionPool(std::size_t most_threads, std::function<void(int socket)> serve);
  ~ConnectionPool();
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  /// Of more than a bounded number that wait, the one that waits longest is closed.
  void enqueue(int socket);

  /// Makes every idle connection give way, tells the others by stop_event(), closes those that wait and joins the threads.
  void stop();

  /// Readable once the pool stops: to be polled wherever a client is waited for.
  [[nodiscard]] int stop_event() const { return stop_event_; }
  /// Readable while a connection may have to give way: to be polled beside its socket.
  [[nodiscard]] int give_way_event() const { return event_; }
  /// Whether the calling thread must end its connection. One that is to stay for now asks again a while later, however the event
  /// is.
  [[nodiscard]] Verdict ask(Hold hold);
  /// The calling thread's connection has made its first request.
  void settle();

 private:
  void run();
  int take_waiting();
  void add_thread();
  void update_event();

  const std::function<void(int)> serve_;
  const int event_;
  const int stop_event_;

  std::mutex mutex_;
  std::size_t most_threads_;
  std::condition_variable wake_;
  std::deque<int> waiting_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;        // threads that serve nothing, those just made included
  std::size_t giving_way_ = 0;  // threads that ended a connection for one that waits and have not come back yet
  std::size_t newcomers_ = 0;   // threads whose connection has not made a request yet
  bool stopping_ = false;
};

}  // namespace greentill::api

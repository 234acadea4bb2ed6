// SPDX-License-Identifier: Apache-2.0
// The open connections and the threads that answer them. All threads wait in one epoll for whatever comes first: a client that
// connects, or bytes on a connection. The thread that is woken deals with it and waits again. So a connection has a thread from
// the moment its head is whole until it is answered, and that is the thread which its bytes woke; while all threads are busy, the
// kernel keeps in order what comes. A further thread is made when the last waiting one takes a request. A connection is in
// `open_` while no thread works on it, and may be closed only there, because its time is over or to make room. Private to
// daemon/api. Threads: safe from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/api/connection.hpp"
#include "daemon/base/descriptor.hpp"
#include "daemon/base/error.hpp"
#include "daemon/base/line_allowance.hpp"
#include "daemon/base/sized_thread.hpp"

namespace greentill::api {

/// An answering thread's stack. A request needs 40 KiB of it; the rest is for foreign detectors that run in process.
#ifdef GREENTILL_SANITIZED
inline constexpr std::size_t kStackBytes = 2u << 20;
#else
inline constexpr std::size_t kStackBytes = 512u << 10;
#endif

/// Connections that may be open besides those that are being answered: enough for tills that all come at once after a power cut,
/// and far from the descriptors that a process may have.
inline constexpr std::size_t kMostWaiting = 256;

class Reactor {
 public:
  /// `answer` is called with a connection whose head is whole, and returns what follows: another request, nothing yet, or the
  /// end.
  /// `complain` is told, once a minute at most, that the system gives no descriptor for a further connection, and what to do.
  Reactor(std::size_t most_threads, std::function<Arrival(Connection&)> answer, const Patience& patience = {},
          std::function<void(const std::string&)> complain = {});
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  /// Takes the bound socket over. May be called once. It is closed, and never shut down: where the service manager holds it too,
  /// it goes on listening, and what has come stays in the kernel's queue for the next program.
  Status start(Descriptor listening);
  /// Closes the connections without a request under way, and waits for the answers of the others.
  void stop();

 private:
  using Open = std::map<std::uint64_t, Connection>;

  void run();
  bool add_thread();
  void accept();
  void make_do(int error);
  void add(int socket, std::string peer);
  void close_least_used();
  void serve(std::uint64_t id);
  int close_expired();
  bool watch(int operation, int socket, std::uint64_t id) const;

  const std::function<Arrival(Connection&)> answer_;
  const Patience patience_;
  const std::function<void(const std::string&)> complain_;
  const int epoll_;
  const Descriptor stop_;  ///< wakes every thread that waits in the epoll
  Descriptor listening_;
  Load load_;

  std::mutex mutex_;
  std::size_t most_threads_;
  std::vector<SizedThread> threads_;
  Open open_;
  std::uint64_t last_id_ = 0;
  LineAllowance complaints_{1, std::chrono::minutes(1)};
  // No open connection's deadline is earlier.
  Connection::Clock::time_point next_deadline_ = Connection::Clock::time_point::max();
};

}  // namespace greentill::api

// SPDX-License-Identifier: Apache-2.0
// One accepted connection. Nobody waits for it between requests or until a head is whole: the reactor says when something has
// come. The body, and that the answer is taken, is waited for within bounds. Headers and body of an answer leave together.
// Private to daemon/api. Threads: one at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/api/framing.hpp"

namespace greentill::api {

/// How long a client may take.
struct Patience {
  std::chrono::milliseconds idle{60'000};  ///< between two requests: as long as a till may take from one sale to the next
  std::chrono::milliseconds head{10'000};  ///< for all of a request's head
  std::chrono::milliseconds body{10'000};  ///< to be waited for in all of a body, and a second more for so many bytes of it:
  std::int64_t body_bytes_a_second = 4096;
  std::chrono::milliseconds body_pause{5'000};
  std::chrono::milliseconds write_pause{10'000};
  std::chrono::milliseconds write_crowded{1'000};  ///< to be waited for in all of an answer where no thread is free for others
  std::chrono::milliseconds linger{2'000};         ///< for the end of a connection after its last answer
  std::chrono::milliseconds stop{1'000};           ///< for all of that once the server stops
};

/// What else the server has to do while a client is waited for.
struct Load {
  std::atomic<bool> stopping = false;
  std::atomic<std::size_t> free_threads = 0;
};

enum class Arrival : std::uint8_t { nothing, request, end };

class Connection {
 public:
  using Clock = std::chrono::steady_clock;

  /// Takes the socket over; `peer` is the client's address. Load and patience must outlive it.
  Connection(int socket, std::string peer, const Load& load, const Patience& patience);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Takes in what has come, without waiting. `request`: head() is whole, and its answer must follow.
  Arrival receive();
  [[nodiscard]] const RequestHead& head() const { return head_; }
  [[nodiscard]] bool read_body(const Receiver& receive);
  /// False where the client takes no more of its answer.
  bool write(std::string_view bytes);
  /// Sends what was written. `request`: the next head was sent ahead. A connection that is not kept ends when its client ends it,
  /// so that an answer on its way is not lost.
  Arrival end_answer(bool keep);

  [[nodiscard]] int socket() const { return socket_; }
  [[nodiscard]] const std::string& peer() const { return peer_; }
  /// When it is over unless something arrives.
  [[nodiscard]] Clock::time_point deadline() const { return deadline_; }
  /// Whether its client has been answered and may ask again.
  [[nodiscard]] bool in_use() const { return in_use_; }

 private:
  bool take_head();
  bool fill();
  bool flush();
  bool wait(short events, Clock::duration most, Clock::duration& waited);

  const int socket_;
  const std::string peer_;
  const Load& load_;
  const Patience& patience_;
  Clock::time_point deadline_;
  Clock::time_point stop_at_ = Clock::time_point::max();
  bool in_use_ = false;
  bool in_head_ = false;
  bool lingers_ = false;
  bool broken_ = false;  // ends without an answer, which tells the client to ask again
  Input input_;
  RequestHead head_;
  std::int64_t body_bytes_ = 0;
  Clock::duration body_wait_{};  // time that the server itself takes with what came already is not the client's
  Clock::duration write_wait_{};
  std::string out_;
};

}  // namespace greentill::api

// SPDX-License-Identifier: Apache-2.0
// One accepted connection. No thread waits for it between requests or while a head is incomplete: the reactor tells when bytes
// have come. Only the thread that answers a request waits, within bounds, for the rest of the body and for the client to take the
// answer. Headers and body of an answer leave together. Private to daemon/api. Threads: one at a time.
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
  std::chrono::milliseconds head{10'000};  ///< from a head's first byte to its last
  /// Time spent waiting in one body; each body_bytes_a_second bytes of it that come earn a second more.
  std::chrono::milliseconds body{10'000};
  std::int64_t body_bytes_a_second = 4096;
  std::chrono::milliseconds body_pause{5'000};
  std::chrono::milliseconds write_pause{10'000};
  std::chrono::milliseconds write_crowded{1'000};  ///< time spent waiting in one answer, where other clients find no thread free
  std::chrono::milliseconds linger{2'000};         ///< from the last answer until the client closes the connection
  std::chrono::milliseconds stop{1'000};           ///< for all of these waits together once the server stops
};

/// What the waits for a client look at: whether the server stops, and whether a thread is free for other clients.
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

  /// Takes in what has come, without waiting. `request`: head() is whole, and the caller must answer it and call end_answer().
  Arrival receive();
  [[nodiscard]] const RequestHead& head() const { return head_; }
  [[nodiscard]] bool read_body(const Receiver& receive);
  /// False where the client takes no more of its answer.
  bool write(std::string_view bytes);
  /// Sends what was written. `request`: the client has sent the next head ahead. Where `keep` is false, only the sending side is
  /// closed, and the client ends the connection: closing it here could discard an answer that is still on its way.
  Arrival end_answer(bool keep);

  [[nodiscard]] int socket() const { return socket_; }
  [[nodiscard]] const std::string& peer() const { return peer_; }
  /// When the reactor closes the connection, unless something arrives before.
  [[nodiscard]] Clock::time_point deadline() const { return deadline_; }
  /// Whether the client has been answered and may ask again.
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
  bool broken_ = false;  // the connection ends without an answer, which tells the client to ask again
  Input input_;
  RequestHead head_;
  std::int64_t body_bytes_ = 0;
  Clock::duration body_wait_{};  // time spent waiting for bytes; time that the server takes to handle them is not counted
  Clock::duration write_wait_{};
  std::string out_;
};

}  // namespace greentill::api

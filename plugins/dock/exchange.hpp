// SPDX-License-Identifier: Apache-2.0
// One request to a lock at a time, and its answer: numbers, time limits, frames (docs/dock-link.md, "Frames"). No input and
// output of its own: bytes are handed in, and taken away. Threads: one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "firmware/core/link_frame.hpp"

namespace greentill::dock {

using Time = std::chrono::steady_clock::time_point;

class Exchange {
 public:
  static constexpr std::chrono::milliseconds kPatience{1'000};
  /// How long an answer may take: a lock at 16 MHz signs in 1.6 s and verifies in 3.2 s, and a licence asks for two
  /// verifications.
  [[nodiscard]] static std::chrono::milliseconds patience(firmware::Request request);

  struct Reply {
    firmware::Request request = firmware::Request::hello;
    firmware::Answer answer = firmware::Answer::unknown;
    std::vector<std::uint8_t> content;
  };

  /// Sends a request: its bytes are behind those that were not taken yet. Requires: none is open, and the content fits a frame.
  void ask(firmware::Request request, ByteView content, Time now);
  /// Takes what came from the line; the answer to the open request, where it is among them. Bytes behind it are passed over: a
  /// lock does not speak unasked.
  std::optional<Reply> receive(ByteView bytes);
  /// Gives the open request up where its time is over; true where it was.
  bool expire(Time now);

  [[nodiscard]] bool is_open() const { return open_.has_value(); }
  [[nodiscard]] Time deadline() const { return deadline_; }
  /// What is to be sent.
  [[nodiscard]] std::vector<std::uint8_t>& outgoing() { return outgoing_; }
  /// Frames that were not sound.
  [[nodiscard]] std::uint32_t damaged() const { return reader_.damaged(); }

 private:
  std::optional<firmware::Request> open_;
  std::uint8_t number_ = 0;
  Time deadline_{};
  firmware::FrameReader reader_;
  std::vector<std::uint8_t> outgoing_;
};

}  // namespace greentill::dock

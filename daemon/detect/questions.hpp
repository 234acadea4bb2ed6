// SPDX-License-Identifier: Apache-2.0
// A source's questions to the service that this device enrolled at (gt_services.ask): from the child to whoever asks for the
// daemon, and the replies back. Threads: as each says.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace greentill::detect {

/// How many questions of a child may be open.
inline constexpr std::size_t kMostQuestions = 16;
/// The largest message of a reply.
inline constexpr std::size_t kMostReplyBytes = 4u << 10;

/// As gt_outcome has them.
enum class Outcome : std::uint8_t { message = 0, nothing = 1, later = 2, never = 3 };

struct Reply {
  Outcome outcome = Outcome::later;
  std::vector<std::uint8_t> message;
  std::string reason = {};
};

struct Question {
  std::string kind;
  std::string argument;
};

/// Whether both have the form of a question: 1 to 32 and 1 to 64 small letters, digits and '-'.
[[nodiscard]] bool is_question(std::string_view kind, std::string_view argument);

/// Asks and returns at once; calls `done` exactly once, from any thread, also within the call, and also when whoever asked is
/// gone. Threads: called from any thread.
using AskService = std::function<void(Question question, std::function<void(Reply)> done)>;

/// The replies that have come for one child and were not passed on. Threads: put() from any thread, the rest from one.
class ReplyBox {
 public:
  struct Numbered {
    std::uint64_t number = 0;
    Reply reply;
  };
  void put(std::uint64_t number, Reply reply) {
    const std::lock_guard lock(mutex_);
    come_.push_back({number, std::move(reply)});
  }
  /// All that have come.
  std::deque<Numbered> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(come_, {});
  }

 private:
  std::mutex mutex_;
  std::deque<Numbered> come_;
};

}  // namespace greentill::detect

// SPDX-License-Identifier: Apache-2.0
#include "daemon/uplink/window.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <vector>

using greentill::uplink::Window;
using namespace std::chrono_literals;

namespace {

constexpr Window::Limits kLimits{4, 100ms, 1'000ms};

struct Batch {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

/// A service that keeps batches which came before their turn, and answers every batch with its head.
class ModelService {
 public:
  std::uint64_t take(const Batch& batch) {
    if (batch.first > batch.last) return head_;
    waiting_.push_back(batch);
    for (bool moved = true; moved;) {
      moved = false;
      for (const Batch& one : waiting_) {
        if (one.first > head_ + 1 || one.last <= head_) continue;
        head_ = one.last;
        moved = true;
      }
    }
    return head_;
  }
  [[nodiscard]] std::uint64_t head() const { return head_; }

 private:
  std::uint64_t head_ = 0;
  std::vector<Batch> waiting_;
};

/// A line that loses, doubles and reorders what is put on it, until it is told to behave.
template <typename T>
class Line {
 public:
  explicit Line(std::mt19937_64& random) : random_(random) {}
  bool honest = false;
  void put(const T& thing) {
    if (honest) return queue_.push_back(thing);
    if (random_() % 4 == 0) return;
    const std::size_t copies = 1 + random_() % 2;
    for (std::size_t i = 0; i < copies; ++i) {
      queue_.insert(queue_.begin() + static_cast<std::ptrdiff_t>(random_() % (queue_.size() + 1)), thing);
    }
  }
  std::optional<T> take() {
    if (queue_.empty()) return std::nullopt;
    const T thing = queue_.front();
    queue_.pop_front();
    return thing;
  }

 private:
  std::mt19937_64& random_;
  std::deque<T> queue_;
};

class Simulation {
 public:
  explicit Simulation(std::uint64_t seed) : random_(seed), claims_(1 + random_() % 400), batches_(random_), receipts_(random_) {
    window_.restart(0);
  }

  void run() {
    for (int step = 0; step < 3'000 && window_.delivered() < claims_; ++step) {
      batches_.honest = receipts_.honest = step >= 1'500;
      this->step();
    }
    CHECK(window_.delivered() == claims_);
    CHECK(window_.idle());
    CHECK(service_.head() == claims_);
  }

 private:
  void step() {
    now_ += std::chrono::milliseconds(random_() % 20);
    if (!batches_.honest && random_() % 50 == 0) lose_connection();
    send();
    for (std::uint64_t n = random_() % 4; n > 0; --n) serve();
    for (std::uint64_t n = random_() % 4; n > 0; --n) hear();
    if (const auto due = window_.deadline(); due && now_ >= *due) {
      window_.go_back();
      on_the_way_.clear();
      CHECK(window_.next() == window_.delivered() + 1);
    }
  }

  void lose_connection() {
    window_.restart(window_.delivered());
    on_the_way_.clear();
  }

  void send() {
    while (window_.open() && window_.next() <= claims_) {
      const Batch batch{window_.next(), std::min(claims_, window_.next() + random_() % 9)};
      CHECK(batch.first == (on_the_way_.empty() ? window_.delivered() : on_the_way_.back().last) + 1);
      window_.sent(batch.last, now_);
      on_the_way_.push_back(batch);
      REQUIRE(on_the_way_.size() <= kLimits.batches);
      batches_.put(batch);
    }
  }

  void serve() {
    if (const auto batch = batches_.take()) receipts_.put(service_.take(*batch));
  }

  void hear() {
    const auto head = receipts_.take();
    if (!head) return;
    const std::uint64_t before = window_.delivered();
    CHECK(window_.processed(*head, now_) == (*head > before));
    CHECK(window_.delivered() == std::max(before, *head));
    while (!on_the_way_.empty() && on_the_way_.front().last <= *head) on_the_way_.pop_front();
  }

  std::mt19937_64 random_;
  std::uint64_t claims_;
  Line<Batch> batches_;
  Line<std::uint64_t> receipts_;
  ModelService service_;
  Window window_{kLimits};
  std::deque<Batch> on_the_way_;
  Window::Time now_{};
};

}  // namespace

TEST_CASE("window: over any line that loses, doubles and reorders, all claims arrive, in order and within the window") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    Simulation(seed).run();
  }
}

TEST_CASE("window: a receipt for several batches at once makes room for as many") {
  Window window(kLimits);
  window.restart(10);
  for (const std::uint64_t last : {20, 30, 40, 50}) window.sent(last, 0ms);
  CHECK_FALSE(window.open());
  CHECK(window.processed(40, 1ms));
  CHECK(window.next() == 51);
  window.sent(60, 2ms);
  window.sent(70, 2ms);
  window.sent(80, 2ms);
  CHECK_FALSE(window.open());
}

TEST_CASE("window: a receipt that says what is known already changes nothing") {
  Window window(kLimits);
  window.restart(10);
  window.sent(20, 0ms);
  CHECK_FALSE(window.processed(10, 50ms));
  CHECK_FALSE(window.processed(3, 50ms));
  CHECK(window.deadline() == Window::Time(100ms));
  CHECK_FALSE(window.idle());
}

TEST_CASE("window: progress restarts the clock of the batches behind it") {
  Window window(kLimits);
  window.restart(0);
  window.sent(10, 0ms);
  window.sent(20, 0ms);
  window.processed(10, 90ms);
  CHECK(window.deadline() == Window::Time(190ms));
  window.processed(20, 95ms);
  CHECK_FALSE(window.deadline());
}

TEST_CASE("window: after a setback one batch goes out at a time, ever more patiently, until a receipt moves it") {
  Window window(kLimits);
  window.restart(0);
  Window::Time now = 0ms;
  for (const Window::Time patience : {100ms, 200ms, 400ms, 800ms, 1'000ms, 1'000ms}) {
    window.sent(window.next() + 4, now);
    CHECK(window.deadline() == now + patience);
    now += patience;
    window.go_back();
    CHECK(window.next() == 1);
    CHECK(window.open());
  }
  CHECK(window.sent(5, now));
  CHECK_FALSE(window.open());
  window.processed(5, now);
  CHECK(window.setbacks() == 0);
  CHECK_FALSE(window.sent(10, now));
  CHECK(window.open());
}

TEST_CASE("window: a late receipt for what was given up moves it past that") {
  Window window(kLimits);
  window.restart(0);
  window.sent(10, 0ms);
  window.sent(20, 0ms);
  window.go_back();
  window.sent(10, 200ms);
  window.processed(20, 201ms);
  CHECK(window.idle());
  CHECK(window.next() == 21);
}

TEST_CASE("window: a ledger that went back gets its claims again") {
  Window window(kLimits);
  window.restart(0);
  window.sent(10, 0ms);
  window.processed(10, 1ms);
  window.restart(4);
  CHECK(window.next() == 5);
  CHECK(window.sent(10, 2ms));
}

TEST_CASE("window: what was sent of one chain was not sent of another") {
  Window window(kLimits);
  window.restart({1}, 0);
  CHECK_FALSE(window.sent(50, 0ms));
  CHECK(window.processed(50, 0ms));
  window.restart({1}, 10);
  CHECK(window.sent(20, 0ms));
  window.restart({2}, 0);
  CHECK_FALSE(window.sent(20, 0ms));
}

// SPDX-License-Identifier: Apache-2.0
// An executor of one thread with timers, for tests of what runs on a strand.
#pragma once

#include <condition_variable>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <thread>

#include "daemon/base/ports.hpp"
#include "daemon/base/system.hpp"

namespace greentill::test {

/// Whether the time of a strand's timers goes by itself, or stands still but for advance().
enum class Time { real, by_hand };

/// Work that is not begun when the strand goes is dropped.
class TestStrand final : public Executor {
 public:
  explicit TestStrand(Time time = Time::real) : time_(time), thread_([this] { run(); }) {}
  ~TestStrand() override {
    {
      const std::lock_guard guard(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  TestStrand(const TestStrand&) = delete;
  TestStrand& operator=(const TestStrand&) = delete;

  void post(std::function<void()> work) override { post_after(std::chrono::milliseconds(0), std::move(work)); }
  void post_after(std::chrono::milliseconds delay, std::function<void()> work) override {
    {
      const std::lock_guard guard(mutex_);
      work_.emplace(now() + delay, std::move(work));
    }
    changed_.notify_all();
  }
  /// Of time by hand.
  void advance(std::chrono::milliseconds by) {
    {
      const std::lock_guard guard(mutex_);
      stands_at_ += by;
    }
    changed_.notify_all();
  }
  /// What its timers go by.
  [[nodiscard]] std::chrono::milliseconds monotonic() const {
    const std::lock_guard guard(mutex_);
    return std::chrono::duration_cast<std::chrono::milliseconds>(now().time_since_epoch());
  }

  /// Runs something on the strand and waits for what it returns.
  template <typename F>
  auto run_here(F work) -> decltype(work()) {
    std::promise<decltype(work())> done;
    post([&] {
      if constexpr (std::is_void_v<decltype(work())>) {
        work();
        done.set_value();
      } else {
        done.set_value(work());
      }
    });
    return done.get_future().get();
  }

 private:
  using Instant = std::chrono::steady_clock::time_point;
  [[nodiscard]] Instant now() const { return time_ == Time::by_hand ? stands_at_ : Instant::clock::now(); }

  void run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      if (work_.empty()) {
        changed_.wait(lock);
      } else if (work_.begin()->first > now() && time_ == Time::by_hand) {
        changed_.wait(lock);
      } else if (work_.begin()->first > now()) {
        changed_.wait_until(lock, Instant(work_.begin()->first));
      } else {
        const auto next = work_.extract(work_.begin());
        lock.unlock();
        next.mapped()();
        lock.lock();
      }
    }
  }

  const Time time_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Instant stands_at_ = Instant::clock::now();
  std::multimap<Instant, std::function<void()>> work_;  // equal times keep their order
  bool stopping_ = false;
  std::thread thread_;
};

/// A strand's time as a clock, with the system's date.
class StrandClock final : public Clock {
 public:
  explicit StrandClock(const TestStrand& strand) : strand_(strand) {}
  [[nodiscard]] std::int64_t unix_seconds() const override { return SystemClock().unix_seconds(); }
  [[nodiscard]] std::chrono::milliseconds monotonic() const override { return strand_.monotonic(); }
  [[nodiscard]] bool synchronised() const override { return true; }

 private:
  const TestStrand& strand_;
};

}  // namespace greentill::test

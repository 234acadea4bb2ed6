// SPDX-License-Identifier: Apache-2.0
// An executor of one thread with timers, for tests of what runs on the engine's strand.
#pragma once

#include <condition_variable>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <thread>

#include "daemon/base/ports.hpp"

namespace greentill::test {

/// Work that is not begun when the strand goes is dropped.
class TestStrand final : public Executor {
 public:
  TestStrand() : thread_([this] { run(); }) {}
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
      work_.emplace(Time::clock::now() + delay, std::move(work));
    }
    changed_.notify_all();
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
  using Time = std::chrono::steady_clock::time_point;

  void run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      if (work_.empty()) {
        changed_.wait(lock);
      } else if (work_.begin()->first > Time::clock::now()) {
        changed_.wait_until(lock, Time(work_.begin()->first));
      } else {
        const auto next = work_.extract(work_.begin());
        lock.unlock();
        next.mapped()();
        lock.lock();
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<Time, std::function<void()>> work_;  // equal times keep their order
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace greentill::test

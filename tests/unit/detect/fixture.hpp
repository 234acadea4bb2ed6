// SPDX-License-Identifier: Apache-2.0
// Where the built plugins lie, a clock that is moved by hand, a log that is kept, a folder that goes, and a sink with a memory.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "daemon/base/ports.hpp"
#include "daemon/detect/detectors.hpp"
#include "daemon/detect/sources.hpp"
#include "tests/support/at_rest.hpp"
#include "tests/support/wait.hpp"

namespace greentill::detect::test {

inline std::filesystem::path built(const std::string& below) { return std::filesystem::path(GREENTILL_BINARY_DIR) / below; }
inline std::filesystem::path own_plugin(const std::string& name) { return built("lib/greentill/plugins/" + name + ".so"); }
inline std::filesystem::path test_plugin(const std::string& name) { return built("lib/greentill/test-plugins/" + name + ".so"); }
inline std::filesystem::path host_program() { return built("bin/greentill-plugin-host"); }

class FakeClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t unix_seconds() const override { return 1'760'000'000; }
  [[nodiscard]] std::chrono::milliseconds monotonic() const override { return std::chrono::milliseconds(now_.load()); }
  [[nodiscard]] bool synchronised() const override { return true; }
  void advance(std::chrono::milliseconds by) { now_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_{0};
};

class KeptLog final : public Log {
 public:
  void write(LogLevel /*level*/, std::string_view /*module*/, std::string_view message) override {
    const std::lock_guard lock(mutex_);
    lines_.emplace_back(message);
  }
  [[nodiscard]] bool has(std::string_view part) const { return count(part) > 0; }
  /// How many lines have it.
  [[nodiscard]] std::size_t count(std::string_view part) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::count_if(lines_.begin(), lines_.end(),
                                                  [&](const std::string& line) { return line.find(part) != std::string::npos; }));
  }
  /// All of them, for a failed check to show.
  [[nodiscard]] std::string text() const {
    const std::lock_guard lock(mutex_);
    std::string all;
    for (const std::string& line : lines_) all += line + "\n";
    return all;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// A budget or patience for what must not need it: what hangs in spite of that is ended with the test.
inline constexpr std::chrono::hours kNoEnd{1};

/// A plugin in a child that has as much time as it needs.
inline PluginSpec patient_spec(const std::string& name, const std::filesystem::path& library, const std::string& configuration) {
  PluginSpec spec{name, library, configuration, true, kNoEnd};
  spec.patience = kNoEnd;
  return spec;
}

/// What the daemon lets a plugin log, however long a test takes.
class LineRation {
 public:
  /// Of one kind of line, from this object's begin until now.
  [[nodiscard]] std::size_t most() const {
    const auto since = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin_);
    return static_cast<std::size_t>(100 + since.count() / 100 + 1);
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

inline event::Transaction ticket(const std::string& event_id) {
  event::Transaction transaction;
  transaction.issuer = "gate";
  transaction.event_id = event_id;
  transaction.kind = event::TransactionKind::ticket;
  return transaction;
}

class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "greentill-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The children of this process that run the plugin host.
inline std::vector<pid_t> hosts() {
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream in(entry.path() / "stat");
    std::string pid, name, state, parent;
    if (in >> pid >> name >> state >> parent && name == "(greentill-plugi)" && parent == std::to_string(::getpid()) &&
        state != "Z") {
      found.push_back(std::stoi(pid));
    }
  }
  return found;
}

using greentill::test::come_to_rest;
using greentill::test::eventually;

/// Waits until each child has looked for more, and all that it handed in is taken. One that finds nothing sleeps for a while at
/// the end of each look, and may have been in the midst of one: so it has to fall asleep twice; once more for what it reads
/// slowly. Where it looks only every so many turns, so many more.
inline bool have_looked_again(std::uint64_t turns = 1) {
  std::map<pid_t, std::uint64_t> begun;
  for (const pid_t pid : hosts()) begun[pid] = greentill::test::sleeps_of(pid);
  const auto has_looked = [turns](const auto& one) {
    const std::uint64_t sleeps = greentill::test::sleeps_of(one.first);
    return sleeps == UINT64_MAX || sleeps >= one.second + turns + 2;
  };
  return eventually([&] { return std::all_of(begun.begin(), begun.end(), has_looked); }) && come_to_rest();
}

/// What an engine and its outbox would keep: records in order with the position behind each, stored together.
class RememberingSink final : public SourceSink {
 public:
  struct Kept {
    std::string event_id;  ///< of a transaction
    std::string where;     ///< of one that was passed over
    std::string reason;
    std::string position;
    event::Transaction transaction;
    std::string place = {};  ///< of any record
  };

  void take(const std::string& source, SourcedTransaction taken, std::function<void(Status)> done) override {
    keep(source, {taken.transaction.event_id, {}, {}, taken.position, taken.transaction, taken.where}, done);
  }
  void pass_over(const std::string& source, PassedRecord record, std::function<void(Status)> done) override {
    keep(source, {{}, record.where, record.reason, record.position, {}, record.where}, done);
  }
  Result<std::string> position(const std::string& source) override {
    const std::lock_guard lock(mutex_);
    failing_ = false;
    return positions_[source];
  }

  [[nodiscard]] std::vector<Kept> kept() const {
    const std::lock_guard lock(mutex_);
    return kept_;
  }
  [[nodiscard]] std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return kept_.size();
  }
  void set_position(const std::string& source, const std::string& position) {
    const std::lock_guard lock(mutex_);
    positions_[source] = position;
  }
  /// The record after so many fails once, and with it, as in the engine, whatever comes before position() is asked for again.
  void fail_at(std::size_t count, Error error) {
    const std::lock_guard lock(mutex_);
    fail_at_ = count;
    error_ = std::move(error);
  }
  /// Nothing more becomes durable, and nobody is told, until release().
  void hold() {
    const std::lock_guard lock(mutex_);
    holding_ = true;
  }
  [[nodiscard]] std::size_t held() const {
    const std::lock_guard lock(mutex_);
    return held_.size();
  }
  void release() {
    // In the order they came, those that come meanwhile behind them.
    for (;;) {
      std::function<void()> next;
      {
        const std::lock_guard lock(mutex_);
        holding_ = !held_.empty();
        if (!holding_) return;
        next = std::move(held_.front());
        held_.pop_front();
      }
      next();
    }
  }
  /// Who holds it keeps the daemon from taking anything more, and from reading what a source hands in meanwhile.
  std::mutex gate;
  std::size_t turns = 0;  ///< how often each record gives way to whoever wants the processor

 private:
  void keep(const std::string& source, Kept record, std::function<void(Status)> done) {
    const std::lock_guard open(gate);
    for (std::size_t turn = 0; turn < turns; ++turn) std::this_thread::yield();
    {
      const std::lock_guard lock(mutex_);
      if (holding_) {
        held_.push_back([this, source, record, done] { done(store(source, record)); });
        return;
      }
    }
    done(store(source, std::move(record)));
  }
  Status store(const std::string& source, Kept record) {
    const std::lock_guard lock(mutex_);
    if (kept_.size() == fail_at_) {
      fail_at_ = SIZE_MAX;
      failing_ = true;
    }
    if (failing_) return fail(error_.code, error_.message);
    positions_[source] = record.position;
    kept_.push_back(std::move(record));
    return Done{};
  }

  mutable std::mutex mutex_;
  std::vector<Kept> kept_;
  std::map<std::string, std::string> positions_;
  std::size_t fail_at_ = SIZE_MAX;
  bool failing_ = false;
  Error error_;
  bool holding_ = false;
  std::deque<std::function<void()>> held_;
};

}  // namespace greentill::detect::test

// SPDX-License-Identifier: Apache-2.0
// One source: its child, its thread, its window. Threads: construct and destroy from one thread; status() from any.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

#include "daemon/base/ports.hpp"
#include "daemon/detect/child.hpp"
#include "daemon/detect/plugin_health.hpp"
#include "daemon/detect/source_window.hpp"
#include "daemon/detect/sources.hpp"

namespace greentill::detect {

class SourceRunner {
 public:
  SourceRunner(const PluginSpec& spec, std::filesystem::path host_program, SourceSink& sink, const Clock& clock, Log& log);
  /// Ends the child and joins the thread.
  ~SourceRunner();
  SourceRunner(const SourceRunner&) = delete;
  SourceRunner& operator=(const SourceRunner&) = delete;

  [[nodiscard]] PluginStatus status() const { return health_.snapshot(); }

 private:
  /// One life of the child. True where the source is finished and all of it durable.
  Result<bool> live();
  Result<std::unique_ptr<Child>> start_child();
  Status await_ready(Child& child);
  Result<bool> receive_frames(Child& child);
  /// What a child that takes nothing any more has said before: it gives the reason where there is one.
  std::optional<Error> last_word(Child& child);
  /// As many records of the batch under way as there is room for.
  Result<bool> take_batch();
  Status take(Record record);
  void pass_over(PassedRecord record, std::function<void(Status)> done);
  Status tell_durable(Child& child);
  void wait(Child& child);
  /// A host reads its messages between two calls of the plugin, which its own watchdog bounds.
  [[nodiscard]] Timeout send_time() const { return 2 * spec_.patience; }
  /// Between two signs of life lie a call of poll, one of durable, and half their time (host/source.cpp).
  [[nodiscard]] Timeout silence() const { return 3 * spec_.patience + std::chrono::seconds(1); }
  void await_outstanding();
  void back_off();

  PluginSpec spec_;
  std::filesystem::path host_program_;
  SourceSink& sink_;
  PluginHealth health_;
  RestartDelay backoff_;
  std::shared_ptr<SourceWindow> window_ = std::make_shared<SourceWindow>();
  /// A frame of records that are being taken: its reader, and how many are left.
  struct Batch {
    FrameReader reader;
    std::uint64_t left = 0;
  };
  std::optional<Batch> batch_;
  std::chrono::steady_clock::time_point heard_;  // the child, last
  std::uint64_t told_ = 0;
  bool finished_ = false;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace greentill::detect

// SPDX-License-Identifier: Apache-2.0
// One source: its child, its thread, its window. Threads: construct and destroy from one thread; status() from any.
//
// What always holds:
// - Records go to the sink in the order in which the child handed them in; while too many are not durable yet, no frame is read.
// - A child begins at the last position that is durable, once nothing of an earlier child's is open: what that one handed in
//   behind the position and was not stored comes again.
// - The child is told how many of its records are durable, and never more.
// - A child that breaks the form of frames, or is silent for longer than silence(), is ended. One that ended without a reason of
//   its own counts as a lost life, and once: when it is known what of it became durable.
#pragma once

#include <atomic>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

#include "daemon/base/ports.hpp"
#include "daemon/detect/child.hpp"
#include "daemon/detect/lost_lives.hpp"
#include "daemon/detect/plugin_health.hpp"
#include "daemon/detect/questions.hpp"
#include "daemon/detect/source_window.hpp"
#include "daemon/detect/sources.hpp"

namespace greentill::detect {

class SourceRunner {
 public:
  struct World {
    SourceSink& sink;
    const Clock& clock;
    Log& log;
    AskService ask;  ///< null: nobody answers questions
  };
  SourceRunner(const PluginSpec& spec, std::filesystem::path host_program, World world);
  /// Ends the child and joins the thread.
  ~SourceRunner();
  SourceRunner(const SourceRunner&) = delete;
  SourceRunner& operator=(const SourceRunner&) = delete;

  [[nodiscard]] PluginStatus status() const { return health_.snapshot(); }

 private:
  /// Runs the child once, from start to end. True where the source has finished and all its records are durable.
  Result<bool> live();
  Result<std::unique_ptr<Child>> start_child();
  /// Ends the child for that reason, and remembers what it was reading where it was lost rather than gave up itself.
  Failure<Error> fallen(Child& child, const Error& why);
  /// Counts the life that was lost, once it is known what of it became durable.
  void count_lost_life();
  Status await_ready(Child& child);
  Result<bool> receive_frames(Child& child);
  /// The error that the child sent before it stopped taking messages, where there is one: it tells the reason.
  std::optional<Error> last_word(Child& child);
  /// Takes records of the current batch as long as the window has room.
  Result<bool> take_batch();
  Status take_part(FrameReader& reader);
  Status take_question(FrameReader& reader);
  Status take(Record record);
  void pass_over(PassedRecord record, std::function<void(Status)> done);
  Status tell_durable(Child& child);
  /// Passes on what was answered to the child's questions.
  Status pass_replies(Child& child);
  void wait(Child& child);
  /// How long to wait for the host to take a message: it reads between two calls of the plugin, each of which its watchdog
  /// bounds.
  [[nodiscard]] Timeout send_time() const { return 2 * spec_.patience; }
  /// How long a child may be silent: between two signs of life lie one call of poll, one of durable, and half their time
  /// (host/source.cpp).
  [[nodiscard]] Timeout silence() const { return 3 * spec_.patience + std::chrono::seconds(1); }
  void await_outstanding();
  void back_off();

  PluginSpec spec_;
  std::filesystem::path host_program_;
  const World world_;
  PluginHealth health_;
  RestartDelay backoff_;
  std::shared_ptr<SourceWindow> window_ = std::make_shared<SourceWindow>();
  /// A frame of records that is being taken: its reader, and how many records are left.
  struct Batch {
    FrameReader reader;
    std::uint64_t left = 0;
  };
  std::optional<Batch> batch_;
  LostLives lost_;
  /// How the last child was lost, until it is counted.
  struct Death {
    Attempt attempt;
    std::string how;
  };
  std::optional<Death> death_;
  bool said_why_ = false;                        // the child ended by itself and gave its reason
  bool is_ready_ = false;                        // the child has started
  std::chrono::steady_clock::time_point heard_;  // when the child was last heard
  std::uint64_t told_ = 0;
  std::shared_ptr<ReplyBox> replies_;  // of this child's questions: those to earlier ones are nobody's
  std::deque<ReplyBox::Numbered> to_pass_;
  std::size_t questions_ = 0;  // that this child has open
  bool finished_ = false;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace greentill::detect

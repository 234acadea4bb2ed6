// SPDX-License-Identifier: Apache-2.0
// A detector in a child. Each call is a question and its answer within the budget. A child that fails is killed, and started
// again once its back-off is over; it starts while sales go on, and no sale waits for it. There is one exception: a child that
// answered before and is found gone at the next call is replaced within that call, so that an end between two sales costs neither
// of them.
#include "daemon/detect/child.hpp"
#include "daemon/detect/child_watch.hpp"
#include "daemon/detect/host_messages.hpp"
#include "daemon/detect/plugin_health.hpp"
#include "daemon/detect/runner.hpp"
#include "daemon/detect/texts.hpp"
#include "daemon/detect/wire.hpp"

namespace greentill::detect {
namespace {

using std::chrono::steady_clock;

// With the back-off between them, so many failures take the better part of an hour, in which a package or a peer may come back.
// Failures are counted rather than minutes, because a detector is started again only when it is called.
constexpr std::uint64_t kFailuresUntilNobodyWaits = 100;

Timeout left_until(steady_clock::time_point deadline) {
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()), Timeout(0));
}

class IsolatedDetector final : public DetectorRunner {
 public:
  IsolatedDetector(const PluginSpec& spec, std::filesystem::path host_program, const Clock& clock, Log& log)
      : health_(spec.name, log), spec_(spec), host_program_(std::move(host_program)), backoff_(clock) {}

  Status load() {
    if (Status started = start(); !started) return started;
    if (!await_ready(start_time())) return fail(ErrorCode::invalid, health_.snapshot().last_fault);
    return Done{};
  }

  void detect(const event::Transaction& transaction, Findings& into) override {
    health_.called();
    const auto deadline = steady_clock::now() + spec_.budget;
    if (!available(deadline)) return into.absent.push_back(absent(false));
    const Result<Detection> found = ask(transaction, deadline);
    if (!found) {
      fall(found.error().message);
      return into.absent.push_back(absent(true));
    }
    backoff_.reset();
    has_answered_ = true;
    if (!found->fault.empty()) health_.fault(readable(to_abi(found->fault)));
    if (found->failed) return;
    for (const event::Activity& activity : found->activities) into.acts.push_back({activity, ready_.name, ready_.version});
  }

  [[nodiscard]] PluginStatus status() const override { return health_.snapshot(); }

 private:
  Status start() {
    auto child = Child::spawn(host_program_);
    if (!child) return Failure{child.error()};
    child_ = std::move(*child);
    watch_.emplace(child_->pid(), !spec_.program.empty(), spec_.memory_bytes);
    is_ready_ = false;
    has_answered_ = false;
    start_by_ = steady_clock::now() + start_time();
    return child_->channel().send(hello_of(spec_, Role::detector, {}, health_), start_time());
  }

  /// The host ends a start that takes longer than `patience`, and says so; the extra second is for a host that hangs itself.
  [[nodiscard]] std::chrono::milliseconds start_time() const { return spec_.patience + std::chrono::seconds(1); }

  bool available(steady_clock::time_point deadline) {
    const bool was_well = has_answered_;
    if (is_ready_ && !is_idle() && was_well) return restart() && await_ready(left_until(deadline));
    if (!child_ && (!backoff_.due() || !restart())) return false;
    return is_ready_ || await_ready(Timeout(0));
  }

  bool restart() {
    const Status started = start();
    if (!started) fall(started.error().message);
    return started.ok();
  }

  /// Whether the child is still there, within its bounds and silent: between two calls it may only log.
  bool is_idle() {
    if (const std::string beyond = watch_->look(); !beyond.empty()) {
      fall(beyond);
      return false;
    }
    const auto message = receive_past_logs(child_->channel(), Timeout(0), health_, &child_->output());
    if (message && !*message) return true;
    if (!message) {
      fall(message.error().message);
      return false;
    }
    FrameReader reader(**message);
    const Message kind = reader.kind();
    fall(unexpected(kind, reader).error.message);
    return false;
  }

  bool await_ready(Timeout timeout) {
    Result<std::optional<Ready>> ready = receive_ready(child_->channel(), timeout, health_, &child_->output());
    if (ready && !*ready && steady_clock::now() >= start_by_)
      ready = fail(ErrorCode::unavailable, "it did not start in its time");
    if (!ready) {
      fall(ready.error().message);
      return false;
    }
    if (!*ready) return false;
    ready_ = std::move(**ready);
    is_ready_ = true;
    health_.set_version(ready_.version);
    health_.set_state("running");
    return true;
  }

  Result<Detection> ask(const event::Transaction& transaction, steady_clock::time_point deadline) {
    FrameChannel& channel = child_->channel();
    const Status sent = channel.send(encode_detect(++call_, transaction), left_until(deadline));
    // A child that accepts nothing more may have sent its reason before.
    auto frame = receive_past_logs(channel, sent ? left_until(deadline) : Timeout(0), health_, &child_->output());
    if (!sent && (!frame || !*frame)) return Failure{sent.error()};
    if (!frame) return Failure{frame.error()};
    if (!*frame) {
      return fail(ErrorCode::unavailable,
                  "one call took more than its budget of " + std::to_string(spec_.budget.count()) + " ms");
    }
    FrameReader reader(**frame);
    const Message kind = reader.kind();
    if (kind != Message::detected) return unexpected(kind, reader);
    return read_detection(reader, transaction.lines.size());
  }

  Result<Detection> read_detection(FrameReader& reader, std::size_t line_count) const {
    Detection detection = reader.detection();
    if (Status whole = reader.end(); !whole) return Failure{whole.error()};
    if (detection.call != call_) return fail(ErrorCode::invalid, "it answered another call");
    for (const event::Activity& activity : detection.activities) {
      if (activity.line > line_count) return fail(ErrorCode::invalid, "it emitted an activity of a line that is not there");
    }
    return detection;
  }

  [[nodiscard]] Absent absent(bool asked) const { return {spec_.name, asked, is_away_for_long()}; }
  [[nodiscard]] bool is_away_for_long() const { return backoff_.failures() >= kFailuresUntilNobodyWaits; }

  void fall(const std::string& why) {
    std::string message = why;
    if (child_) message += "; it " + child_->end(health_);
    child_.reset();
    is_ready_ = false;
    backoff_.failed();
    if (is_away_for_long()) message += "; after so many failures in a row no source waits for it, until it answers again";
    health_.set_state("restarting");
    health_.fault(message);
  }

  PluginHealth health_;
  PluginSpec spec_;
  std::filesystem::path host_program_;
  RestartDelay backoff_;
  std::unique_ptr<Child> child_;
  std::optional<ChildWatch> watch_;  // of child_
  bool is_ready_ = false;
  bool has_answered_ = false;
  Ready ready_;
  steady_clock::time_point start_by_;
  std::uint64_t call_ = 0;
};

}  // namespace

Result<std::unique_ptr<DetectorRunner>> run_isolated(const PluginSpec& spec, const std::filesystem::path& host_program,
                                                     Clock& clock, Log& log) {
  auto runner = std::make_unique<IsolatedDetector>(spec, host_program, clock, log);
  if (Status loaded = runner->load(); !loaded) return Failure{loaded.error()};
  return std::unique_ptr<DetectorRunner>(std::move(runner));
}

}  // namespace greentill::detect

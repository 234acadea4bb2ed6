// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deque>

#include "daemon/detect/host/asked.hpp"
#include "daemon/detect/host/host.hpp"
#include "daemon/detect/source_window.hpp"
#include "daemon/detect/sources.hpp"
#include "daemon/detect/texts.hpp"
#include "daemon/event/abi_view.hpp"
#include "daemon/event/check.hpp"

namespace greentill::detect::host {
namespace {

using std::chrono::steady_clock;
constexpr std::uint32_t kPollWaitMs = 100;
constexpr const char* kLongPosition = "a position of more than 1024 bytes";
constexpr std::size_t kBatchBytes = 64u << 10;
/// A record must fit a frame together with the head of its batch.
constexpr std::size_t kMostRecordBytes = kMaxFrameBytes - 64;

/// Gathers records into frames and counts how many may still be handed in.
class SourceHost {
 public:
  explicit SourceHost(const Host& host) : host_(host), channel_(host.channel), services_(host.services) {
    services_.on_attempt([this](std::string_view what, gt_text* how) { return attempt(what, *how); });
    services_.of_source({[this](const gt_part& part) { tell(part); },
                         [this](std::string_view kind, std::string_view argument, std::uint64_t& question) {
                           return asked_.ask(channel_, {std::string(kind), std::string(argument)}, question);
                         },
                         [this](gt_reply& reply) { return asked_.next(reply); }});
  }

  Status run() {
    if (Status started = start(); !started) return started;
    const Frame ready = encode_text(Message::ready, services_.name_of(*module_), services_.version_of(*module_));
    if (!channel_.send(ready, kForever)) return Done{};
    spoke_ = steady_clock::now();
    return serve();
  }

  void destroy() {
    if (instance_) {
      const CallTimer timer(host_.patience());
      instance_->destroy();
    }
  }

 private:
  Status start() {
    const CallTimer timer(2 * host_.patience());
    auto module = PluginModule::load(host_.hello.library);
    if (!module) return Failure{module.error()};
    module_ = std::move(*module);
    if (module_->source() == nullptr) return fail(ErrorCode::invalid, host_.hello.library + ": it is a detector, not a source");
    instance_.emplace(module_, module_->source());
    if (Status created = instance_->create(host_.hello.configuration, services_); !created) return created;
    if (instance_->table().start(instance_->get(), to_abi(host_.hello.position)) != GT_OK) {
      return fail(ErrorCode::unavailable, services_.take_reason("start failed and gave no reason"));
    }
    return Done{};
  }

  Status serve() {
    const gt_inlet inlet{sizeof(gt_inlet), this, &SourceHost::on_transaction, &SourceHost::on_reject, &SourceHost::on_leave_out};
    bool finished = false;
    bool blocked = false;
    for (;;) {
      if (Status read = read_messages(finished || blocked ? sign_interval() : Timeout(0)); !read) return read;
      if (gone_ || !give_sign()) return Done{};
      // Once the window was full, polling goes on only when half of it is free: fewer and larger frames than one for each record
      // that becomes durable.
      blocked = is_full(blocked ? 2 : 1);
      if (finished || blocked) continue;
      const std::int32_t status = poll(inlet);
      if (Status sent = flush(); !sent) return Done{};
      if (status < GT_OK) return fail(ErrorCode::unavailable, services_.take_reason("poll failed and gave no reason"));
      if (status != GT_FINISHED) continue;
      finished = true;
      if (!channel_.send(encode_finished(), kForever)) return Done{};
    }
  }

  std::int32_t poll(const gt_inlet& inlet) {
    const CallTimer timer(host_.patience() + std::chrono::milliseconds(kPollWaitMs));
    return instance_->table().poll(instance_->get(), kPollWaitMs, &inlet);
  }

  /// A daemon that hears nothing for long takes the plugin's call for hanging (source_runner.hpp).
  [[nodiscard]] Timeout sign_interval() const { return host_.patience() / 2; }
  bool give_sign() {
    if (steady_clock::now() - spoke_ < sign_interval()) return true;
    spoke_ = steady_clock::now();
    return channel_.send(encode_alive(), kForever).ok();
  }

  Status read_messages(Timeout timeout) {
    for (;; timeout = Timeout(0)) {
      auto frame = channel_.receive(timeout);
      gone_ = !frame;
      if (gone_ || !*frame) return Done{};
      FrameReader reader(**frame);
      const Message kind = reader.kind();
      if (kind == Message::reply) {
        if (Status taken = asked_.take(reader); !taken) return taken;
        continue;
      }
      if (kind != Message::durable) return fail(ErrorCode::bug, "a source is only told what is durable, and replies");
      const std::uint64_t durable = reader.number();
      if (Status whole = reader.end(); !whole) return whole;
      forget(durable);
      if (instance_->table().durable == nullptr) continue;
      const CallTimer timer(host_.patience());
      instance_->table().durable(instance_->get(), durable_);
    }
  }

  /// Whether the records that are not durable fill 1/`part` of the window.
  [[nodiscard]] bool is_full(std::size_t part = 1) const {
    return under_way_.size() >= kSourceWindow / part || bytes_under_way_ >= kSourceWindowBytes / part;
  }

  void forget(std::uint64_t durable) {
    for (; durable_ < durable && !under_way_.empty(); ++durable_) {
      bytes_under_way_ -= under_way_.front();
      under_way_.pop_front();
    }
  }

  /// The source is about to read something: over how many lives was the same lost?
  std::uint32_t attempt(std::string_view what, gt_text& how) {
    what = what.substr(0, kMaxAttemptBytes);
    const Loss& lost = host_.hello.lost;
    // What was read well is not to be lost with what may end this process too.
    if (lost.count > 0) (void)flush();
    const bool is_it = lost.count > 0 && what == lost.attempt;
    // A program that takes its attempt back, since it cannot go on, has not got behind it.
    const bool takes_back = what.empty() && host_.program != nullptr;
    has_passed_ = has_passed_ || (has_met_ && !is_it && !takes_back);
    has_met_ = has_met_ || is_it;
    host_.attempts->write(what, durable_ + under_way_.size(), has_passed_);
    if (!is_it) return 0;
    how = to_abi(lost.how);
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(lost.count, UINT32_MAX));
  }

  void tell(const gt_part& given) {
    const Part part = copy_part(given);
    if (const std::string beyond = beyond_limits(part); !beyond.empty()) return warn(*this, "a part with " + beyond);
    const CallPause waiting;
    spoke_ = steady_clock::now();
    // Where the daemon is gone the next receive shows it.
    (void)channel_.send(encode_part(part), kForever);
  }

  Status flush() {
    if (count_ == 0) return Done{};
    const CallPause waiting;
    spoke_ = steady_clock::now();
    const Frame head = encode_batch_head(count_);
    Status sent = channel_.send(head, records_, kForever);
    count_ = 0;
    records_.clear();
    return sent;
  }

  std::int32_t add(const Record& record) {
    if (is_full()) return GT_FULL;
    const std::size_t before = records_.size();
    append_record(records_, record);
    const std::size_t size = records_.size() - before;
    if (size > kMostRecordBytes) {
      records_.resize(before);
      return add({Record::Kind::refused,
                  {},
                  record.where.empty() ? "a transaction" : record.where,
                  "it takes more than 4 MiB with its lines and attributes",
                  record.position});
    }
    if (records_.size() > kMostRecordBytes) {
      const Frame last(records_.begin() + static_cast<std::ptrdiff_t>(before), records_.end());
      records_.resize(before);
      (void)flush();
      records_ = last;
    }
    under_way_.push_back(memory_of(record));
    bytes_under_way_ += under_way_.back();
    ++count_;
    // Where the daemon is gone the next receive shows it.
    if (records_.size() >= kBatchBytes) (void)flush();
    return GT_OK;
  }

  static std::int32_t on_transaction(void* context, const gt_transaction* transaction, gt_text where, gt_text position) noexcept {
    auto& self = *static_cast<SourceHost*>(context);
    const std::string wrong = wrong_with(transaction, position);
    if (!wrong.empty()) {
      warn(self, wrong);
      return GT_ERROR;
    }
    return self.add({Record::Kind::transaction, event::copy(*transaction), readable(where), {}, std::string(from_abi(position))});
  }

  static std::string wrong_with(const gt_transaction* transaction, gt_text position) {
    if (transaction == nullptr) return "no transaction at all";
    if (const auto beyond = event::beyond_limits(*transaction)) return "a transaction beyond the limits: " + to_string(*beyond);
    return position.size > kMaxPositionBytes ? kLongPosition : "";
  }

  static std::int32_t on_reject(void* context, gt_text where, gt_text reason, gt_text position) noexcept {
    return pass_over(*static_cast<SourceHost*>(context), Record::Kind::refused, where, reason, position);
  }

  static std::int32_t on_leave_out(void* context, gt_text where, gt_text reason, gt_text position) noexcept {
    return pass_over(*static_cast<SourceHost*>(context), Record::Kind::left_out, where, reason, position);
  }

  static std::int32_t pass_over(SourceHost& self, Record::Kind kind, gt_text where, gt_text reason, gt_text position) {
    if (position.size > kMaxPositionBytes) {
      warn(self, kLongPosition);
      return GT_ERROR;
    }
    return self.add({kind, {}, readable(where), readable(reason), std::string(from_abi(position))});
  }

  static void warn(SourceHost& self, const std::string& wrong) {
    const std::string text = "it handed in " + wrong;
    const gt_services* services = self.services_.abi();
    services->log(services->context, GT_LOG_WARNING, to_abi(text));
  }

  const Host& host_;
  FrameChannel& channel_;
  HostServices& services_;
  Asked asked_;
  std::shared_ptr<const PluginModule> module_;
  std::optional<PluginInstance<gt_source>> instance_;
  steady_clock::time_point spoke_;
  std::deque<std::size_t> under_way_;  // the bytes of each record that is not durable, in order
  std::size_t bytes_under_way_ = 0;
  std::uint64_t durable_ = 0;
  std::size_t count_ = 0;
  Frame records_;
  bool gone_ = false;
  bool has_met_ = false;     // what earlier lives were lost over
  bool has_passed_ = false;  // and got behind it
};

}  // namespace

void serve_source(const Host& host) {
  SourceHost source(host);
  if (const Status served = source.run(); !served) report_failure(host, served.error());
  source.destroy();
}

}  // namespace greentill::detect::host

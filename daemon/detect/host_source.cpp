// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/host.hpp"
#include "daemon/detect/sources.hpp"
#include "daemon/detect/views.hpp"

namespace greentill::detect::host {
namespace {

constexpr unsigned kCallSeconds = 10;
constexpr std::uint32_t kPollWaitMs = 100;
constexpr std::size_t kBatchBytes = 64u << 10;

/// Gathers records into frames and counts how many may still be handed in.
class SourceHost {
 public:
  SourceHost(FrameChannel& channel, PluginInstance<gt_source>& instance, HostServices& services)
      : channel_(channel), instance_(instance), services_(services) {}

  Status run() {
    const gt_inlet inlet{sizeof(gt_inlet), this, &SourceHost::on_transaction, &SourceHost::on_reject};
    bool finished = false;
    bool blocked = false;
    for (;;) {
      if (Status read = read_messages(finished || blocked ? kForever : Timeout(0)); !read) return read;
      if (gone_) return Done{};
      // Half a window at once makes fewer and larger frames than one record for each that became durable.
      blocked = handed_in_ - durable_ >= (blocked ? kSourceWindow / 2 : kSourceWindow);
      if (finished || blocked) continue;
      const std::int32_t status = poll(inlet);
      if (Status sent = flush(); !sent) return Done{};
      if (status < GT_OK) return fail(ErrorCode::unavailable, services_.take_reason("poll failed and gave no reason"));
      if (status != GT_FINISHED) continue;
      finished = true;
      if (!channel_.send(encode_finished(), kForever)) return Done{};
    }
  }

 private:
  std::int32_t poll(const gt_inlet& inlet) {
    const CallTimer timer(kCallSeconds + 1);
    return instance_.table().poll(instance_.get(), kPollWaitMs, &inlet);
  }

  Status read_messages(Timeout timeout) {
    for (;; timeout = Timeout(0)) {
      auto frame = channel_.receive(timeout);
      gone_ = !frame;
      if (gone_ || !*frame) return Done{};
      FrameReader reader(**frame);
      if (reader.kind() != Message::durable) return fail(ErrorCode::bug, "a source is only told what is durable");
      durable_ = reader.number();
      if (Status whole = reader.end(); !whole) return whole;
      if (instance_.table().durable == nullptr) continue;
      const CallTimer timer(kCallSeconds);
      instance_.table().durable(instance_.get(), durable_);
    }
  }

  Status flush() {
    if (count_ == 0) return Done{};
    const Frame head = encode_batch_head(count_);
    Status sent = channel_.send(head, records_, kForever);
    count_ = 0;
    records_.clear();
    return sent;
  }

  std::int32_t add(const Record& record) {
    if (handed_in_ - durable_ >= kSourceWindow) return GT_FULL;
    append_record(records_, record);
    ++handed_in_;
    ++count_;
    // The daemon being gone shows at the next receive.
    if (records_.size() >= kBatchBytes) (void)flush();
    return GT_OK;
  }

  static std::int32_t on_transaction(void* context, const gt_transaction* transaction, gt_text position) noexcept {
    auto& self = *static_cast<SourceHost*>(context);
    const char* wrong = transaction == nullptr ? "no transaction at all" : wrong_with(*transaction);
    if (wrong == nullptr && position.size > kMaxPositionBytes) wrong = "a position of more than 1024 bytes";
    if (wrong != nullptr) {
      warn(self, wrong);
      return GT_ERROR;
    }
    return self.add({false, copy(*transaction), {}, {}, std::string(from_abi(position))});
  }

  static std::int32_t on_reject(void* context, gt_text where, gt_text reason, gt_text position) noexcept {
    auto& self = *static_cast<SourceHost*>(context);
    if (position.size > kMaxPositionBytes) {
      warn(self, "a position of more than 1024 bytes");
      return GT_ERROR;
    }
    return self.add({true, {}, readable(where), readable(reason), std::string(from_abi(position))});
  }

  static void warn(SourceHost& self, const char* wrong) {
    const std::string text = std::string("it handed in ") + wrong;
    const gt_services* services = self.services_.abi();
    services->log(services->context, GT_LOG_WARNING, to_abi(text));
  }

  FrameChannel& channel_;
  PluginInstance<gt_source>& instance_;
  HostServices& services_;
  std::uint64_t handed_in_ = 0;
  std::uint64_t durable_ = 0;
  std::size_t count_ = 0;
  Frame records_;
  bool gone_ = false;
};

Status start(PluginInstance<gt_source>& instance, const Hello& hello, HostServices& services) {
  const CallTimer timer(2 * kCallSeconds);
  if (Status created = instance.create(hello.configuration, services); !created) return created;
  if (instance.table().start(instance.get(), to_abi(hello.position)) != GT_OK) {
    return fail(ErrorCode::unavailable, services.take_reason("start failed and gave no reason"));
  }
  return Done{};
}

}  // namespace

Status serve_source(FrameChannel& channel, const std::shared_ptr<const PluginModule>& module, const Hello& hello,
                    HostServices& services) {
  if (module->source() == nullptr) return fail(ErrorCode::invalid, hello.library + ": it is a detector, not a source");
  PluginInstance<gt_source> instance(module, module->source());
  if (Status started = start(instance, hello, services); !started) return started;
  if (!channel.send(encode_text(Message::ready, module->name(), module->version()), kForever)) return Done{};
  return SourceHost(channel, instance, services).run();
}

}  // namespace greentill::detect::host

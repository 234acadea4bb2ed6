// SPDX-License-Identifier: Apache-2.0
#include <poll.h>

#include "daemon/detect/collector.hpp"
#include "daemon/detect/host/host.hpp"
#include "greentill/exec_streams.h"

namespace greentill::detect::host {
namespace {

class DetectorHost {
 public:
  explicit DetectorHost(const Host& host) : host_(host) {}

  Status run() {
    if (Status created = create(); !created) return created;
    const Frame ready = encode_text(Message::ready, host_.services.name_of(*module_), host_.services.version_of(*module_));
    if (!host_.channel.send(ready, kForever)) return Done{};
    for (;;) {
      if (Status quiet = await_call(); !quiet) return quiet;
      auto frame = host_.channel.receive(kForever);
      if (!frame || !*frame) return Done{};
      FrameReader reader(**frame);
      if (Status answered = answer(reader); !answered) return answered;
      if (gone_) return Done{};
    }
  }

  void destroy() {
    if (instance_) {
      const CallTimer timer(host_.patience());
      instance_->destroy();
    }
  }

 private:
  Status create() {
    const CallTimer timer(host_.patience());
    auto module = PluginModule::load(host_.hello.library);
    if (!module) return Failure{module.error()};
    module_ = std::move(*module);
    if (module_->detector() == nullptr) return fail(ErrorCode::invalid, host_.hello.library + ": it is a source, not a detector");
    instance_.emplace(module_, module_->detector());
    return instance_->create(host_.hello.configuration, host_.services);
  }

  /// A program that ended between two calls ends the host before the next call, so that the daemon starts both anew without a
  /// lost sale.
  Status await_call() const {
    if (host_.program == nullptr) return Done{};
    pollfd ready[] = {{host_.channel.descriptor(), POLLIN, 0}, {GT_EXEC_OUTPUT, POLLIN, 0}};
    while (ready[0].revents == 0 && ready[1].revents == 0) ::poll(ready, 2, -1);
    if (ready[1].revents == 0) return Done{};
    if ((ready[1].revents & POLLIN) != 0) return fail(ErrorCode::invalid, "it wrote a line that was not asked for");
    return fail(ErrorCode::unavailable, "it closed its standard output");
  }

  Status answer(FrameReader& reader) {
    if (reader.kind() != Message::detect) return fail(ErrorCode::bug, "a detector is only asked to detect");
    const std::uint64_t number = reader.number();
    const event::Transaction transaction = reader.transaction();
    const Status whole = reader.end();
    Detection detection{number, {}, true, {}};
    if (!whole) {
      detection.fault = whole.error().message;
    } else if (Status called = call(transaction, detection); !called) {
      return called;
    }
    gone_ = !host_.channel.send(encode_detection(detection), kForever);
    return Done{};
  }

  Status call(const event::Transaction& transaction, Detection& into) {
    DetectCall found(transaction.lines.size());
    const gt_emitter emitter{sizeof(gt_emitter), &found, &DetectCall::on_emit};
    const std::int32_t status =
        instance_->table().detect(instance_->get(), &view_.of(transaction, event::Audience::detector), &emitter);
    if (status != GT_OK) into.fault = host_.services.take_reason("detect failed and gave no reason");
    if (status == GT_BROKEN) return fail(ErrorCode::unavailable, into.fault);
    if (status != GT_OK) return Done{};
    into.failed = false;
    into.fault = std::move(found.fault);
    into.activities = std::move(found.activities);
    return Done{};
  }

  const Host& host_;
  std::shared_ptr<const PluginModule> module_;
  std::optional<PluginInstance<gt_detector>> instance_;
  event::AbiView view_;
  bool gone_ = false;
};

}  // namespace

void serve_detector(const Host& host) {
  DetectorHost detector(host);
  if (const Status served = detector.run(); !served) report_failure(host, served.error());
  detector.destroy();
}

}  // namespace greentill::detect::host

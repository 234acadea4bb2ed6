// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/collector.hpp"
#include "daemon/detect/host.hpp"

namespace greentill::detect::host {
namespace {

constexpr unsigned kCreateSeconds = 10;

Detection call(PluginInstance<gt_detector>& instance, HostServices& services, TransactionView& view, std::uint64_t number,
               const Transaction& transaction) {
  DetectCall found{{}, {}, transaction.lines.size()};
  const gt_emitter emitter{sizeof(gt_emitter), &found, &DetectCall::on_emit};
  const std::int32_t status = instance.table().detect(instance.get(), &view.of(transaction), &emitter);
  if (status != GT_OK) return {number, services.take_reason("detect failed and gave no reason"), true, {}};
  return {number, std::move(found.fault), false, std::move(found.activities)};
}

}  // namespace

Status serve_detector(FrameChannel& channel, const std::shared_ptr<const PluginModule>& module, const Hello& hello,
                      HostServices& services) {
  if (module->detector() == nullptr) return fail(ErrorCode::invalid, hello.library + ": it is a source, not a detector");
  PluginInstance<gt_detector> instance(module, module->detector());
  {
    const CallTimer timer(kCreateSeconds);
    if (Status created = instance.create(hello.configuration, services); !created) return created;
  }
  if (Status sent = channel.send(encode_text(Message::ready, module->name(), module->version()), kForever); !sent) return Done{};
  TransactionView view;
  for (;;) {
    auto frame = channel.receive(kForever);
    if (!frame || !*frame) return Done{};
    FrameReader reader(**frame);
    if (reader.kind() != Message::detect) return fail(ErrorCode::bug, "a detector is only asked to detect");
    const std::uint64_t number = reader.number();
    const Transaction transaction = reader.transaction();
    const Status whole = reader.end();
    const Detection detection =
        whole ? call(instance, services, view, number, transaction) : Detection{number, whole.error().message, true, {}};
    if (!channel.send(encode_detection(detection), kForever)) return Done{};
  }
}

}  // namespace greentill::detect::host

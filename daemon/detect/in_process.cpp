// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/collector.hpp"
#include "daemon/detect/module.hpp"
#include "daemon/detect/plugin_health.hpp"
#include "daemon/detect/runner.hpp"

namespace greentill::detect {
namespace {

using std::chrono::steady_clock;

class InProcessDetector final : public DetectorRunner {
 public:
  InProcessDetector(const PluginSpec& spec, std::shared_ptr<const PluginModule> module, Log& log)
      : health_(spec.name, log),
        services_(
            [](void* context, LogLevel level, std::string_view text) { static_cast<PluginHealth*>(context)->log(level, text); },
            &health_),
        module_(module),
        instance_(module, module->detector()),
        budget_(spec.budget) {}

  Status create(std::string_view configuration) {
    if (Status created = instance_.create(configuration, services_); !created) return created;
    health_.set_version(services_.version_of(*module_));
    health_.set_state("running");
    return Done{};
  }

  void detect(const event::Transaction& transaction, Findings& into) override {
    health_.called();
    DetectCall call(transaction.lines.size());
    const gt_emitter emitter{sizeof(gt_emitter), &call, &DetectCall::on_emit};
    const auto begin = steady_clock::now();
    const std::int32_t status =
        instance_.table().detect(instance_.get(), &view_.of(transaction, event::Audience::detector), &emitter);
    const auto took = steady_clock::now() - begin;
    if (status != GT_OK) return health_.fault(services_.take_reason("detect failed and gave no reason"));
    if (!call.fault.empty()) health_.fault(call.fault);
    if (took > budget_) health_.fault("one call took more than its budget of " + std::to_string(budget_.count()) + " ms");
    for (event::Activity& activity : call.activities)
      into.acts.push_back({std::move(activity), services_.name_of(*module_), services_.version_of(*module_)});
  }

  [[nodiscard]] PluginStatus status() const override { return health_.snapshot(); }

 private:
  PluginHealth health_;
  HostServices services_;
  std::shared_ptr<const PluginModule> module_;
  PluginInstance<gt_detector> instance_;
  std::chrono::milliseconds budget_;
  event::AbiView view_;
};

}  // namespace

Result<std::unique_ptr<DetectorRunner>> run_in_process(const PluginSpec& spec, Log& log) {
  auto module = PluginModule::load(spec.library);
  if (!module) return Failure{module.error()};
  if ((*module)->detector() == nullptr)
    return fail(ErrorCode::invalid, spec.library.string() + ": it is a source, not a detector");
  auto runner = std::make_unique<InProcessDetector>(spec, *module, log);
  if (Status created = runner->create(spec.configuration); !created) return Failure{created.error()};
  return std::unique_ptr<DetectorRunner>(std::move(runner));
}

}  // namespace greentill::detect

// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/detectors.hpp"

#include <set>

#include "daemon/detect/runner.hpp"

namespace greentill::detect {
namespace {

class LoadedDetectors final : public Detectors {
 public:
  explicit LoadedDetectors(std::vector<std::unique_ptr<DetectorRunner>> runners) : runners_(std::move(runners)) {}

  Findings detect(const event::Transaction& transaction) override {
    Findings found;
    for (const auto& runner : runners_) runner->detect(transaction, found);
    return found;
  }

  [[nodiscard]] std::vector<PluginStatus> status() const override {
    std::vector<PluginStatus> all;
    for (const auto& runner : runners_) all.push_back(runner->status());
    return all;
  }

 private:
  std::vector<std::unique_ptr<DetectorRunner>> runners_;
};

}  // namespace

Result<std::unique_ptr<Detectors>> Detectors::load(const std::vector<PluginSpec>& specs,
                                                   const std::filesystem::path& host_program, Clock& clock, Log& log) {
  std::vector<std::unique_ptr<DetectorRunner>> runners;
  std::set<std::string> names;
  for (const PluginSpec& spec : specs) {
    if (!names.insert(spec.name).second) return fail(ErrorCode::invalid, "two detectors are called '" + spec.name + "'");
    auto runner = spec.isolated ? run_isolated(spec, host_program, clock, log) : run_in_process(spec, log);
    if (!runner) {
      const std::string file = spec.configuration_file.empty() ? "" : " with " + spec.configuration_file;
      return Failure{runner.error().with_context("detector '" + spec.name + "'" + file)};
    }
    runners.push_back(std::move(*runner));
  }
  return std::unique_ptr<Detectors>(std::make_unique<LoadedDetectors>(std::move(runners)));
}

}  // namespace greentill::detect

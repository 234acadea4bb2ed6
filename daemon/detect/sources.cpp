// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/sources.hpp"

#include <set>

#include "daemon/detect/source_runner.hpp"

namespace greentill::detect {
namespace {

class RunningSources final : public Sources {
 public:
  explicit RunningSources(std::vector<std::unique_ptr<SourceRunner>> runners) : runners_(std::move(runners)) {}

  [[nodiscard]] std::vector<PluginStatus> status() const override {
    std::vector<PluginStatus> all;
    for (const auto& runner : runners_) all.push_back(runner->status());
    return all;
  }

 private:
  std::vector<std::unique_ptr<SourceRunner>> runners_;
};

Status check(const PluginSpec& spec, const std::filesystem::path& host_program, std::set<std::string>& names) {
  if (!names.insert(spec.name).second) return fail(ErrorCode::invalid, "two sources are called '" + spec.name + "'");
  std::vector<std::filesystem::path> files{spec.library, host_program};
  if (!spec.program.empty()) files.emplace_back(spec.program[0]);
  for (const auto& file : files) {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
      return fail(ErrorCode::not_found, "source '" + spec.name + "': " + file.string() + ": there is no such file");
    }
  }
  return Done{};
}

}  // namespace

Result<std::unique_ptr<Sources>> Sources::start(const std::vector<PluginSpec>& specs, const std::filesystem::path& host_program,
                                                SourceSink& sink, Clock& clock, Log& log, AskService ask) {
  std::set<std::string> names;
  for (const PluginSpec& spec : specs) {
    if (Status good = check(spec, host_program, names); !good) return Failure{good.error()};
  }
  std::vector<std::unique_ptr<SourceRunner>> runners;
  for (const PluginSpec& spec : specs) {
    runners.push_back(std::make_unique<SourceRunner>(spec, host_program, SourceRunner::World{sink, clock, log, ask}));
  }
  return std::unique_ptr<Sources>(std::make_unique<RunningSources>(std::move(runners)));
}

}  // namespace greentill::detect

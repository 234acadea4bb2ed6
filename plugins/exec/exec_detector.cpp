// SPDX-License-Identifier: Apache-2.0
// The detector that asks a program. The host has started the program, and both are restarted where a call throws Broken.
#include "greentill/exec_streams.h"
#include "greentill/plugin.hpp"
#include "greentill/version.hpp"
#include "plugins/exec/lines.hpp"
#include "plugins/exec/protocol.hpp"

namespace greentill::exec {
namespace {

constexpr std::chrono::milliseconds kForever{-1};

class ExecDetector final : public plugin::Detector {
 public:
  ExecDetector(std::string_view configuration, plugin::Services services) : from_(GT_EXEC_OUTPUT), to_(GT_EXEC_INPUT) {
    to_.send(detector_greeting(configuration));
    const Introduction introduction = parse_introduction(*from_.next(kForever));
    services.speak_for(introduction.name, introduction.version);
  }

  void detect(const gt_transaction& transaction, const plugin::Emitter& emit) override {
    const Answer answer = ask(transaction);
    if (!answer.error.empty()) throw std::runtime_error(answer.error);
    for (const Act& act : answer.acts) {
      std::vector<gt_quantity> quantities;
      for (const auto& [unit, value] : act.quantities) quantities.push_back(plugin::quantity(unit, value));
      emit(act.name, quantities, act.line);
    }
  }

 private:
  Answer ask(const gt_transaction& transaction) try {
    if (from_.next(std::chrono::milliseconds(0))) throw std::runtime_error("it wrote a line that was not asked for");
    to_.send(question(++call_, transaction));
    return parse_answer(*from_.next(kForever), call_);
  } catch (const std::runtime_error& error) {
    throw plugin::Broken(error.what());
  }

  LineReader from_;
  LineWriter to_;
  std::uint64_t call_ = 0;
};

}  // namespace
}  // namespace greentill::exec

GREENTILL_EXPORT_PLUGIN(greentill::plugin::detector<greentill::exec::ExecDetector>("exec-detector", greentill::kVersion))

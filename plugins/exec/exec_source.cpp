// SPDX-License-Identifier: Apache-2.0
// The source whose records a program hands in. The host has started the program, and both are restarted where a call fails.
#include <stdexcept>

#include "daemon/event/abi_view.hpp"
#include "greentill/exec_streams.h"
#include "greentill/plugin.hpp"
#include "greentill/version.hpp"
#include "plugins/exec/lines.hpp"
#include "plugins/exec/protocol.hpp"

namespace greentill::exec {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class ExecSource final : public plugin::Source {
 public:
  ExecSource(std::string_view configuration, plugin::Services services)
      : configuration_(configuration), services_(services), from_(GT_EXEC_OUTPUT), to_(GT_EXEC_INPUT) {}

  void start(std::string_view position) override {
    const auto lost = services_.attempt("from " + std::string(position));
    to_.send(source_greeting(configuration_, position, lost.lives));
    const Introduction introduction = parse_introduction(*from_.next(milliseconds(-1)));
    services_.speak_for(introduction.name, introduction.version);
  }

  Progress poll(milliseconds wait, const plugin::Inlet& inlet) override {
    const auto deadline = steady_clock::now() + wait;
    for (bool first = true;; first = false) {
      tell_durable();
      // Hands in all lines that are there at once before it waits again.
      if (!pending_ && !read(first ? wait : milliseconds(0))) return Progress::more;
      if (pending_->what == SourceLine::What::finished) return Progress::finished;
      if (!hand_in(inlet)) return Progress::more;
      if (steady_clock::now() >= deadline) return Progress::more;
    }
  }

  void durable(std::uint64_t count) override {
    durable_ = count;
    tell_durable();
  }

 private:
  bool read(milliseconds wait) {
    const auto line = from_.next(wait);
    if (!line) return false;
    ++lines_;
    try {
      pending_ = parse_source_line(*line);
    } catch (const CannotGoOn&) {
      services_.rest();  // it ends for a reason of its own, not over what it was reading
      throw;
    }
    return true;
  }

  bool hand_in(const plugin::Inlet& inlet) {
    const SourceLine& line = *pending_;
    // The program named no place: its lines are counted from its start.
    const std::string where = line.where.empty() ? "line " + std::to_string(lines_) + " of the program" : line.where;
    const bool taken = line.what == SourceLine::What::transaction
                           ? inlet.offer(view_.of(line.transaction, event::Audience::host), where, line.position)
                       : line.what == SourceLine::What::leave_out ? inlet.leave_out(where, line.reason, line.position)
                                                                  : inlet.reject(where, line.reason, line.position);
    if (taken) pending_.reset();
    return taken;
  }

  /// Where the program does not read now, it is told a newer number later.
  void tell_durable() {
    if (durable_ == told_ || !to_.try_send(durable_line(durable_))) return;
    told_ = durable_;
  }

  std::string configuration_;
  plugin::Services services_;
  LineReader from_;
  LineWriter to_;
  event::AbiView view_;
  std::optional<SourceLine> pending_;  // a line that was read and not handed in yet
  std::uint64_t lines_ = 0;
  std::uint64_t durable_ = 0;
  std::uint64_t told_ = 0;
};

}  // namespace
}  // namespace greentill::exec

GREENTILL_EXPORT_PLUGIN(greentill::plugin::source<greentill::exec::ExecSource>("exec-source", greentill::kVersion))

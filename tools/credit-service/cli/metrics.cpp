// SPDX-License-Identifier: Apache-2.0
// metrics: what the ledger holds, for a monitoring system, in Prometheus' text format (version 0.0.4).
#include "tools/credit-service/cli/commands.hpp"
#include "tools/credit-service/cli/opening.hpp"

namespace greentill::credit {
namespace {

/// One measure with its lines. Labels are kinds, reasons and states, which have no characters to be escaped.
class Gauge {
 public:
  Gauge(const char* name, const char* help)
      : name_(std::string("greentill_credit_") + name),
        text_("# HELP " + name_ + ' ' + help + "\n# TYPE " + name_ + " gauge\n") {}

  template <typename Number>
  Gauge& line(Number value, const char* label = nullptr, const std::string& is = "") {
    text_ += name_ + (label == nullptr ? "" : '{' + std::string(label) + "=\"" + is + "\"}") + ' ' + std::to_string(value) + '\n';
    return *this;
  }
  template <typename Map>
  Gauge& lines(const Map& values, const char* label) {
    for (const auto& [is, value] : values) line(value, label, is);
    return *this;
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string name_, text_;
};

}  // namespace

Status print_metrics(const std::filesystem::path& config, const Output& output) {
  const auto reading = Reading::open(config);
  if (!reading) return Failure{reading.error()};
  const auto report = (*reading)->books->report();
  if (!report) return Failure{report.error()};
  Gauge held("held_claims", "Claims that are held, by reason; one that is held for several counts for each.");
  Gauge asked("held_mg", "What held claims ask for, by reason.");
  for (const auto& [reason, sum] : report->held) {
    held.line(sum.claims, "reason", reason);
    asked.line(sum.asked_mg, "reason", reason);
  }
  Gauge oldest("held_oldest_timestamp_seconds", "When the oldest held claim arrived; absent where none is held.");
  if (report->held_in_all.claims != 0) oldest.line(report->held_in_all.oldest);
  output.out << (Gauge("claims", "Claims that are stored, refused ones among them.").line(report->claims).text() +
                 Gauge("granted_mg", "What stands, after reversals.").line(report->granted_mg).text() +
                 Gauge("account_mg", "What accounts have, by kind; they add up to 0.").lines(report->accounts, "kind").text() +
                 Gauge("refused_claims", "Refused claims, by reason.").lines(report->refused, "reason").text() + held.text() +
                 asked.text() + oldest.text() +
                 Gauge("pending_batches", "Batches kept aside until their turn.").line(report->pending).text() +
                 Gauge("chains", "Chains, by state.").lines(report->chains, "state").text() +
                 Gauge("locks", "Registered locks, by state.").lines(report->locks, "state").text() +
                 Gauge("contradicted_locks", "Locks whose rides contradict one another, at which nobody has looked.")
                     .line(report->contradicted)
                     .text());
  return Done{};
}

}  // namespace greentill::credit

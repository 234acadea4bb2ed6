// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/metrics.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <utility>

#include "daemon/api/health.hpp"
#include "daemon/api/views.hpp"

namespace greentill::api {
namespace {

class Exposition {
 public:
  // Begins a metric; its samples follow.
  void metric(std::string_view name, std::string_view type, std::string_view help) {
    name_ = "greentill_" + std::string(name);
    text_ += "# HELP " + name_ + ' ' + std::string(help) + "\n# TYPE " + name_ + ' ' + std::string(type) + '\n';
  }

  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  void sample(const std::string& value, Labels labels) {
    text_ += name_;
    char before = '{';
    for (const auto& [label, label_value] : labels) {
      text_ += before + std::string(label) + "=\"" + escaped(label_value) + '"';
      before = ',';
    }
    text_ += (before == ',' ? "} " : " ") + value + '\n';
  }

  void sample(const std::string& value, std::string_view label, std::string_view label_value) {
    label.empty() ? sample(value, {}) : sample(value, {{label, label_value}});
  }

  void sample(std::uint64_t value, std::string_view label = {}, std::string_view label_value = {}) {
    sample(std::to_string(value), label, label_value);
  }

  void gauge(std::string_view name, std::string_view help, std::uint64_t value) {
    metric(name, "gauge", help);
    sample(value);
  }

  void counter(std::string_view name, std::string_view help, std::uint64_t value) {
    metric(name, "counter", help);
    sample(value);
  }

  std::string take() { return std::move(text_); }

 private:
  static std::string escaped(std::string_view value) {
    std::string result;
    for (const char c : value) {
      if (c == '\\' || c == '"') result += '\\';
      if (c == '\n') {
        result += "\\n";
      } else {
        result += c;
      }
    }
    return result;
  }

  std::string text_;
  std::string name_;
};

// Milligrams as grams, exactly.
std::string grams(std::int64_t mg) {
  std::array<char, 32> text{};
  const char* sign = mg < 0 ? "-" : "";
  const std::uint64_t size = mg < 0 ? 0 - static_cast<std::uint64_t>(mg) : static_cast<std::uint64_t>(mg);
  std::snprintf(text.data(), text.size(), "%s%llu.%03llu", sign, static_cast<unsigned long long>(size / 1000),
                static_cast<unsigned long long>(size % 1000));
  return text.data();
}

void write_claims(Exposition& out, std::span<const outbox::Totals> totals) {
  const Sums sums = sum_totals(totals, 0, INT64_MAX);
  out.metric("claims_total", "counter", "Claims recorded.");
  for (const auto& [activity, sum] : sums.by_activity) out.sample(sum.claims, "activity", activity);
  // These are gauges: taking a claim back lowers them.
  out.metric("estimate_grams", "gauge", "Estimated avoided emissions of the claims, less what was taken back, grams of CO2e.");
  for (const auto& [activity, sum] : sums.by_activity) out.sample(grams(sum.estimate_mg), "activity", activity);
  out.metric("credited_grams", "gauge", "Their lower bound, less what was taken back, grams of CO2e asked for.");
  for (const auto& [activity, sum] : sums.by_activity) out.sample(grams(sum.credited_mg), "activity", activity);
  out.counter("transactions_total", "Transactions taken, claimed for or not.", sums.transactions);
}

void write_store(Exposition& out, const DaemonStatus& status) {
  out.gauge("claims_stored", "Claims in the local store.", status.backlog.claims);
  out.gauge("claims_waiting", "Claims not yet processed by the service.", status.backlog.waiting);
  out.gauge("claims_held", "Claims that the service holds.", status.backlog.held);
  out.metric("claims_refused", "gauge", "Stored claims that the service refused.");
  out.sample(status.backlog.refused_retry, "kind", "retry");
  out.sample(status.backlog.refused_final, "kind", "final");
  out.gauge("chain_seq", "Number of the chain's last claim.", status.chain ? status.chain->head.seq : 0);
  out.gauge("chain_delivered_seq", "Number of the last claim processed by the service.",
            status.chain ? status.chain->delivered_seq : 0);
}

void write_goal(Exposition& out, const DaemonStatus& status, std::int64_t now) {
  const std::int64_t age = std::max<std::int64_t>(now - status.waiting_since.value_or(now), 0);
  out.gauge("oldest_waiting_seconds", "Age of the oldest claim that waits to be delivered; 0 where none does.",
            static_cast<std::uint64_t>(age));
  out.gauge("last_delivery_timestamp_seconds", "When a receipt last took claims, Unix time; 0: not since the start.",
            static_cast<std::uint64_t>(std::max<std::int64_t>(status.link.last_delivery, 0)));
  out.gauge("overdue", "Whether claims wait and nothing was delivered for too long.", why_overdue(status, now).empty() ? 0 : 1);
  out.metric("refused_claims", "gauge", "Stored claims that the service refused or holds, by reason; the commonest reasons.");
  for (const outbox::ReasonCount& count : status.reasons) {
    out.sample(std::to_string(count.claims), {{"kind", kind_of(count.delivery)}, {"reason", count.reason}});
  }
  out.metric("certificate_end_timestamp_seconds", "gauge", "The last second of the certificates, Unix time.");
  if (status.certificate_end) out.sample(std::to_string(*status.certificate_end), "certificate", "device");
  if (status.receipt_certificate_end) out.sample(std::to_string(*status.receipt_certificate_end), "certificate", "receipts");
}

void write_link(Exposition& out, const uplink::LinkStatus& link) {
  out.gauge("link_connected", "Whether the line to the broker is up.", link.connected ? 1 : 0);
  out.counter("link_connects_total", "Connections made to the broker.", link.connects);
  out.counter("link_failures_total", "Connections that broke off, and attempts that came to none.", link.failures);
  out.counter("link_batches_sent_total", "Batches sent, repeats included.", link.batches_sent);
  out.counter("link_batches_resent_total", "Batches sent again.", link.batches_resent);
  out.counter("link_repairs_total", "Chains begun because the store and the service's ledger differed.", link.repairs);
  out.counter("link_receipts_total", "Receipts that were verified and applied.", link.receipts);
  out.counter("link_receipts_refused_total", "Receipts with a wrong signature or shape.", link.receipts_refused);
  out.gauge("link_data_bytes", "What the line has carried this month, both ways, headers included.", link.data.count.bytes);
  out.gauge("link_data_cap_bytes", "How much it may carry a month; 0: as much as it likes.", link.data.cap);
  out.metric("link_data_stage", "gauge", "Whether the line is free, spared, or used up for the month.");
  for (const auto stage : {uplink::DataStage::free, uplink::DataStage::sparing, uplink::DataStage::used_up}) {
    out.sample(link.data.stage == stage ? 1 : 0, "stage", uplink::to_string(stage));
  }
}

void write_plugins(Exposition& out, const std::vector<detect::PluginStatus>& plugins) {
  out.metric("plugin_running", "gauge", "Whether the plugin is running.");
  for (const auto& plugin : plugins) out.sample(plugin.state == "running" ? 1 : 0, "plugin", plugin.name);
  out.metric("plugin_calls_total", "counter", "Calls made to the plugin.");
  for (const auto& plugin : plugins) out.sample(plugin.calls, "plugin", plugin.name);
  out.metric("plugin_faults_total", "counter", "Calls that the plugin failed, and its crashes.");
  for (const auto& plugin : plugins) out.sample(plugin.faults, "plugin", plugin.name);
}

void write_parts(Exposition& out, const std::vector<detect::PluginStatus>& plugins) {
  const auto each = [&](const auto& write) {
    for (const auto& plugin : plugins) {
      for (const detect::Part& part : plugin.parts) write(plugin.name, part);
    }
  };
  out.metric("part_faulty", "gauge", "Whether something is wrong with a thing that a source reads from, such as a lock.");
  each([&](const std::string& plugin, const detect::Part& part) {
    out.sample(part.fault.empty() ? "0" : "1", {{"plugin", plugin}, {"kind", part.kind}, {"part", part.name}});
  });
  out.metric("part_told_timestamp_seconds", "gauge", "When the source last said how that thing stands, Unix time.");
  each([&](const std::string& plugin, const detect::Part& part) {
    out.sample(std::to_string(part.told_at), {{"plugin", plugin}, {"kind", part.kind}, {"part", part.name}});
  });
  out.metric("part", "gauge", "What the source said of that thing, by the name of the number.");
  each([&](const std::string& plugin, const detect::Part& part) {
    for (const auto& field : part.fields) {
      if (!field.number) continue;
      out.sample(std::to_string(*field.number),
                 {{"plugin", plugin}, {"kind", part.kind}, {"part", part.name}, {"field", field.name}});
    }
  });
}

void write_records(Exposition& out, const std::vector<outbox::RecordCount>& records) {
  out.metric("source_records_total", "counter", "Records that sources read, by what became of them and why.");
  for (const auto& count : records) {
    out.sample(std::to_string(count.records),
               {{"source", count.source}, {"fate", outbox::to_string(count.fate)}, {"reason", count.reason}});
  }
}

}  // namespace

std::string metrics_text(const DaemonStatus& status, std::span<const outbox::Totals> totals, const AnswerCounts& answers,
                         std::int64_t now) {
  Exposition out;
  out.metric("build_info", "gauge", "The version that runs; always 1.");
  out.sample(1, "version", status.version);
  out.gauge("start_time_seconds", "When the daemon started, Unix time.", static_cast<std::uint64_t>(status.started_at));
  out.gauge("ready", "Whether transactions are taken.", status.trouble.empty() ? 1 : 0);
  out.counter("log_lines_lost_total", "Log lines left out because standard error took no more.", status.log_lines_lost);
  write_claims(out, totals);
  write_store(out, status);
  write_goal(out, status, now);
  write_link(out, status.link);
  write_plugins(out, status.plugins);
  write_parts(out, status.plugins);
  write_records(out, status.records);
  out.metric("http_answers_total", "counter", "Answers of the local API by the class of their status.");
  for (std::size_t i = 2; i < answers.by_class.size(); ++i) {
    out.sample(answers.by_class[i].load(std::memory_order_relaxed), "class", std::to_string(i) + "xx");
  }
  return out.take();
}

}  // namespace greentill::api

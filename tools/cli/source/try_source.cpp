// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/source/try_source.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <vector>

#include "daemon/app/config.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/system.hpp"
#include "daemon/detect/module.hpp"
#include "daemon/event/json_reader.hpp"
#include "tools/cli/common/input_file.hpp"
#include "tools/cli/source/dry_run.hpp"
#include "tools/cli/submit/documents.hpp"

namespace greentill::cli {
namespace {

/// Collects what plugins log; refused records are not repeated here, since they are listed among the records.
class PluginLog final : public Log {
 public:
  void write(LogLevel level, std::string_view module, std::string_view message) override {
    const std::lock_guard lock(mutex_);
    if (level >= LogLevel::warning && module == "plugin") lines_.emplace_back(message);
  }
  /// Prints the lines, except the one that the command itself fails with.
  void print(std::ostream& out, const Status& ended) const {
    for (const std::string& line : lines_) {
      if (ended || !line.ends_with(ended.error().message)) out << printable(line) << '\n';
    }
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

struct Sum {
  std::uint64_t claims = 0;
  std::int64_t estimate_mg = 0;
  std::int64_t credited_mg = 0;
};

/// Prints what came of a dry run.
class Report {
 public:
  Report(std::uint64_t limit, const Output& output) : limit_(limit), output_(output), list_(output.out, "records") {}

  ExitCode print(DryRun& run) {
    const Status read = run.for_each_record([this](const auto& record, const auto& claims) { take(record, claims); });
    if (!read) return list_.fail(output_, ExitCode::bad_file, read.error().message);
    const auto counts = run.counts();
    if (!counts) return list_.fail(output_, ExitCode::bad_file, counts.error().message);
    output_.json ? end_json(*counts) : end_text(*counts);
    const bool refused =
        std::any_of(counts->begin(), counts->end(), [](const auto& count) { return count.fate == outbox::Fate::refused; });
    return refused ? ExitCode::does_not_hold : ExitCode::ok;
  }

 private:
  void take(const outbox::StoredRecord& record, const std::vector<WouldClaim>& claims) {
    for (const WouldClaim& claim : claims) {
      Sum& sum = sums_[claim.activity];
      ++sum.claims;
      sum.estimate_mg += claim.estimate_mg;
      sum.credited_mg += claim.credited_mg;
    }
    if (limit_ > 0 && ++shown_ > limit_) return;
    output_.json ? list_.item(to_json(record, claims)) : print_row(record, claims);
  }

  void print_row(const outbox::StoredRecord& record, const std::vector<WouldClaim>& claims) const {
    output_.out << printable(record.where) << ": " << outbox::to_string(record.fate);
    if (!record.reason.empty()) output_.out << ": " << printable(record.reason);
    const char* before = ": ";
    for (const WouldClaim& claim : claims) {
      output_.out << before << printable(claim.activity) << ' ' << grams_text(claim.credited_mg);
      before = ", ";
    }
    output_.out << '\n';
  }

  static Json to_json(const outbox::StoredRecord& record, const std::vector<WouldClaim>& claims) {
    Json json{{"where", record.where},
              {"fate", outbox::to_string(record.fate)},
              {"reason", record.reason.empty() ? Json() : Json(record.reason)},
              {"claims", Json::array()}};
    for (const WouldClaim& claim : claims) {
      json["claims"].push_back(
          {{"activity", claim.activity}, {"estimate_mg", claim.estimate_mg}, {"credited_mg", claim.credited_mg}});
    }
    return json;
  }

  void end_json(const std::vector<outbox::RecordCount>& counts) {
    Json all = Json::array();
    for (const auto& count : counts) {
      all.push_back({{"fate", outbox::to_string(count.fate)},
                     {"reason", count.reason.empty() ? Json() : Json(count.reason)},
                     {"records", count.records}});
    }
    Json sums = Json::object();
    for (const auto& [activity, sum] : sums_) {
      sums[activity] = {{"claims", sum.claims}, {"estimate_mg", sum.estimate_mg}, {"credited_mg", sum.credited_mg}};
    }
    list_.end({{"counts", all}, {"would_claim", sums}});
  }

  void end_text(const std::vector<outbox::RecordCount>& counts) const {
    std::ostream& out = output_.out;
    if (limit_ > 0 && shown_ > limit_) out << "… and " << count_text(shown_ - limit_) << " more: --limit 0\n";
    std::uint64_t read = 0;
    for (const auto& count : counts) read += count.records;
    out << '\n' << counted(read, "record") << " read\n";
    for (const auto& count : counts) {
      out << "  " << count_text(count.records) << ' ' << outbox::to_string(count.fate);
      if (!count.reason.empty()) out << ": " << printable(count.reason);
      out << '\n';
    }
    for (const auto& [activity, sum] : sums_) {
      out << "would claim " << printable(activity) << ' ' << counted(sum.claims, "time") << ": " << grams_text(sum.credited_mg)
          << " credited of " << grams_text(sum.estimate_mg) << " estimated\n";
    }
  }

  const std::uint64_t limit_;
  const Output& output_;
  JsonListDocument list_;
  std::map<std::string, Sum> sums_;
  std::uint64_t shown_ = 0;
};

ExitCode run_dry(const DryRunOptions& options, std::uint64_t limit, const Output& output) {
  PluginLog log;
  const auto run = DryRun::run(options, log);
  log.print(output.err, run ? Status(Done{}) : Status(Failure{run.error()}));
  if (!run) return output.fail(ExitCode::bad_file, run.error().message);
  return Report(limit, output).print(**run);
}

detect::PluginSpec spec_of(const std::filesystem::path& plugins, std::string_view plugin) {
  detect::PluginSpec spec;
  spec.name = std::filesystem::path(plugin).stem().string();
  const bool is_name = plugin.find('/') == std::string_view::npos;
  spec.library = is_name ? plugins / (std::string(plugin) + ".so") : std::filesystem::absolute(plugin);
  return spec;
}

Status configure(detect::PluginSpec& spec, const std::filesystem::path& file) {
  if (file.empty()) return Done{};
  auto text = read_file(file, 1u << 20);
  if (!text) return Failure{text.error()};
  spec.configuration = std::move(*text);
  spec.configuration_file = file.string();
  return Done{};
}

/// Tells what a detector finds in each transaction of a file.
ExitCode try_detector(const detect::PluginSpec& spec, const std::filesystem::path& host, const std::string& name,
                      std::istream& in, const Output& output) {
  PluginLog log;
  SystemClock clock;
  const auto detectors = detect::Detectors::load({spec}, host, clock, log);
  if (!detectors) return output.fail(ExitCode::bad_file, detectors.error().message);
  JsonListDocument list(output.out, "transactions");
  std::uint64_t problems = 0;
  DocumentReader reader(in);
  const auto tell = [&](std::uint64_t line, const std::string& key, const Json& what, const std::string& text) {
    if (output.json) list.item({{"line", line}, {key, what}});
    if (!output.json) output.out << printable(name) << ':' << line << ": " << printable(text) << '\n';
  };
  for (;;) {
    auto next = reader.next();
    if (!next) return list.fail(output, ExitCode::bad_file, name + ": " + next.error().message);
    if (!*next) break;
    const Document& document = **next;
    std::string problem = document.problem;
    auto transaction = problem.empty() ? event::parse_transaction(document.json)
                                       : Result<event::Transaction, event::Refusal>(event::Transaction());
    if (!transaction) problem = to_string(transaction.error());
    const auto found = problem.empty() ? (*detectors)->detect(*transaction) : detect::Findings();
    if (problem.empty() && !found.absent.empty())
      problem = "the detector gave no answer: " + (*detectors)->status().front().last_fault;
    if (!problem.empty()) {
      ++problems;
      tell(document.line, "problem", problem, problem);
      continue;
    }
    Json acts = Json::array();
    std::string text;
    for (const auto& act : found.acts) {
      Json quantities = Json::object();
      for (const auto& quantity : act.activity.quantities) quantities[quantity.unit] = quantity.value;
      acts.push_back({{"activity", act.activity.name}, {"line", act.activity.line}, {"quantities", quantities}});
      text += (text.empty() ? "" : ", ") + act.activity.name + ' ' + dump(quantities) +
              (act.activity.line > 0 ? " in line " + std::to_string(act.activity.line) : "");
    }
    tell(document.line, "found", acts, text.empty() ? "nothing" : text);
  }
  const detect::PluginStatus status = (*detectors)->status().front();
  if (output.json) list.end({{"faults", status.faults}, {"last_fault", status.last_fault}});
  if (!output.json && status.faults > 0)
    output.out << counted(status.faults, "fault") << ", the last: " << printable(status.last_fault) << '\n';
  return problems == 0 && status.faults == 0 ? ExitCode::ok : ExitCode::does_not_hold;
}

}  // namespace

ExitCode try_source(const std::filesystem::path& file, const TrySourceOptions& options, const Output& output) {
  const auto config = app::load_config(file, app::find_installation());
  if (!config) return output.fail(ExitCode::bad_file, config.error().message);
  const auto source =
      std::find_if(config->sources.begin(), config->sources.end(), [&](const auto& spec) { return spec.name == options.name; });
  if (source == config->sources.end()) {
    std::string there;
    for (const auto& spec : config->sources) there += (there.empty() ? "" : ", ") + spec.name;
    return output.fail(ExitCode::usage, file.string() + ": there is no source '" + options.name + "'; there is " +
                                            (there.empty() ? "none" : there));
  }
  return run_dry(
      {*source, config->detectors, config->plugin_host, config->methodologies, config->preferred_methodologies, options.file},
      options.limit, output);
}

ExitCode try_plugin(const TryPluginOptions& options, const Output& output) {
  const app::Installation installation = app::find_installation();
  detect::PluginSpec spec = spec_of(installation.plugins, options.plugin);
  if (Status read = configure(spec, options.configuration); !read) return output.fail(ExitCode::bad_file, read.error().message);
  spec.isolated = true;
  const auto module = detect::PluginModule::load(spec.library);
  if (!module) return output.fail(ExitCode::bad_file, module.error().message);
  if ((*module)->detector() != nullptr) {
    return with_input(options.file.string(), output, [&](std::istream& in) {
      return try_detector(spec, installation.plugin_host, options.file.string(), in, output);
    });
  }
  DryRunOptions dry{spec, {}, installation.plugin_host, options.methodologies, {}, options.file};
  for (const char* name : {"ride", "charge"}) dry.detectors.push_back(spec_of(installation.plugins, name));
  if (!options.rules.empty()) {
    dry.detectors.push_back(spec_of(installation.plugins, "rules"));
    if (Status read = configure(dry.detectors.back(), options.rules); !read) {
      return output.fail(ExitCode::bad_file, read.error().message);
    }
  }
  return run_dry(dry, options.limit, output);
}

}  // namespace greentill::cli

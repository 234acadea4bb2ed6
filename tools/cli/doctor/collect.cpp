// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/doctor/collect.hpp"

#include <sys/stat.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "daemon/base/file.hpp"
#include "daemon/base/text.hpp"
#include "greentill/version.hpp"
#include "tools/cli/claims/members.hpp"
#include "tools/cli/doctor/scrub.hpp"

namespace greentill::doctor {
namespace {

namespace fs = std::filesystem;

/// From `file` of the configuration, its state and no content.
Json about_file(const fs::path& file) {
  struct stat state {};
  if (::stat(file.c_str(), &state) != 0) return {{"there", false}};
  std::array<char, 8> mode{};
  std::snprintf(mode.data(), mode.size(), "%04o", state.st_mode & 07777u);
  return {{"there", true},         {"folder", S_ISDIR(state.st_mode)}, {"bytes", state.st_size}, {"mode", mode.data()},
          {"owner", state.st_uid}, {"written", state.st_mtime}};
}

Json about_files(const Scene& scene) {
  Json files = Json::object();
  files["configuration"] = about_file(scene.config_file);
  files["state"] = about_file(scene.state());
  if (!scene.config) return files;
  const app::Config& config = *scene.config;
  files["key"] = about_file(config.key);
  files["certificate"] = about_file(config.certificate);
  files["settings"] = about_file(config.settings);
  files["store"] = about_file(config.outbox);
  files["store_log"] = about_file(config.outbox.string() + "-wal");
  files["store_mark"] = about_file(config.state_folder / "store.mark");
  files["bearer_key"] = about_file(config.state_folder / "bearer.key");
  files["api_token"] = about_file(config.api_token);
  if (config.uplink) files["authorities"] = about_file(config.uplink->authorities);
  if (config.uplink) files["receipt_certificates"] = about_file(config.receipt_certificates);
  if (config.enrolment) files["identity"] = about_file(config.enrolment->folder);
  return files;
}

/// The settings that say how it works, none that says for whom.
Json about_config(const Scene& scene) {
  if (!scene.config) return nullptr;
  const app::Config& config = *scene.config;
  Json json{{"sealed", !config.wrapping_key.empty()},
            {"enrolment", config.enrolment.has_value()},
            {"keep_days", config.keep_days},
            {"sources", Json::array()},
            {"detectors", Json::array()}};
  const auto add = [](const std::vector<detect::PluginSpec>& specs, Json& into) {
    constexpr std::array<std::string_view, 12> kOurs{"charge", "escpos", "exec",   "fiscal", "invoice", "journal",
                                                     "mds",    "ocmf",   "poslog", "ride",   "rules",   "trips"};
    for (const detect::PluginSpec& spec : specs) {
      const std::string stem = spec.library.stem().string();
      into.push_back({{"plugin", std::find(kOurs.begin(), kOurs.end(), stem) != kOurs.end() ? Json(stem) : Json("another")},
                      {"isolated", spec.isolated}});
    }
  };
  add(config.sources, json["sources"]);
  add(config.detectors, json["detectors"]);
  if (!config.uplink) return json;
  const uplink::Options& up = *config.uplink;
  json["uplink"] = {{"batch_claims", up.max_claims_a_batch},
                    {"batches_in_flight", up.batches_in_flight},
                    {"receipt_timeout_ms", up.receipt_timeout.count()},
                    {"backoff_min_ms", up.backoff_min.count()},
                    {"backoff_max_ms", up.backoff_max.count()},
                    {"retry_refused_after_s", up.retry_refused_after.count()},
                    {"keep_alive_s", up.keep_alive.count()}};
  return json;
}

/// Numbers and states of the daemon's answer; no text that anybody wrote.
Json about_daemon(const Scene& scene) {
  if (!scene.status) return nullptr;
  const Json& status = *scene.status;
  Json json = Json::object();
  for (const char* path : {"/version",
                           "/settings",
                           "/assignment",
                           "/started_at",
                           "/now",
                           "/log_lines_lost",
                           "/clock_ahead_s",
                           "/chain/id",
                           "/chain/seq",
                           "/chain/delivered_seq",
                           "/chain/ledger_epoch",
                           "/backlog",
                           "/certificates",
                           "/renewal/due_from",
                           "/renewal/renewed_at",
                           "/renewal/rekey_from",
                           "/renewal/rekeyed_at",
                           "/renewal/tried_at",
                           "/renewal/next_try_at",
                           "/link/connected",
                           "/link/since",
                           "/link/connects",
                           "/link/failures",
                           "/link/batches_sent",
                           "/link/batches_resent",
                           "/link/receipts",
                           "/link/receipts_refused",
                           "/link/repairs",
                           "/link/chain",
                           "/link/paused_until",
                           "/link/last_delivery"}) {
    json[std::string(path).substr(1)] = cli::member_at(status, path);
  }
  Json reasons = Json::array();
  const Json& refusals = cli::member_at(status, "/refusals");
  for (const Json& one : refusals.is_array() ? refusals : Json::array()) {
    reasons.push_back({{"kind", cli::text_at(one, "/kind")},
                       {"claims", cli::member_at(one, "/claims")},
                       {"reason", scrubbed(cli::text_at(one, "/reason"))}});
  }
  json["refusals"] = std::move(reasons);
  Json plugins = Json::array();
  const Json& all = cli::member_at(status, "/plugins");
  for (const Json& one : all.is_array() ? all : Json::array()) {
    plugins.push_back({{"state", cli::text_at(one, "/state")},
                       {"calls", cli::member_at(one, "/calls")},
                       {"faults", cli::member_at(one, "/faults")}});
  }
  json["plugins"] = std::move(plugins);
  return json;
}

Json about_machine(const Scene& scene) {
  utsname name{};
  ::uname(&name);
  Json json{{"kernel", name.release}, {"machine", name.machine}};
  if (const auto uptime = read_file(scene.proc / "uptime", 4096)) {
    json["uptime_s"] = parse_integer<std::int64_t>(uptime->substr(0, uptime->find('.'))).value_or(0);
  }
  return json;
}

}  // namespace

Json collected(const Scene& scene, const Checks& checks, const Json& report) {
  Json list = Json::array();
  for (std::size_t i = 0; i < checks.size(); ++i) {
    const Check& check = checks[i];
    const Json& told = report["checks"][i];
    list.push_back({{"name", check.name},
                    {"state", told["state"]},
                    {"cause", told["cause"]},
                    {"class", told["class"]},
                    {"explained_by", told["explained_by"]},
                    {"found", check.foreign ? Json() : Json(scrubbed(check.found))},
                    {"facts", check.facts}});
  }
  return {{"format", "greentill-doctor-1"},
          {"version", kVersion},
          {"made_at", scene.clock.unix_seconds()},
          {"exit_code", report["exit_code"]},
          {"cause", report["cause"].is_null() ? Json() : report["cause"]["cause"]},
          {"checks", std::move(list)},
          {"machine", about_machine(scene)},
          {"files", about_files(scene)},
          {"configuration", about_config(scene)},
          {"daemon", about_daemon(scene)}};
}

Status write_collected(const std::string& file, const Json& document) {
  return write_file_durably(file, document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n", 0600);
}

}  // namespace greentill::doctor

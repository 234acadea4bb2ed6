// SPDX-License-Identifier: Apache-2.0
// Whether greentilld runs and takes transactions.
#include "tools/cli/claims/members.hpp"
#include "tools/cli/client/daemon_json.hpp"
#include "tools/cli/doctor/running.hpp"
#include "tools/cli/doctor/scene.hpp"

namespace greentill::doctor {
namespace {

/// Where the daemon is, with its token where it can be read.
cli::Endpoint endpoint_of(const Scene& scene) {
  cli::EndpointOptions options = scene.endpoint_options;
  if (scene.config) options.config = scene.config_file.string();
  auto found = scene.config ? cli::find_endpoint(options) : Result<cli::Endpoint>(cli::Endpoint());
  cli::Endpoint endpoint = found ? std::move(*found) : cli::Endpoint();
  if (!found || !scene.config) {
    if (!options.url.empty()) endpoint.url = options.url;
  }
  endpoint.pause_s = static_cast<unsigned>(scene.patience.count() / 1000);
  return endpoint;
}

Check of_silence(const Scene& scene, const Error& error) {
  const std::string next =
      "start it: systemctl start greentilld; where it ends again its log says why: journalctl -u greentilld -e";
  if (scene.config) {
    if (const auto holder = lock_holder(scene.config->outbox.string() + ".lock", scene.proc)) {
      return fails("daemon", Cause::daemon_down,
                   "process " + std::to_string(*holder) + " holds the store, and does not answer: " + error.message,
                   "where it is greentilld, look whether api.port is the one that it was started with, and restart it: systemctl "
                   "restart greentilld");
    }
  }
  return fails("daemon", Cause::daemon_down, "greentilld does not run: " + error.message, next);
}

/// What the log says is known here, too; but who asks it later finds less.
Check of_log(const Json& status) {
  const auto lost = static_cast<std::uint64_t>(cli::number_of(status, "log_lines_lost"));
  Check check = lost == 0 ? pass("log", "what greentilld says is taken")
                          : warns("log", Cause::log_lost,
                                  "greentilld's log has lost " + cli::counted(lost, "line") +
                                      " since its start: what reads its standard error takes no more",
                                  "look whether that still reads, and has room: systemctl status systemd-journald, and df");
  check.facts = {{"lines_lost", lost}};
  return check;
}

}  // namespace

void check_daemon(Scene& scene, Checks& into) {
  const cli::Endpoint endpoint = endpoint_of(scene);
  scene.has_token = !endpoint.token.empty();
  auto client = cli::DaemonClient::make(endpoint);
  if (!client) {
    into.push_back(fails("daemon", Cause::configuration, client.error().message, "name the daemon's address with --url"));
    return;
  }
  scene.daemon = std::move(*client);
  auto status = cli::get_json(*scene.daemon, "/v1/status");
  if (!status && status.error().code == ErrorCode::unavailable) {
    into.push_back(of_silence(scene, status.error()));
    return;
  }
  if (!status || !cli::member_at(*status, "/link").is_object()) {
    into.push_back(
        fails("daemon", Cause::daemon_down,
              endpoint.url + ": what answers there is no greentilld" + (status ? std::string() : ": " + status.error().message),
              "let api.port be one that no other program uses, and start greentilld anew"));
    return;
  }
  scene.status = std::move(*status);
  const std::string version = cli::text_at(*scene.status, "/version");
  const std::string trouble = cli::text_at(*scene.status, "/trouble");
  Check check = trouble.empty() ? pass("daemon", "greentilld " + version + " answers at " + endpoint.url)
                                : fails("daemon", Cause::daemon_trouble, "greentilld takes no transactions: " + trouble,
                                        "mend that; it goes on by itself, or after systemctl restart greentilld");
  check.facts = {{"version", version}};
  into.push_back(std::move(check));
  into.push_back(of_log(*scene.status));
}

}  // namespace greentill::doctor

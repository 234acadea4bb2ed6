// SPDX-License-Identifier: Apache-2.0
// The daemon's configuration file, config/greentill.toml: every key, its unit, range and default are documented there.
// Relative paths are relative to the file's folder. Threads: safe from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/api/server.hpp"
#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/detect/detectors.hpp"
#include "daemon/uplink/uplink.hpp"

namespace greentill::app {

/// How the device's identity came, and is renewed.
struct Enrolment {
  std::string server;  ///< the EST server's URL, checked
  std::filesystem::path folder;
  std::chrono::seconds retry_min{3600};  ///< between two tries of a renewal at least
  std::chrono::seconds rekey_after{0};   ///< how old the key becomes; 0: it is changed by a command alone
};

struct Config {
  std::filesystem::path state_folder;

  std::filesystem::path key;
  std::filesystem::path certificate;
  std::filesystem::path settings;  ///< what the registry has settled for the device; identity/settings.hpp
  std::string wrapping_key;        ///< name of the credential that secrets are sealed under; empty: they are plain files

  std::optional<Enrolment> enrolment;  ///< with it `key` and `certificate` are those in use of its folder

  std::filesystem::path outbox;  ///< the database file
  std::int64_t keep_days = 90;

  std::filesystem::path methodologies;
  std::vector<std::pair<std::string, std::string>> preferred_methodologies;  ///< activity, methodology id

  std::filesystem::path plugin_host;
  std::vector<detect::PluginSpec> detectors;
  std::vector<detect::PluginSpec> sources;
  /// Under which issuer root a source hands in, by the source's name; empty where the file names none.
  std::map<std::string, std::string, std::less<>> source_roots;
  std::string api_root;  ///< likewise of the API; empty where the file names none

  api::Options api;                 ///< its token is filled in at the start of the daemon
  std::filesystem::path api_token;  ///< the token's file; created at the first start
  std::string api_token_group;  ///< whose members may read it, who then need it in plain; empty: the daemon leaves it as it is

  std::optional<uplink::Options> uplink;  ///< its device id, version, certificate and key are filled in at the start
  std::filesystem::path receipt_certificates;
  /// How long claims may wait without any being delivered before the daemon calls itself unhealthy.
  std::chrono::seconds overdue_after{std::chrono::hours(24)};

  LogLevel log_level = LogLevel::info;
};

/// Where plugins and the plugin host lie when the configuration does not say: beside the running program.
struct Installation {
  std::filesystem::path plugins;
  std::filesystem::path plugin_host;
};
/// <bin>/../lib/greentill/plugins and <bin>/greentill-plugin-host, <bin> being the running program's folder.
Installation find_installation();

/// Where the daemon keeps which broker gave the last receipt; uplink/broker_book.hpp.
[[nodiscard]] inline std::filesystem::path broker_file(const Config& config) { return config.state_folder / "broker"; }

/// What greentill-setup was given: a few keys that count instead of the configuration's own, so that this stays as it was
/// brought.
struct SetUp {
  std::string text = {};  ///< TOML; empty: nothing was set up
  std::string name = {};  ///< the file's, in messages
};
/// Of the file beside the configuration, greentill.setup.toml of greentill.toml; empty where there is none.
Result<SetUp> read_set_up(const std::filesystem::path& config);

/// Reads the file and everything its meaning depends on (what was set up, the plugins' own configuration files). The first error,
/// with file, line and key. Does not look at keys, certificates or the network.
Result<Config> load_config(const std::filesystem::path& path, const Installation& installation);

/// All errors of a file that load_config() refuses; empty where it accepts it.
std::vector<Error> find_config_errors(const std::filesystem::path& path, const Installation& installation);

/// As load_config() from text; `folder` is what relative paths are relative to. Reads no other file but the plugins'
/// configurations.
Result<Config> parse_config(std::string_view text, const std::string& name, const std::filesystem::path& folder,
                            const Installation& installation, const SetUp& set_up = {});

}  // namespace greentill::app

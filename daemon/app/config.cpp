// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/config.hpp"

#include <set>
#include <system_error>

#include "daemon/base/broker_address.hpp"
#include "daemon/base/bytes.hpp"
#include "daemon/base/calendar.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/enrol/est_client.hpp"
#include "daemon/identity/slots.hpp"
#include "daemon/toml/table.hpp"

namespace greentill::app {
namespace {

using toml::Table;

constexpr std::uint64_t kBytesAMegabyte = 1'000'000;  // as carriers count

class ConfigReader {
 public:
  ConfigReader(const Table& root, const Table& set_up, const std::filesystem::path& folder, const Installation& installation)
      : root_(root), set_up_(set_up), folder_(folder), installation_(installation) {}

  Config read() {
    read_device();
    read_identity();
    read_enrolment();
    read_outbox();
    read_methodologies();
    read_api();
    read_plugins();
    read_uplink();
    read_log();
    return std::move(config_);
  }

 private:
  [[nodiscard]] std::filesystem::path path(const Table& fields, std::string_view key) const { return resolve(fields.text(key)); }
  [[nodiscard]] std::filesystem::path path_or(const Table& fields, std::string_view key,
                                              const std::filesystem::path& absent) const {
    return fields.has(key) ? path(fields, key) : absent;
  }
  [[nodiscard]] std::filesystem::path resolve(const std::string& written) const { return (folder_ / written).lexically_normal(); }

  /// An absolute path: a child runs in another folder.
  [[nodiscard]] std::string absolute(const std::string& written) const { return whole(resolve(written)); }
  static std::string whole(const std::filesystem::path& resolved) {
    std::error_code error;
    const std::filesystem::path path = std::filesystem::absolute(resolved, error);
    return (error ? resolved : path).string();
  }

  static bool is_link(std::string pattern) {
    if (pattern.empty()) return true;
    bool filled = false;
    for (const std::string_view name : {"{secret}", "{claim}"}) {
      for (std::size_t at = pattern.find(name); at != std::string::npos; at = pattern.find(name)) {
        pattern.erase(at, name.size());
        filled = true;
      }
    }
    return filled && pattern.find_first_of("{}") == std::string::npos;
  }

  /// The table in which the key counts: what was set up goes before what is written by hand.
  [[nodiscard]] Table table_with(const Table& fields, std::string_view key, std::string_view name) const {
    Table own = set_up_.table_or_empty(name);
    if (!own.has(key)) return fields;
    fields.allow({key});
    return own;
  }

  /// Says where a key went that was read once.
  static void refuse_old(std::string_view key, const Table& fields, std::string_view why) {
    if (fields.has(key)) fields.wrong(key, why);
  }

  /// The name of an issuer root; empty where none is named.
  static std::string checked_root(std::string root, const Table& of) {
    if (root.size() > claim::kMaxTextBytes) of.wrong("root", "must be at most 32 bytes");
    return root;
  }

  void read_device() {
    const Table fields = root_.table("device");
    refuse_old("merchant", fields, "comes with the settings file now (identity.settings), from the registry: take it out");
    refuse_old("site", fields, "comes with the settings file now (identity.settings), from the registry: take it out");
    config_.state_folder = path(fields, "state");
  }

  void read_identity() {
    const Table fields = root_.has("enrolment") ? root_.table_or_empty("identity") : root_.table("identity");
    if (root_.has("enrolment")) {
      for (const char* key : {"key", "certificate"}) {
        if (fields.has(key)) fields.wrong(key, "comes from the folder of [enrolment]: take it out, or that table");
      }
    } else {
      config_.key = path(fields, "key");
      config_.certificate = path(fields, "certificate");
    }
    const Table sealed = table_with(fields, "wrapping_key", "identity");
    config_.wrapping_key = sealed.text_or("wrapping_key", "");
    if (config_.wrapping_key.find('/') != std::string::npos || config_.wrapping_key.starts_with('.')) {
      sealed.wrong("wrapping_key", "must be the name of a credential, without a slash");
    }
    refuse_old("programme_key", fields,
               "gave way to settings, the file that greentill-credit device settings writes for a device");
    has_settings_ = fields.has("settings");
    if (has_settings_ || !root_.has("enrolment")) config_.settings = path(fields, "settings");
  }

  void read_enrolment() {
    if (!root_.has("enrolment")) return;
    const Table fields = root_.table("enrolment");
    Enrolment& enrolment = config_.enrolment.emplace();
    const Table place = table_with(fields, "server", "enrolment");
    enrolment.server = place.text("server");
    if (const auto server = enrol::EstServer::parse(enrolment.server); !server) place.wrong("server", server.error().message);
    enrolment.folder = path_or(fields, "folder", config_.state_folder / "identity");
    enrolment.retry_min = std::chrono::seconds(fields.integer_or("retry_min_s", 1, kSecondsADay, 3600));
    enrolment.rekey_after = std::chrono::seconds(kSecondsADay * fields.integer_or("rekey_days", 0, 3650, 0));
    if (!has_settings_) config_.settings = enrolment.folder / "settings.toml";
    const identity::Slots slots(enrolment.folder);
    config_.key = slots.current_key();
    config_.certificate = slots.current_certificate();
  }

  void read_outbox() {
    const Table fields = root_.table_or_empty("outbox");
    config_.outbox = path_or(fields, "path", config_.state_folder / "outbox.db");
    config_.keep_days = fields.integer_or("keep_days", 1, 3650, 90);
  }

  void read_methodologies() {
    const Table fields = root_.table("methodologies");
    config_.methodologies = path(fields, "folder");
    config_.preferred_methodologies = fields.pairs_or_none("prefer");
  }

  void read_plugins() {
    const Table fields = root_.table_or_empty("plugins");
    plugin_folder_ = path_or(fields, "folder", installation_.plugins);
    config_.plugin_host = path_or(fields, "host", installation_.plugin_host);
    config_.detectors = read_specs("detector", false);
    config_.sources = read_specs("source", true);
  }

  std::vector<detect::PluginSpec> read_specs(std::string_view kind, bool always_isolated) {
    std::vector<detect::PluginSpec> specs;
    for (const Table& fields : root_.tables(kind)) {
      detect::PluginSpec spec;
      spec.name = fields.text("name");
      if (!names_.insert(spec.name).second) fields.wrong("name", "is used twice; every plugin instance needs its own");
      if (fields.has("exec")) {
        read_program(fields, kind, spec);
      } else {
        const std::string plugin = fields.text("plugin");
        spec.library = plugin.find('/') == std::string::npos ? plugin_folder_ / (plugin + ".so") : resolve(plugin);
        if (fields.has("environment")) fields.wrong("environment", "goes with exec alone");
      }
      read_configuration(fields, spec);
      const bool must_be_isolated = always_isolated || !spec.program.empty();
      spec.isolated = fields.boolean_or("isolated", must_be_isolated) || must_be_isolated;
      if (always_isolated) config_.source_roots[spec.name] = checked_root(fields.text_or("root", ""), fields);
      if (always_isolated) spec.lost_lives = whole(config_.state_folder / ("lost-" + to_hex(as_bytes(spec.name))));
      spec.budget = std::chrono::milliseconds(fields.integer_or("budget_ms", 1, 10'000, 50));
      read_child(fields, spec);
      specs.push_back(std::move(spec));
    }
    return specs;
  }

  void read_program(const Table& fields, std::string_view kind, detect::PluginSpec& spec) const {
    if (fields.has("plugin")) fields.wrong("exec", "and plugin exclude each other");
    spec.library = plugin_folder_ / ("exec-" + std::string(kind) + ".so");
    spec.program = fields.texts("exec");
    if (spec.program.empty() || spec.program[0].find('/') == std::string::npos) {
      fields.wrong("exec", "must be a list: the program's path, with a slash, and its arguments");
    } else {
      spec.program[0] = absolute(spec.program[0]);
    }
    spec.environment = fields.pairs_or_none("environment");
  }

  void read_configuration(const Table& fields, detect::PluginSpec& spec) const {
    spec.configuration = fields.text_or("configuration_text", "");
    if (!fields.has("configuration")) return;
    if (fields.has("configuration_text")) fields.wrong("configuration", "and configuration_text exclude each other");
    const std::filesystem::path file = path(fields, "configuration");
    spec.configuration_file = file.string();
    auto text = read_file(file, 1u << 20);
    if (!text) return fields.wrong("configuration", "cannot be read: " + text.error().message);
    spec.configuration = std::move(*text);
  }

  /// Reads the keys that only a child obeys.
  void read_child(const Table& fields, detect::PluginSpec& spec) const {
    for (const char* key : {"read", "write", "connect", "listen", "memory_mb"}) {
      if (fields.has(key) && !spec.isolated) fields.wrong(key, "needs isolated = true: the daemon's own process is not confined");
    }
    for (const std::string& one : fields.texts_or_none("read")) spec.grants.read.push_back(absolute(one));
    for (const std::string& one : fields.texts_or_none("write")) spec.grants.write.push_back(absolute(one));
    for (const char* key : {"connect", "listen"}) {
      for (const std::string& one : fields.texts_or_none(key)) {
        const Status added = detect::add_network(one, key[0] == 'l', spec.grants);
        if (!added) fields.wrong(key, added.error().message);
      }
    }
    spec.memory_bytes = static_cast<std::size_t>(fields.integer_or("memory_mb", 16, 65'536, 256)) << 20;
    if (spec.isolated) refuse_secrets(fields, spec);
  }

  /// A child runs as the daemon's user, so file permissions do not keep the daemon's secrets from it: refuses grants that reach
  /// one.
  void refuse_secrets(const Table& fields, detect::PluginSpec& spec) const {
    for (const auto& secret : {config_.key, config_.settings, config_.state_folder, config_.outbox, config_.api_token,
                               config_.enrolment ? config_.enrolment->folder : std::filesystem::path()}) {
      if (!secret.empty()) spec.secrets.emplace_back(whole(secret));
    }
    auto configured = detect::with_configured_paths(spec.grants, spec.configuration, spec.secrets);
    spec.folders = std::move(configured.folders);
    for (const std::filesystem::path& secret : spec.secrets) {
      if (!detect::covers(configured.grants, secret)) continue;
      fields.wrong("name", "is a plugin that its own read or write, or a path in its configuration, would let reach " +
                               secret.string() + ", which no plugin may. Narrow them, or give what it reads a folder of its own");
    }
    if (configured.awaited.empty()) return;
    fields.wrong("name", "is a plugin that waits for " + configured.awaited +
                             ", whose folder no plugin may read: it is the root's, or holds the device's key or state. Give the "
                             "file a folder of its own");
  }

  void read_api() {
    const Table fields = root_.table_or_empty("api");
    api::Options& api = config_.api;
    api.host = fields.text_or("host", "127.0.0.1");
    api.port = static_cast<std::uint16_t>(fields.integer_or("port", 0, 65'535, 8480));
    config_.api_token = path_or(fields, "token", config_.state_folder / "api.token");
    config_.api_token_group = fields.text_or("token_group", "");
    config_.api_root = checked_root(fields.text_or("root", ""), fields);
    api.allowed_hosts = fields.texts_or_none("allowed_hosts");
    api.allowed_origins = fields.texts_or_none("allowed_origins");
    api.max_body_bytes = static_cast<std::size_t>(fields.integer_or("max_body_bytes", 1024, 64 << 20, 1 << 20));
    api.threads = static_cast<std::size_t>(fields.integer_or("threads", 4, 512, 64));
    api.claim_link = fields.text_or("claim_link", "");
    if (!is_link(api.claim_link)) fields.wrong("claim_link", "must hold {secret} or {claim}, and no other braces");
  }

  void read_uplink() {
    if (!root_.has("uplink")) return;
    const Table fields = root_.table("uplink");
    uplink::Options& options = config_.uplink.emplace();
    const Table place = table_with(fields, "server", "uplink");
    options.server_uri = place.text("server");
    if (const auto address = parse_broker_address(options.server_uri); !address)
      place.wrong("server", "cannot be " + address.error().message);
    options.authorities = path(fields, "authorities");
    config_.receipt_certificates = path(fields, "receipt_certificates");
    options.max_claims_a_batch = static_cast<std::size_t>(fields.integer_or("batch_claims", 1, 256, 256));
    options.batches_in_flight = static_cast<std::size_t>(fields.integer_or("batches_in_flight", 1, 64, 8));
    options.receipt_timeout = std::chrono::seconds(fields.integer_or("receipt_timeout_s", 1, 3600, 30));
    options.backoff_min = std::chrono::milliseconds(fields.integer_or("backoff_min_ms", 10, 60'000, 1000));
    options.backoff_max = std::chrono::seconds(fields.integer_or("backoff_max_s", 1, kSecondsADay, 300));
    options.retry_refused_after = std::chrono::seconds(fields.integer_or("retry_refused_after_s", 1, 604'800, 3600));
    options.keep_alive = std::chrono::seconds(fields.integer_or("keep_alive_s", 5, 3600, 60));
    options.data.cap = static_cast<std::uint64_t>(fields.integer_or("data_cap_mb", 0, 1'000'000, 0)) * kBytesAMegabyte;
    config_.overdue_after = std::chrono::seconds(fields.integer_or("overdue_s", 60, 365 * kSecondsADay, kSecondsADay));
  }

  void read_log() {
    const Table fields = root_.table_or_empty("log");
    config_.log_level = static_cast<LogLevel>(fields.choice_or("level", {"debug", "info", "warning", "error"}, 1));
  }

  const Table& root_;
  const Table& set_up_;
  const std::filesystem::path& folder_;
  const Installation& installation_;
  bool has_settings_ = false;  ///< the file says where they are
  Config config_;
  std::filesystem::path plugin_folder_;
  std::set<std::string> names_;
};

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

}  // namespace

Installation find_installation() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::filesystem::path bin = program.parent_path();
  return {bin.parent_path() / "lib" / "greentill" / "plugins", bin / "greentill-plugin-host"};
}

Result<Config> parse_config(std::string_view text, const std::string& name, const std::filesystem::path& folder,
                            const Installation& installation, const SetUp& set_up) {
  const Table overlay = Table::parse(set_up.text, set_up.name);
  auto config =
      toml::load(text, name, [&](const Table& root) { return ConfigReader(root, overlay, folder, installation).read(); });
  if (!config) return config;
  if (const auto& error = overlay.check()) return Failure{*error};
  return config;
}

Result<SetUp> read_set_up(const std::filesystem::path& config) {
  SetUp set_up;
  set_up.name = std::filesystem::path(config).replace_extension(".setup.toml").string();
  auto text = read_file(set_up.name, 1u << 16);
  if (text) set_up.text = std::move(*text);
  if (text || text.error().code == ErrorCode::not_found) return set_up;
  return Failure{text.error()};
}

Result<Config> load_config(const std::filesystem::path& path, const Installation& installation) {
  const auto text = read_file(path, 1u << 20);
  if (!text) return Failure{text.error()};
  const auto set_up = read_set_up(path);
  if (!set_up) return Failure{set_up.error()};
  return parse_config(*text, path.string(), folder_of(path), installation, *set_up);
}

std::vector<Error> find_config_errors(const std::filesystem::path& path, const Installation& installation) {
  const auto text = read_file(path, 1u << 20);
  if (!text) return {text.error()};
  const auto set_up = read_set_up(path);
  if (!set_up) return {set_up.error()};
  std::vector<Error> errors;
  const auto add = [&errors](const Error& error) { errors.push_back(error); };
  const Table root = Table::parse(*text, path.string(), add);
  const Table overlay = Table::parse(set_up->text, set_up->name, add);
  if (!errors.empty()) return errors;  // one is no TOML
  ConfigReader(root, overlay, folder_of(path), installation).read();
  static_cast<void>(root.check());
  static_cast<void>(overlay.check());
  return errors;
}

}  // namespace greentill::app

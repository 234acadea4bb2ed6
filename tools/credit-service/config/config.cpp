// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/config/config.hpp"

#include "daemon/base/broker_address.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/saved_text.hpp"
#include "daemon/base/text.hpp"
#include "daemon/credential/status_list.hpp"
#include "daemon/crypto/secret_file.hpp"
#include "daemon/toml/table.hpp"
#include "tools/broker-guard/names.hpp"
#include "tools/credit-service/postgres/postgres.hpp"
#include "tools/credit-service/trees/catalogue.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kMostFileBytes = 1u << 20;
constexpr std::size_t kProgrammeKeyBytes = 32;

/// "127.0.0.1:8443", "[::1]:8443", ":8443" for all addresses.
template <typename Place>
bool read_listen(const std::string& text, Place& into) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return false;
  const auto port = parse_integer<std::uint16_t>(std::string_view(text).substr(colon + 1));
  into.host = text.substr(0, colon);
  const bool is_bracketed = into.host.starts_with('[') && into.host.ends_with(']');
  if (is_bracketed) into.host = into.host.substr(1, into.host.size() - 2);
  if (!is_bracketed && into.host.find(':') != std::string::npos) return false;
  if (into.host.empty()) into.host = "::";
  into.port = port.value_or(0);
  return port.has_value();
}

TreesConfig read_trees(const toml::Table& trees, const std::filesystem::path& folder) {
  TreesConfig config;
  config.programme = trees.text_or("programme", config.programme);
  if (Status id = check_tree_word("programme", config.programme); !id) {
    trees.wrong("programme", "must be 1 to 40 of a to z, 0 to 9 and hyphen, since trees are numbered by it");
  }
  if (trees.has("url")) {
    config.url = trees.text("url");
    config.name = trees.text("name");
    config.certificate = (folder / trees.text("certificate")).lexically_normal();
    config.key = (folder / trees.text("key")).lexically_normal();
    if (Status names = credential::check(credential::Programme{config.url, config.name}); !names) {
      trees.wrong("url", names.error().message);
    }
  }
  if (trees.has("duty")) {
    const toml::Table duty = trees.table("duty");
    config.duty = duty.text("name");
    config.duty_least = static_cast<int>(duty.integer_or("least", 1, 1'000, 3));
    config.duty_most = static_cast<int>(duty.integer_or("most", config.duty_least, 1'000, 5));
  }
  return config;
}

EstConfig read_est(const toml::Table& est, const std::filesystem::path& folder) {
  EstConfig config;
  if (!read_listen(est.text("listen"), config)) est.wrong("listen", "must be ADDRESS:PORT, such as 0.0.0.0:8443");
  config.certificate = (folder / est.text("certificate")).lexically_normal();
  config.key = (folder / est.text("key")).lexically_normal();
  config.authority = (folder / est.text("authority")).lexically_normal();
  config.url = est.text_or("url", "");
  const bool is_https = config.url.starts_with("https://") && config.url.find_first_of("/?#\" ", 8) == std::string::npos;
  if (!config.url.empty() && !is_https) est.wrong("url", "must be https://HOST or https://HOST:PORT");
  config.terms.lifetime = est.integer_or("certificate_days", 1, 3660, config.terms.lifetime / kSecondsADay) * kSecondsADay;
  config.terms.licence = est.integer_or("licence_days", 1, 3660, config.terms.licence / kSecondsADay) * kSecondsADay;
  config.terms.grace = est.integer_or("grace_days", 0, 3660, config.terms.grace / kSecondsADay) * kSecondsADay;
  return config;
}

ApiConfig read_api(const toml::Table& api, const std::filesystem::path& folder) {
  ApiConfig config;
  if (!read_listen(api.text("listen"), config)) api.wrong("listen", "must be ADDRESS:PORT, such as 0.0.0.0:8444");
  config.certificate = (folder / api.text("certificate")).lexically_normal();
  config.key = (folder / api.text("key")).lexically_normal();
  return config;
}

/// A file, or a URL with the name of the files that lie beside.
void read_database(const toml::Table& root, const std::filesystem::path& folder, Config& config) {
  const std::string database = root.text("database");
  const bool is_url = postgres::is_url(database);
  if (is_url) config.database_url = database;
  if (is_url != root.has("journal")) {
    root.wrong("journal",
               "goes with a database that is a URL: the file, without .registry, in which the registry's changes are kept");
    return;
  }
  config.database = (folder / (is_url ? root.text("journal") : database)).lexically_normal();
}

}  // namespace

Status check_client_id(const std::string& id) {
  if (id.starts_with(guard::kWorkerIds) && id.size() > guard::kWorkerIds.size()) return Done{};
  return fail(ErrorCode::invalid, "must begin with " + std::string(guard::kWorkerIds) + ", as no device's id does");
}

Result<Config> load_config(const std::filesystem::path& path, std::vector<Error>* errors) {
  const auto text = read_file(path, kMostFileBytes);
  if (!text) return Failure{text.error()};
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const auto file = [&](const toml::Table& fields, std::string_view key) {
    return (folder / fields.text(key)).lexically_normal();
  };
  const auto optional_file = [&](const toml::Table& fields, std::string_view key) {
    return fields.has(key) ? file(fields, key) : std::filesystem::path();
  };
  const auto collect = [errors](const Error& error) { errors->push_back(error); };
  const toml::Table root = toml::Table::parse(*text, path.string(), errors == nullptr ? toml::Table::OnError() : collect);
  if (errors != nullptr && !errors->empty()) return Failure{errors->front()};  // it is no TOML
  Config config;
  read_database(root, folder, config);
  config.methodologies = file(root, "methodologies");
  config.programme = file(root, "programme");
  config.programme_key = optional_file(root, "programme_key");
  config.consent_authorities = optional_file(root, "consent_authorities");
  config.consent_certificates = optional_file(root, "consent_certificates");
  if (root.has("consent_authorities") != root.has("consent_certificates")) {
    root.wrong("consent_authorities", "goes with consent_certificates, and only with it");
  }
  const toml::Table broker = root.table("broker");
  auto server = parse_broker_address(broker.text("server"));
  if (server) {
    config.broker.target.address = std::move(*server);
  } else {
    broker.wrong("server", "cannot be " + server.error().message);
  }
  config.broker.client_id = broker.text_or("client_id", "credit-1");
  if (Status id = check_client_id(config.broker.client_id); !id) broker.wrong("client_id", id.error().message);
  config.share_group = file(broker, "share_group");
  config.broker.keep_alive = std::chrono::seconds(broker.integer_or("keep_alive_s", 5, 3600, 20));
  config.broker.target.authorities = file(broker, "authorities");
  config.broker.target.certificate = file(broker, "certificate");
  config.broker.target.key = file(broker, "key");
  if (root.has("est")) config.est = read_est(root.table("est"), folder);
  if (root.has("api")) config.api = read_api(root.table("api"), folder);
  if (root.has("signer")) {
    const toml::Table signer = root.table("signer");
    config.signer = SignerConfig{file(signer, "certificate"), file(signer, "key")};
    if (!config.est) root.wrong("signer", "goes with [est], by which devices are told what it signs");
  }
  if (root.has("trees")) config.trees = read_trees(root.table("trees"), folder);
  if (const auto& error = root.check()) return Failure{*error};
  return config;
}

Result<Programme> load_programme(const Config& config, const claim::Hasher& hasher) {
  const auto text = read_file(config.programme, kMostFileBytes);
  return text ? Programme::parse(*text, config.programme.string(), hasher) : Result<Programme>(Failure{text.error()});
}

Result<crypto::Secret> load_programme_key(const Config& config) {
  if (config.programme_key.empty()) {
    return fail(ErrorCode::invalid, "programme_key: the configuration names no file with the programme's key");
  }
  const auto stored = crypto::read_secret(config.programme_key);
  if (!stored) return Failure{stored.error()};
  auto key = crypto::secret_from_hex(only_line(stored->text()), kProgrammeKeyBytes);
  if (!key) return Failure{key.error().with_context(config.programme_key.string())};
  return key;
}

Result<Consents> load_consents(const Config& config, const claim::Hasher& hasher) {
  if (config.consent_authorities.empty()) return Consents(hasher);
  const auto authorities = read_file(config.consent_authorities, kMostFileBytes);
  if (!authorities) return Failure{authorities.error()};
  const auto certificates = read_file(config.consent_certificates, kMostFileBytes);
  if (!certificates) return Failure{certificates.error()};
  auto consents = Consents::from_pem(*authorities, *certificates, hasher);
  if (!consents) return Failure{consents.error().with_context(config.consent_certificates.string())};
  return consents;
}

}  // namespace greentill::credit

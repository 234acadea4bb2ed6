// SPDX-License-Identifier: Apache-2.0
// credit.toml. docs/credit-service.md describes it. Threads: pure functions.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/crypto/secret.hpp"
#include "tools/credit-service/broker/worker.hpp"
#include "tools/credit-service/enrolment/enrolling.hpp"
#include "tools/credit-service/programme/programme.hpp"
#include "tools/credit-service/registry/consents.hpp"

namespace greentill::credit {

inline constexpr const char* kDefaultConfig = "/etc/greentill/credit.toml";

/// The EST server of a worker.
struct EstConfig {
  std::string host;
  std::uint16_t port = 0;
  std::filesystem::path certificate, key;  ///< for TLS
  std::filesystem::path authority;         ///< the folder of the devices' authority
  std::string url;                         ///< by which devices reach it: "https://est.example:8443"; empty: not said
  EnrolmentTerms terms;
};

/// The HTTP API.
struct ApiConfig {
  std::string host;
  std::uint16_t port = 0;
  std::filesystem::path certificate, key;  ///< for TLS
};

/// Who signs bundles and times.
struct SignerConfig {
  std::filesystem::path certificate, key;
};

/// How trees are numbered and counted.
struct TreesConfig {
  std::string programme = "example";       ///< its id, which all numbers begin with
  std::string url, name;                   ///< by which certificates name it; empty: none are issued
  std::filesystem::path certificate, key;  ///< of who signs certificates of trees
  std::string duty;                        ///< for which trees count, "voluntary tree-planting duty"; empty: for none
  int duty_least = 0, duty_most = 0;       ///< trees a year and person
};

struct Config {
  /// SQLite's file; of a ledger in PostgreSQL, which has a URL, the name by which files of ours are kept beside:
  /// "<name>.registry".
  std::filesystem::path database, methodologies, programme;
  std::filesystem::path share_group;  ///< the file that names it
  BrokerOptions broker;
  std::string database_url = {};             ///< PostgreSQL's; empty: the ledger is in the file
  std::filesystem::path programme_key = {};  ///< empty: not named, and no settings can be written
  std::filesystem::path consent_authorities = {}, consent_certificates = {};  ///< both, or empty: no consent counts
  std::optional<EstConfig> est = {};                                          ///< none: devices are not enrolled by this service
  TreesConfig trees = {};
  std::optional<ApiConfig> api = {};        ///< none: nobody asks by HTTP
  std::optional<SignerConfig> signer = {};  ///< none: devices get neither bundles nor times
};

/// Whether a worker may use this client id; invalid, with the reason, where not.
Status check_client_id(const std::string& id);

/// Reads the file, but nothing that it names. Errors name file, line and key; with `errors` the reader goes on behind each, and
/// leaves them all there.
Result<Config> load_config(const std::filesystem::path& path, std::vector<Error>* errors = nullptr);

/// The programme that it names.
Result<Programme> load_programme(const Config& config, const claim::Hasher& hasher);

/// K, from which the keys of roots are made: 32 bytes. invalid where the configuration names no file, or that holds something
/// else; denied where others than its owner may open it.
Result<crypto::Secret> load_programme_key(const Config& config);

/// The signers whose consents count: nobody where the configuration names none.
Result<Consents> load_consents(const Config& config, const claim::Hasher& hasher);

}  // namespace greentill::credit

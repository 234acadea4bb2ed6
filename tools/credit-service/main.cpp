// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "daemon/base/broker_address.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/printable.hpp"
#include "daemon/base/stderr_log.hpp"
#include "daemon/base/system.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/secret.hpp"
#include "daemon/crypto/secret_file.hpp"
#include "daemon/toml/table.hpp"
#include "greentill/version.hpp"
#include "tools/credit-service/broker/worker.hpp"
#include "tools/credit-service/ledger/sqlite/store.hpp"

namespace {

// Runs before the constructors of shared libraries, in which OpenSSL begins to allocate.
[[gnu::section(".preinit_array"), gnu::used]] void (*const kFirstOfAll)() = greentill::crypto::wipe_what_openssl_frees;

using namespace greentill;

// The user that config/mosquitto/acl lets read claims.
constexpr std::string_view kServiceName = "credit";

std::atomic<bool> stopping{false};

struct Config {
  std::filesystem::path database, devices, methodologies, programme;
  credit::BrokerOptions broker;
};

Result<Config> load_config(const std::filesystem::path& path) {
  const auto text = read_file(path, 1u << 20);
  if (!text) return Failure{text.error()};
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const auto file = [&](const toml::Table& fields, std::string_view key) {
    return (folder / fields.text(key)).lexically_normal();
  };
  const toml::Table root = toml::Table::parse(*text, path.string());
  Config config;
  config.database = file(root, "database");
  config.devices = file(root, "devices");
  config.methodologies = file(root, "methodologies");
  config.programme = file(root, "programme");
  const toml::Table broker = root.table("broker");
  auto server = parse_broker_address(broker.text("server"));
  if (server) {
    config.broker.target.address = std::move(*server);
  } else {
    broker.wrong("server", "cannot be " + server.error().message);
  }
  config.broker.client_id = broker.text_or("client_id", "credit-1");
  config.broker.keep_alive = std::chrono::seconds(broker.integer_or("keep_alive_s", 5, 3600, 20));
  config.broker.target.authorities = file(broker, "authorities");
  config.broker.target.certificate = file(broker, "certificate");
  config.broker.target.key = file(broker, "key");
  if (const auto& error = root.check()) return Failure{*error};
  return config;
}

/// What every command needs, in the order in which it is opened.
struct Service {
  Config config;
  SystemClock clock;
  StderrLog log{LogLevel::info};
  crypto::Hasher hasher;
  std::optional<measure::Library> library;
  std::optional<credit::Programme> programme;
  std::unique_ptr<credit::Ledger> ledger;

  Status open(const std::filesystem::path& path, bool makes_ledger, credit::WentBack went_back) {
    auto loaded = load_config(path);
    if (!loaded) return Failure{loaded.error()};
    config = std::move(*loaded);
    auto methodologies = measure::Library::load(config.methodologies, hasher);
    if (!methodologies) return Failure{methodologies.error()};
    library = std::move(*methodologies);
    const auto text = read_file(config.programme, 1u << 20);
    if (!text) return Failure{text.error()};
    auto parsed = credit::Programme::parse(*text, config.programme.string(), hasher);
    if (!parsed) return Failure{parsed.error()};
    programme = std::move(*parsed);
    // Otherwise a mistyped path would create an empty ledger, which balances and looks sound.
    const bool was_there = std::filesystem::exists(credit::mark_path(config.database));
    if (!makes_ledger && !was_there && !std::filesystem::exists(config.database)) {
      return fail(ErrorCode::not_found, config.database.string() + ": there is no ledger here; greentill-credit run makes one");
    }
    auto store = credit::open_sqlite_store(config.database, went_back);
    if (!store) return Failure{store.error()};
    auto opened = credit::Ledger::open(std::move(*store), *programme, *library, hasher, clock, log);
    if (!opened) return Failure{opened.error()};
    ledger = std::move(*opened);
    return Done{};
  }
};

/// The broker takes the certificate's common name for the user, and silently withholds what this user may not read: so warns
/// where it is another name.
void warn_of_name(const std::string& name, const std::filesystem::path& path, Log& log) {
  if (name == kServiceName) return;
  log.write(LogLevel::warning, "service",
            path.string() + ": its common name is \"" + name + "\", not \"" + std::string(kServiceName) +
                "\": a broker with the shipped ACL lets this worker read no claims, and does not say so");
}

/// The key that signs receipts is the one used for TLS to the broker.
Result<crypto::Signer> load_signer(const probe::Target& broker, Log& log) {
  const auto pem = read_file(broker.certificate);
  if (!pem) return Failure{pem.error()};
  const auto certificate = crypto::Certificate::leaf_from(*pem);
  if (!certificate) return Failure{certificate.error().with_context(broker.certificate.string())};
  if (!certificate->has_usage(crypto::kReceiptSigningUsage)) {
    return fail(ErrorCode::denied, broker.certificate.string() + ": the certificate's extended key usage lacks " +
                                       std::string(crypto::kReceiptSigningUsage));
  }
  const auto key = crypto::read_secret(broker.key);
  if (!key) return Failure{key.error()};
  auto signer = crypto::Signer::from(key->text(), *certificate);
  if (!signer) return Failure{signer.error().with_context(broker.key.string())};
  warn_of_name(certificate->common_name(), broker.certificate, log);
  return signer;
}

Status run(Service& service, bool new_epoch) {
  const Config& config = service.config;
  if (new_epoch) {
    if (Status begun = service.ledger->begin_epoch(); !begun) return begun;
  }
  const auto authorities = read_file(config.broker.target.authorities);
  if (!authorities) return Failure{authorities.error()};
  auto signer = load_signer(config.broker.target, service.log);
  if (!signer) return Failure{signer.error()};
  auto authority = crypto::Authority::from_pem(*authorities);
  if (!authority) return Failure{authority.error()};
  auto certificates = credit::Certificates::open(config.devices, std::move(*authority), service.clock, service.log);
  if (!certificates) return Failure{certificates.error()};
  credit::Clerk clerk(*service.ledger, credit::Examiner(*certificates, *service.library, service.hasher), *signer, service.hasher,
                      service.log);
  for (const int number : {SIGINT, SIGTERM}) std::signal(number, [](int) { stopping = true; });
  return credit::work(config.broker, clerk, service.log, stopping);
}

Status report(Service& service, bool json) {
  const auto report = service.ledger->report();
  if (!report) return Failure{report.error()};
  if (json) {
    const nlohmann::ordered_json document{{"accounts", report->accounts},     {"claims", report->claims},
                                          {"granted_mg", report->granted_mg}, {"refused", report->refused},
                                          {"pending", report->pending},       {"quarantined", report->quarantined}};
    std::printf("%s\n", printable_json(document.dump(2)).c_str());
    return Done{};
  }
  std::printf("claims %llu, granted %lld mg, batches kept aside %llu\n", static_cast<unsigned long long>(report->claims),
              static_cast<long long>(report->granted_mg), static_cast<unsigned long long>(report->pending));
  for (const auto& [kind, mg] : report->accounts) std::printf("  %-14s %lld mg\n", kind.c_str(), static_cast<long long>(mg));
  for (const auto& [reason, count] : report->refused) {
    std::printf("  refused: %s %llu\n", printable(reason).c_str(), static_cast<unsigned long long>(count));
  }
  for (const auto& device : report->quarantined) std::printf("  quarantined: %s\n", printable(device).c_str());
  return Done{};
}

Status check(Service& service) {
  const auto wrong = service.ledger->check();
  if (!wrong) return Failure{wrong.error()};
  for (const std::string& what : *wrong) std::printf("%s\n", printable(what).c_str());
  if (!wrong->empty()) return fail(ErrorCode::corrupt, "the ledger does not hold");
  std::printf("the books balance\n");
  return Done{};
}

}  // namespace

// An exception that comes this far is a bug of ours, and ends the program as one.
int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape)
  CLI::App app("The reference credit service. Exit codes: 0 done, 1 failed or the check does not hold, 2 usage.",
               "greentill-credit");
  app.set_version_flag("--version", std::string("greentill-credit ") + kVersion);
  app.require_subcommand(1);
  std::string path = "/etc/greentill/credit.toml";
  std::string client_id;
  bool new_epoch = false;
  bool json = false;
  CLI::App* run_command =
      app.add_subcommand("run", "take batches, book credit, answer with receipts; several at once share a database");
  run_command->add_option("--client-id", client_id, "the worker's own MQTT client id");
  run_command->add_flag("--new-epoch", new_epoch, "the database was restored: let devices send again what it lacks");
  CLI::App* report_command = app.add_subcommand("report", "what the ledger holds");
  report_command->add_flag("--json", json, "as JSON");
  CLI::App* check_command = app.add_subcommand("check", "whether the books balance and nothing is booked twice");
  for (CLI::App* command : {run_command, report_command, check_command}) {
    command->add_option("--config", path, "configuration file")->capture_default_str();
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  Service service;
  Status status =
      service.open(path, run_command->parsed(), new_epoch ? credit::WentBack::taken_by_a_new_epoch : credit::WentBack::refused);
  if (status && !client_id.empty()) service.config.broker.client_id = client_id;
  if (status && *run_command) status = run(service, new_epoch);
  if (status && *report_command) status = report(service, json);
  if (status && *check_command) status = check(service);
  if (status) return 0;
  service.log.complain("greentill-credit", status.error().message);
  return 1;
}

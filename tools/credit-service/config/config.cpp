// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/config/config.hpp"

#include "daemon/base/broker_address.hpp"
#include "daemon/base/file.hpp"
#include "daemon/toml/table.hpp"
#include "tools/broker-guard/names.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kMostFileBytes = 1u << 20;

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
  const auto collect = [errors](const Error& error) { errors->push_back(error); };
  const toml::Table root = toml::Table::parse(*text, path.string(), errors == nullptr ? toml::Table::OnError() : collect);
  if (errors != nullptr && !errors->empty()) return Failure{errors->front()};  // it is no TOML
  Config config;
  config.database = file(root, "database");
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
  if (Status id = check_client_id(config.broker.client_id); !id) broker.wrong("client_id", id.error().message);
  config.share_group = file(broker, "share_group");
  config.broker.keep_alive = std::chrono::seconds(broker.integer_or("keep_alive_s", 5, 3600, 20));
  config.broker.target.authorities = file(broker, "authorities");
  config.broker.target.certificate = file(broker, "certificate");
  config.broker.target.key = file(broker, "key");
  if (const auto& error = root.check()) return Failure{*error};
  return config;
}

Result<Programme> load_programme(const Config& config, const claim::Hasher& hasher) {
  const auto text = read_file(config.programme, kMostFileBytes);
  return text ? Programme::parse(*text, config.programme.string(), hasher) : Result<Programme>(Failure{text.error()});
}

}  // namespace greentill::credit

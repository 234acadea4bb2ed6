// SPDX-License-Identifier: Apache-2.0
// api: the HTTP API, in a process of its own, so that who asks much keeps no worker from its batches.
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX's, for sigwait

#include "daemon/base/file.hpp"
#include "daemon/base/service_manager.hpp"
#include "daemon/base/stderr_log.hpp"
#include "daemon/base/system.hpp"
#include "daemon/crypto/secret_file.hpp"
#include "tools/credit-service/api/problem.hpp"
#include "tools/credit-service/api/service_api.hpp"
#include "tools/credit-service/cli/commands.hpp"
#include "tools/credit-service/config/opening.hpp"
#include "tools/credit-service/http/server.hpp"

namespace greentill::credit {

Status serve_api(const std::filesystem::path& path) {
  const ServiceManager manager = ServiceManager::from_environment();
  const auto config = load_config(path);
  if (!config) return Failure{config.error()};
  if (!config->api)
    return fail(ErrorCode::invalid, path.string() + ": it has no [api]: where it listens, its certificate and key");
  const auto certificate = read_file(config->api->certificate);
  if (!certificate) return Failure{certificate.error().with_context("api.certificate")};
  const auto key = crypto::read_secret(config->api->key);
  if (!key) return Failure{key.error().with_context("api.key")};
  auto store = open_store(*config);
  if (!store) return Failure{store.error()};
  // Before any thread begins: they inherit it, and the signals wait for sigwait().
  sigset_t ends{};
  sigemptyset(&ends);
  for (const int number : {SIGINT, SIGTERM}) sigaddset(&ends, number);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  SystemClock clock;
  StderrLog log(LogLevel::info);
  ServiceApi api(*config, std::move(*store), clock, log);
  HttpOptions options{config->api->host, config->api->port, {*certificate, key->text(), {}}};
  options.most_body_bytes = kMostApiBodyBytes;
  options.tell_fault = reply_to_fault;
  const auto server = HttpServer::start(options, [&api](const HttpRequest& request) { return api.answer(request); });
  if (!server) return Failure{server.error()};
  log.write(LogLevel::info, "api", "listening on " + options.host + ':' + std::to_string((*server)->port()));
  manager.ready();
  int number = 0;
  sigwait(&ends, &number);
  manager.stopping();
  return Done{};
}

}  // namespace greentill::credit

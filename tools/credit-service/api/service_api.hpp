// SPDX-License-Identifier: Apache-2.0
// The service's HTTP API without sockets: what is answered to which request. docs/service-api.md, and docs/service-openapi.yaml.
//
// Each change is one transaction of the ledger's, noted under the token's id; where a request is refused
// nothing is done. A request with an idempotency key is done once, however often it comes.
//
// Threads: safe from any thread; one request at a time is answered, since a ledger's transactions are one after the other.
#pragma once

#include <memory>
#include <mutex>

#include "daemon/base/calendar.hpp"
#include "daemon/base/line_allowance.hpp"
#include "tools/credit-service/access/access_store.hpp"
#include "tools/credit-service/api/metrics.hpp"
#include "tools/credit-service/config/config.hpp"
#include "tools/credit-service/http/guesses.hpp"
#include "tools/credit-service/http/messages.hpp"
#include "tools/credit-service/ledger/store.hpp"

namespace greentill::credit {

struct Call;
struct Route;
struct ApiAnswer;
struct Problem;

inline constexpr std::size_t kMostApiBodyBytes = 1u << 20;
/// For how long the answer to a request with an idempotency key is kept.
inline constexpr std::int64_t kKeptAnswerSeconds = 7 * kSecondsADay;

class ServiceApi {
 public:
  /// What it refers to must outlive it.
  ServiceApi(const Config& config, std::unique_ptr<Store> store, Clock& clock, Log& log)
      : config_(config), store_(std::move(store)), clock_(clock), log_(log) {}

  [[nodiscard]] HttpReply answer(const HttpRequest& request);

 private:
  /// `pattern`: of the route that was found.
  HttpReply answered(const HttpRequest& request, std::string_view& pattern);
  HttpReply health();
  HttpReply admitted(const HttpRequest& request, const AccessToken& token, std::string_view& pattern);
  HttpReply look(Call& call, const Route& route);
  HttpReply change(Call& call, const Route& route);
  Result<ApiAnswer, Problem> change_within(Call& call, const Route& route);
  Status note(const Call& call, const Route& route, const ApiAnswer& answer);
  Result<std::optional<HttpReply>, Problem> kept(Call& call);
  Status keep(const Call& call, const HttpReply& reply);
  HttpReply told(const Problem& problem);

  const Config& config_;
  std::unique_ptr<Store> store_;
  Clock& clock_;
  Log& log_;
  std::mutex mutex_;  // of all below, and the store
  Guesses guesses_;
  ApiMetrics metrics_;
  LineAllowance lines_{10, std::chrono::minutes(1)};
};

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/server.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/api/answer.hpp"
#include "daemon/api/claim_book.hpp"
#include "daemon/api/gate.hpp"
#include "daemon/api/http_library.hpp"
#include "daemon/api/intake.hpp"
#include "daemon/api/metrics.hpp"
#include "daemon/api/reactor.hpp"
#include "daemon/api/views.hpp"
#include "daemon/base/calendar.hpp"
#include "daemon/base/text.hpp"

namespace greentill::api {
namespace {

constexpr std::string_view kTransactions = "/v1/transactions";
constexpr std::string_view kClaims = "/v1/claims";
constexpr std::string_view kGuarded = "/v1/guarded";
constexpr std::string_view kRecords = "/v1/records";
constexpr std::string_view kUndo = "/undo";

class HttpServer final : public Server, private RequestHandler {
 public:
  HttpServer(const Options& options, Desk& desk, std::unique_ptr<outbox::Reader> reader, Clock& clock, Log& log)
      : options_(options),
        desk_(desk),
        clock_(clock),
        log_(log),
        gate_(options_),
        intake_(desk, options_),
        claims_(std::move(reader)),
        library_(*this),
        reactor_(options_.threads, [this](Connection& connection) { return library_.answer(connection); }) {}
  ~HttpServer() override { reactor_.stop(); }

  Status listen() {
    const auto bound = library_.bind(options_.host, options_.port);
    if (!bound) return Failure{bound.error()};
    port_ = bound->port;
    gate_.set_port(port_);
    Status started = reactor_.start(bound->socket);
    if (started) log_.write(LogLevel::info, "api", "listening on " + options_.host + ':' + std::to_string(port_));
    return started;
  }

  [[nodiscard]] std::uint16_t port() const override { return port_; }

 private:
  using Read = void (HttpServer::*)(httplib::Response&);
  struct Resource {
    std::string_view path;
    Read read;
  };
  static constexpr std::size_t kReadables = 4;
  static const std::array<Resource, kReadables> kResources;

  void answer(const httplib::Request& request, httplib::Response& response, Connection& connection) override;
  void finish(const httplib::Request& request, httplib::Response& response) override;

  void answer_post(const httplib::Request& request, httplib::Response& response, Connection& connection);
  void answer_undo(const httplib::Request& request, httplib::Response& response, std::uint64_t seq);
  void answer_read(const httplib::Request& request, httplib::Response& response);
  void answer_options(const httplib::Request& request, httplib::Response& response);
  void read_status(httplib::Response& response);
  void read_stats(httplib::Response& response);
  void read_metrics(httplib::Response& response);
  void read_health(httplib::Response& response);

  Options options_;
  Desk& desk_;
  Clock& clock_;
  Log& log_;
  Gate gate_;
  Intake intake_;
  ClaimBook claims_;
  AnswerCounts answers_;
  HttpLibrary library_;
  Reactor reactor_;
  std::uint16_t port_ = 0;
};

const std::array<HttpServer::Resource, HttpServer::kReadables> HttpServer::kResources{{
    {"/v1/status", &HttpServer::read_status},
    {"/v1/stats", &HttpServer::read_stats},
    {"/metrics", &HttpServer::read_metrics},
    {"/healthz", &HttpServer::read_health},
}};

/// The seq of /v1/claims/<seq>/undo.
std::optional<std::uint64_t> undo_seq(std::string_view path) {
  if (!path.starts_with(kClaims) || !path.ends_with(kUndo)) return std::nullopt;
  path.remove_prefix(kClaims.size());
  path.remove_suffix(std::min(path.size(), kUndo.size()));
  return path.starts_with('/') ? parse_integer<std::uint64_t>(path.substr(1)) : std::nullopt;
}

void HttpServer::answer(const httplib::Request& request, httplib::Response& response, Connection& connection) {
  std::optional<Problem> problem = gate_.check_host(request);
  if (!problem) problem = gate_.check_origin(request);
  if (problem) return refuse(response, *problem);
  const bool for_transactions = request.path == kTransactions;
  if (for_transactions && request.method == "POST") return answer_post(request, response, connection);
  const auto undo = undo_seq(request.path);
  if (request.method == "OPTIONS") {
    answer_options(request, response);
  } else if (undo) {
    answer_undo(request, response, *undo);
  } else if (for_transactions || (request.method != "GET" && request.method != "HEAD")) {
    respond(response, method_not_allowed(for_transactions ? "use POST" : "use GET"));
    response.set_header("Allow", for_transactions ? "POST, OPTIONS" : "GET, HEAD, OPTIONS");
  } else {
    answer_read(request, response);
  }
  if (connection.head().has_body()) response.set_header("Connection", "close");
}

void HttpServer::answer_post(const httplib::Request& request, httplib::Response& response, Connection& connection) {
  std::optional<Problem> problem = gate_.check_token(request);
  if (!problem) problem = gate_.check_body(request, connection.head());
  if (problem) return refuse(response, *problem);
  intake_.answer(request, response, connection);
}

void HttpServer::answer_undo(const httplib::Request& request, httplib::Response& response, std::uint64_t seq) {
  if (request.method != "POST") {
    respond(response, method_not_allowed("use POST"));
    return response.set_header("Allow", "POST, OPTIONS");
  }
  if (const auto problem = gate_.check_token(request)) return respond(response, *problem);
  // Seq 0 is refused here: behind the desk it may stand for "undoes nothing".
  if (seq == 0) return respond(response, not_found("no claim has the number 0; a chain begins with 1"));
  const auto answer = desk_.undo(seq);
  if (!answer) return respond(response, from_error(answer.error()));
  respond(response, answer->repeated ? 200 : 201, undo_to_json(*answer));
}

void HttpServer::answer_read(const httplib::Request& request, httplib::Response& response) {
  const std::string_view path = request.path;
  const auto problem = path == "/healthz" ? std::nullopt : gate_.check_reader(request);
  if (problem) return respond(response, *problem);
  if (path == kClaims) return claims_.answer_list(request, response);
  if (path == kGuarded) return claims_.answer_guarded(request, response);
  if (path == kRecords) return claims_.answer_records(request, response);
  if (path.starts_with(kClaims) && path.size() > kClaims.size() && path[kClaims.size()] == '/') {
    return claims_.answer_claim(request, response, path.substr(kClaims.size() + 1));
  }
  for (const Resource& resource : kResources) {
    if (path == resource.path) return (this->*resource.read)(response);
  }
  respond(response, not_found("there is no such resource; docs/api.md lists them"));
}

void HttpServer::answer_options(const httplib::Request& request, httplib::Response& response) {
  response.status = 204;
  const bool posts = request.path == kTransactions || undo_seq(request.path);
  response.set_header("Allow", posts ? "POST, OPTIONS" : "GET, HEAD, OPTIONS");
  if (!request.has_header("Origin")) return;
  response.set_header("Access-Control-Allow-Methods", "GET, HEAD, POST");
  response.set_header("Access-Control-Allow-Headers", "Authorization, Content-Type, Accept");
  response.set_header("Access-Control-Max-Age", "600");
}

void HttpServer::read_status(httplib::Response& response) {
  respond(response, 200, status_to_json(desk_.status(), clock_.unix_seconds()));
}

void HttpServer::read_stats(httplib::Response& response) {
  const auto totals = claims_.totals();
  if (!totals) return respond(response, from_error(totals.error()));
  respond(response, 200, stats_to_json(*totals, clock_.unix_seconds() / kSecondsADay));
}

void HttpServer::read_metrics(httplib::Response& response) {
  const auto totals = claims_.totals();
  if (!totals) return respond(response, from_error(totals.error()));
  response.status = 200;
  response.set_content(metrics_text(desk_.status(), *totals, answers_), "text/plain; version=0.0.4; charset=utf-8");
}

void HttpServer::read_health(httplib::Response& response) {
  const std::string trouble = desk_.status().trouble;
  if (trouble.empty()) return respond(response, 200, {{"status", "ok"}});
  respond(response, unavailable(trouble));
}

void HttpServer::finish(const httplib::Request& request, httplib::Response& response) {
  const auto answer_class = static_cast<std::size_t>(response.status / 100);
  if (answer_class < answers_.by_class.size()) answers_.by_class[answer_class].fetch_add(1, std::memory_order_relaxed);
  if (response.status == 500) log_.write(LogLevel::error, "api", request.method + " could not be served: " + response.body);
  response.set_header("X-Content-Type-Options", "nosniff");
  response.set_header("Cache-Control", "no-store");
  response.set_header("Cross-Origin-Resource-Policy", "same-origin");
  if (request.has_header("Origin") && response.status != 403 && response.status != 421) {
    response.set_header("Access-Control-Allow-Origin", request.get_header_value("Origin"));
    response.set_header("Vary", "Origin");
  }
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const Options& options, Desk& desk, std::unique_ptr<outbox::Reader> reader,
                                              Clock& clock, Log& log) {
  if (options.token.empty()) return fail(ErrorCode::invalid, "the API's token is empty: nobody could write");
  auto server = std::make_unique<HttpServer>(options, desk, std::move(reader), clock, log);
  const Status listening = server->listen();
  if (!listening) return Failure{listening.error()};
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace greentill::api

// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/server.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/api/answer.hpp"
#include "daemon/api/claim_book.hpp"
#include "daemon/api/gate.hpp"
#include "daemon/api/head_library.hpp"
#include "daemon/api/health.hpp"
#include "daemon/api/intake.hpp"
#include "daemon/api/metrics.hpp"
#include "daemon/api/reactor.hpp"
#include "daemon/api/views.hpp"
#include "daemon/base/calendar.hpp"
#include "daemon/base/local_time.hpp"
#include "daemon/base/text.hpp"
#include "daemon/base/wall_time.hpp"

namespace greentill::api {
namespace {

constexpr std::string_view kTransactions = "/v1/transactions";
constexpr std::string_view kClaims = "/v1/claims";
constexpr std::string_view kReceipts = "/v1/receipts";
constexpr std::string_view kGuarded = "/v1/guarded";
constexpr std::string_view kRecords = "/v1/records";
constexpr std::string_view kStats = "/v1/stats";
constexpr std::string_view kSales = "/v1/sales";
constexpr std::string_view kRetry = "/v1/retry";
constexpr std::string_view kQuestion = "/v1/question";
constexpr std::string_view kUndo = "/undo";
constexpr std::string_view kRefund = "/refund";

class HttpServer final : public Server {
 public:
  HttpServer(const Options& options, Desk& desk, std::unique_ptr<outbox::Reader> reader, Clock& clock, Log& log)
      : options_(options),
        desk_(desk),
        clock_(clock),
        log_(log),
        gate_(options_),
        intake_(desk, options_),
        claims_(std::move(reader)),
        reactor_(
            options_.threads, [this](Connection& connection) { return serve(connection); }, {},
            [this](const std::string& what) { log_.write(LogLevel::error, "api", what); }) {}
  ~HttpServer() override { reactor_.stop(); }

  Status listen() {
    auto bound = options_.socket >= 0 ? library_.bound(Descriptor(options_.socket)) : library_.bind(options_.host, options_.port);
    if (!bound) return Failure{bound.error()};
    port_ = bound->port;
    socket_ = bound->socket.get();
    gate_.set_port(port_);
    Status started = reactor_.start(std::move(bound->socket));
    if (started) log_.write(LogLevel::info, "api", "listening on " + options_.host + ':' + std::to_string(port_));
    return started;
  }

  [[nodiscard]] std::uint16_t port() const override { return port_; }
  [[nodiscard]] int socket() const override { return socket_; }

 private:
  using Read = void (HttpServer::*)(httplib::Response&);
  struct Resource {
    std::string_view path;
    Read read;
  };
  static constexpr std::size_t kReadables = 4;
  static const std::array<Resource, kReadables> kResources;

  /// A request whose head the connection holds.
  class Served final : public Exchange {
   public:
    Served(HttpServer& server, Connection& connection) : server_(server), connection_(connection) {}
    [[nodiscard]] std::string_view head() const override { return connection_.head().text; }
    bool write(std::string_view bytes) override { return connection_.write(bytes); }
    [[nodiscard]] const std::string& peer() const override { return connection_.peer(); }
    [[nodiscard]] int socket() const override { return connection_.socket(); }
    void answer(const httplib::Request& request, httplib::Response& response) override {
      const int fault = connection_.head().fault_status;
      if (fault != 0) return refuse(response, from_status(fault));
      server_.answer(request, response, connection_);
    }
    void fail(httplib::Response& response) override { refuse(response, from_status(response.status)); }
    void finish(const httplib::Request& request, httplib::Response& response) override { server_.finish(request, response); }

   private:
    HttpServer& server_;
    Connection& connection_;
  };

  Arrival serve(Connection& connection) {
    Served served(*this, connection);
    return connection.end_answer(library_.answer(served, false));
  }
  void answer(const httplib::Request& request, httplib::Response& response, Connection& connection);
  void finish(const httplib::Request& request, httplib::Response& response);

  void answer_post(const httplib::Request& request, httplib::Response& response, Connection& connection);
  void answer_action(const httplib::Request& request, httplib::Response& response);
  void answer_retry(httplib::Response& response);
  void answer_question(httplib::Response& response);
  void answer_refund(const httplib::Request& request, httplib::Response& response, Connection& connection, std::string_view id);
  void answer_read(const httplib::Request& request, httplib::Response& response);
  void answer_options(const httplib::Request& request, httplib::Response& response, std::string_view methods);
  void read_status(httplib::Response& response);
  void answer_stats(const httplib::Request& request, httplib::Response& response);
  void read_metrics(httplib::Response& response);
  void read_health(httplib::Response& response);
  void read_life(httplib::Response& response);
  static std::string_view methods_of(std::string_view path);

  Options options_;
  Desk& desk_;
  Clock& clock_;
  Log& log_;
  Gate gate_;
  Intake intake_;
  ClaimBook claims_;
  AnswerCounts answers_;
  HeadLibrary library_;
  Reactor reactor_;
  std::uint16_t port_ = 0;
  int socket_ = -1;
};

const std::array<HttpServer::Resource, HttpServer::kReadables> HttpServer::kResources{{
    {"/v1/status", &HttpServer::read_status},
    {"/metrics", &HttpServer::read_metrics},
    {"/healthz", &HttpServer::read_health},
    {"/livez", &HttpServer::read_life},
}};

Problem no_such_resource() { return not_found("there is no such resource; docs/api.md lists them"); }

/// What stands between, as in /v1/claims/<seq>/undo; empty where the path is another one.
std::string_view named_in(std::string_view path, std::string_view list, std::string_view action) {
  if (path.size() <= list.size() + 1 + action.size() || !path.starts_with(list) || !path.ends_with(action)) return {};
  path = path.substr(list.size(), path.size() - list.size() - action.size());
  return path.front() == '/' ? path.substr(1) : std::string_view();
}

std::optional<std::uint64_t> undo_seq(std::string_view path) {
  return parse_integer<std::uint64_t>(named_in(path, kClaims, kUndo));
}

bool is_for_posting(std::string_view path) {
  return path == kTransactions || path == kRetry || path == kQuestion || undo_seq(path) ||
         !named_in(path, kSales, kRefund).empty();
}

constexpr std::string_view kReading = "GET, HEAD, OPTIONS";
constexpr std::string_view kPosting = "POST, OPTIONS";

// The methods that a path takes, as Allow lists them; empty where there is nothing.
std::string_view HttpServer::methods_of(std::string_view path) {
  if (is_for_posting(path)) return kPosting;
  if (path == "*") return "GET, HEAD, POST, OPTIONS";
  for (const std::string_view list : {kClaims, kReceipts, kGuarded, kRecords, kSales, kStats}) {
    if (path == list) return kReading;
  }
  const bool is_claim = path.starts_with(kClaims) && path.substr(kClaims.size()).starts_with('/');
  if (is_claim && parse_integer<std::uint64_t>(path.substr(kClaims.size() + 1))) return kReading;
  const bool is_resource =
      std::any_of(kResources.begin(), kResources.end(), [&](const Resource& one) { return one.path == path; });
  return is_resource ? kReading : std::string_view();
}

void HttpServer::answer(const httplib::Request& request, httplib::Response& response, Connection& connection) {
  std::optional<Problem> problem = gate_.check_host(request);
  if (!problem) problem = gate_.check_origin(request);
  if (problem) return refuse(response, *problem);
  const std::string_view methods = methods_of(request.path);
  const bool reads = request.method == "GET" || request.method == "HEAD";
  const bool has_document = request.path == kTransactions || !named_in(request.path, kSales, kRefund).empty();
  if (has_document && request.method == "POST") return answer_post(request, response, connection);
  if (methods.empty() && !reads) {
    respond(response, no_such_resource());
  } else if (request.method == "OPTIONS") {
    answer_options(request, response, methods);
  } else if (request.method == "POST" && methods == kPosting) {
    answer_action(request, response);
  } else if (reads && methods != kPosting) {
    answer_read(request, response);
  } else {
    respond(response, method_not_allowed(methods == kPosting ? "use POST" : "use GET"));
    response.set_header("Allow", std::string(methods));
  }
  if (connection.head().has_body()) response.set_header("Connection", "close");
}

void HttpServer::answer_post(const httplib::Request& request, httplib::Response& response, Connection& connection) {
  std::optional<Problem> problem = gate_.check_token(request);
  if (!problem) problem = gate_.check_body(request, connection.head());
  if (problem) return refuse(response, *problem);
  if (const std::string_view sale = named_in(request.path, kSales, kRefund); !sale.empty()) {
    return answer_refund(request, response, connection, sale);
  }
  intake_.answer(request, response, connection);
}

/// What is asked for without a document.
void HttpServer::answer_action(const httplib::Request& request, httplib::Response& response) {
  if (const auto problem = gate_.check_token(request)) return respond(response, *problem);
  if (request.path == kRetry) return answer_retry(response);
  if (request.path == kQuestion) return answer_question(response);
  const std::uint64_t seq = *undo_seq(request.path);
  // Seq 0 is refused here: behind the desk it may stand for "undoes nothing".
  if (seq == 0) return respond(response, not_found("no claim has the number 0; a chain begins with 1"));
  const auto answer = desk_.undo(seq);
  if (!answer) return respond(response, from_error(answer.error()));
  respond(response, answer->repeated ? 200 : 201, undo_to_json(*answer));
}

Problem delivers_nothing() { return not_found("this device delivers nothing: its configuration has no [uplink]"); }

/// What the counts of /v1/status were before the question: whoever asks looks there for what came of it.
void HttpServer::answer_question(httplib::Response& response) {
  const uplink::LinkStatus before = desk_.status().link;
  if (!desk_.question()) return respond(response, delivers_nothing());
  respond(response, 202,
          {{"connected", before.connected},
           {"receipts", before.receipts},
           {"receipts_refused", before.receipts_refused},
           {"failures", before.failures}});
}

void HttpServer::answer_retry(httplib::Response& response) {
  if (!desk_.retry()) return respond(response, delivers_nothing());
  const DaemonStatus status = desk_.status();
  respond(response, 202,
          {{"waiting", status.backlog.waiting},
           {"refused_retry", status.backlog.refused_retry},
           {"connected", status.link.connected},
           {"last_error",
            status.link.last_error.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(status.link.last_error)}});
}

void HttpServer::answer_refund(const httplib::Request& request, httplib::Response& response, Connection& connection,
                               std::string_view id) {
  const auto found = claims_.sale(id);
  std::optional<Problem> problem;
  if (!found) {
    problem = from_error(found.error());
  } else if (!*found) {
    problem = not_found("no sale with this id is known, or not any more; /v1/sales tells the ids");
  }
  auto reason = event::ReversalReason::refund;
  for (const auto& [name, value] : request.params) {
    if (name != "reason") problem = bad_parameter(name, "is not a parameter of this resource");
    if (name == "reason" && value == event::kReasonNames[static_cast<std::size_t>(event::ReversalReason::cancelled)]) {
      reason = event::ReversalReason::cancelled;
    } else if (name == "reason" && value != event::kReasonNames[static_cast<std::size_t>(reason)]) {
      problem = bad_parameter(name, "must be refund or cancelled; a mistake is undone by /v1/claims/<seq>/undo");
    }
  }
  if (problem) return refuse(response, *problem);
  intake_.answer_refund(response, connection, {{}, {}, reason, (**found).key});
}

void HttpServer::answer_read(const httplib::Request& request, httplib::Response& response) {
  const std::string_view path = request.path;
  const bool is_free = path == "/healthz" || path == "/livez";
  const auto problem = is_free ? std::nullopt : gate_.check_reader(request);
  if (problem) return respond(response, *problem);
  const Untrusted untrusted = gate_.check_token(request);
  if (path == kClaims) return claims_.answer_list(request, response, untrusted);
  if (path == kReceipts) return claims_.answer_receipts(request, response);
  if (path == kGuarded) return claims_.answer_guarded(request, response, untrusted);
  if (path == kRecords) return claims_.answer_records(request, response, untrusted);
  if (path == kSales) return untrusted ? respond(response, *untrusted) : claims_.answer_sales(request, response);
  if (path == kStats) return answer_stats(request, response);
  if (path.starts_with(kClaims) && path.size() > kClaims.size() && path[kClaims.size()] == '/') {
    return claims_.answer_claim(request, response, path.substr(kClaims.size() + 1), untrusted);
  }
  for (const Resource& resource : kResources) {
    if (path == resource.path) return (this->*resource.read)(response);
  }
  respond(response, no_such_resource());
}

void HttpServer::answer_options(const httplib::Request& request, httplib::Response& response, std::string_view methods) {
  response.status = 204;
  response.set_header("Allow", std::string(methods));
  if (!request.has_header("Origin")) return;
  response.set_header("Access-Control-Allow-Methods", "GET, HEAD, POST");
  response.set_header("Access-Control-Allow-Headers", "Authorization, Content-Type, Accept");
  response.set_header("Access-Control-Max-Age", "600");
}

void HttpServer::read_status(httplib::Response& response) {
  respond(response, 200, status_to_json(desk_.status(), clock_.unix_seconds()));
}

void HttpServer::answer_stats(const httplib::Request& request, httplib::Response& response) {
  std::int64_t day = local_day(clock_.unix_seconds());
  for (const auto& [name, value] : request.params) {
    const auto date = parse_time(value, "%Y-%m-%d");
    if (name != "date") return respond(response, bad_parameter(name, "is not a parameter of this resource"));
    if (!date) return respond(response, bad_parameter(name, "must be a date such as 2026-11-24"));
    day = date->seconds / kSecondsADay;
  }
  const auto totals = claims_.totals();
  if (!totals) return respond(response, from_error(totals.error()));
  respond(response, 200, stats_to_json(*totals, day));
}

void HttpServer::read_metrics(httplib::Response& response) {
  const auto totals = claims_.totals();
  if (!totals) return respond(response, from_error(totals.error()));
  response.status = 200;
  response.set_content(metrics_text(desk_.status(), *totals, answers_, clock_.unix_seconds()),
                       "text/plain; version=0.0.4; charset=utf-8");
}

// The goal's health: a till that is taken, and claims that arrive. A restart mends neither; /livez is what to restart by.
void HttpServer::read_health(httplib::Response& response) {
  const DaemonStatus status = desk_.status();
  if (!status.trouble.empty()) return respond(response, unavailable(status.trouble));
  if (std::string why = why_overdue(status, clock_.unix_seconds()); !why.empty())
    return respond(response, overdue(std::move(why)));
  respond(response, 200, {{"status", "ok"}});
}

void HttpServer::read_life(httplib::Response& response) { respond(response, 200, {{"status", "ok"}}); }

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

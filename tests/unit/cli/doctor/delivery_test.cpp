// SPDX-License-Identifier: Apache-2.0
// What a running daemon's status means, and what comes of the question that is asked over it.
#include <doctest/doctest.h>

#include "tests/support/set_clock.hpp"
#include "tools/cli/doctor/rank.hpp"
#include "tools/cli/doctor/scene.hpp"
#include "tools/cli/doctor/scrub.hpp"

namespace greentill::doctor {
namespace {

constexpr std::int64_t kNow = 1'794'000'000;

/// Answers the question with its first status' counts, and each look with `later`.
class ScriptedDaemon final : public cli::DaemonClient {
 public:
  ScriptedDaemon(Json later, int question_status) : later_(std::move(later)), question_status_(question_status) {}
  Result<cli::Answer> get(const std::string&, std::string_view) override {
    return cli::Answer{200, "application/json", later_.dump(), {}};
  }
  Result<cli::Answer> post(const std::string&, std::string_view, const std::string&) override {
    return cli::Answer{
        question_status_, "application/json", R"({"connected":true,"receipts":3,"receipts_refused":0,"failures":1})", {}};
  }
  Result<cli::Answer> stream(const std::string&, std::string_view, const std::function<bool(std::string_view)>&) override {
    return fail(ErrorCode::bug, "not asked for");
  }

 private:
  Json later_;
  int question_status_;
};

Json well() {
  return Json::parse(
      R"({"now":1794000000,"link":{"connected":true,"since":1793990000,"receipts":4,"receipts_refused":0,"failures":1,"repairs":0,
    "chain":"open","chain_words":null,"ledger_went_back":null,"paused_until":null,"last_error":null},
    "backlog":{"waiting":0,"held":0,"refused_retry":0,"refused_final":0},"refusals":[],"overdue":null,"clock_ahead_s":null,
    "certificates":{"device_end":1799000000},"renewal":null,"plugins":[],"records":[]})");
}

struct Device {
  test::SetClock clock{kNow, true};
  Scene scene{.config_file = "x", .endpoint_options = {}, .clock = clock};

  explicit Device(const Json& status, int question_status = 202) {
    scene.config.emplace();
    scene.config->uplink.emplace();
    scene.patience = std::chrono::milliseconds(150);
    scene.status = status;
    scene.has_token = true;
    scene.daemon = std::make_unique<ScriptedDaemon>(status, question_status);
  }
  Checks checks() {
    Checks all;
    check_delivery(scene, all);
    check_renewal(scene, all);
    return all;
  }
};

Cause first_of(const Json& status) {
  Device device(status);
  const Checks checks = device.checks();
  const auto ranked = rank(checks);
  return ranked.empty() ? Cause::none : checks[ranked.front().check].cause;
}

TEST_CASE("doctor: what a daemon tells is ranked by what it means") {
  CHECK(first_of(well()) == Cause::none);
  const std::pair<const char*, Cause> cases[] = {
      {R"({"link":{"connected":false,"failures":2,"receipts":3,"last_error":"the broker refuses us: Banned"}})", Cause::login},
      {R"({"link":{"connected":false,"receipts":3,"last_error":"used up","data":{"bytes":9,"cap_bytes":9,"stage":"used-up"}}})",
       Cause::data_used_up},
      {R"({"link":{"receipts":3}})", Cause::service_silent},
      {R"({"link":{"receipts":3,"receipts_refused":1,"last_error":"receipts come, signed by another"}})",
       Cause::receipts_untrusted},
      {R"({"link":{"receipts":3,"paused_until":1794003600}})", Cause::service_pause},
      {R"({"link":{"chain":"held","chain_words":"the chain is held"}})", Cause::chain},
      {R"({"link":{"left_behind":"3 claims wait"}})", Cause::chain},
      {R"({"link":{"chain":"on-probation","chain_words":"the chain is on probation"}})", Cause::chain},
      {R"({"link":{"ledger_went_back":"the ledger went back"}})", Cause::ledger_went_back},
      {R"({"link":{"last_error":"the service does not take claim 4"},"backlog":{"waiting":4}})", Cause::not_taken},
      {R"({"overdue":"9 claims wait"})", Cause::overdue},
      {R"({"backlog":{"refused_retry":4}})", Cause::refused},
      {R"({"backlog":{"refused_final":4},"refusals":[{"kind":"final","reason":"duplicate","claims":4}]})", Cause::refused},
      {R"({"renewal":{"last_error":"403","tried_at":1793990000,"next_try_at":1794990000,"due_from":1}})", Cause::renewal},
  };
  for (const auto& [patch, cause] : cases) {
    Json status = well();
    status.merge_patch(Json::parse(patch));
    CHECK_MESSAGE(first_of(status) == cause, patch);
  }
}

TEST_CASE("doctor: without the token the service is not asked, and that is said") {
  Device device(well());
  device.scene.has_token = false;
  device.scene.user = "greentill";
  device.scene.may_all = false;
  const Checks checks = device.checks();
  CHECK(checks[1].state == State::unknown);
  CHECK(checks[1].next.find("sudo -u greentill") != std::string::npos);
}

TEST_CASE("doctor: a certificate that ends within a week and is not renewed fails") {
  Json status = well();
  status["renewal"] = {{"last_error", "403"}, {"tried_at", 1}, {"next_try_at", 2}, {"due_from", 1}};
  status["certificates"]["device_end"] = kNow + 86'400;
  Device device(status);
  CHECK(device.checks().back().state == State::fail);
  CHECK(device.checks().back().foreign);
}

Check clock_of(Device& device) {
  Checks checks;
  check_clock(device.scene, checks);
  return checks.front();
}

TEST_CASE("doctor: the clock is held against the service, the certificates and this version") {
  Json status = well();
  Device good(status);
  CHECK(clock_of(good).state == State::pass);
  status["clock_ahead_s"] = 3 * 86'400;
  Device ahead(status);
  CHECK(clock_of(ahead).cause == Cause::service_clock);
  ahead.clock.kept = false;
  CHECK(clock_of(ahead).cause == Cause::clock);
  CHECK(clock_of(ahead).found.find("3 days ahead of the credit service's") != std::string::npos);

  Device alone(well());
  alone.scene.status.reset();
  alone.clock.kept = false;
  CHECK(clock_of(alone).state == State::unknown);
  alone.scene.certificates = {{"the broker's certificate", 0, kNow - 5}, {"this device's certificate", 0, kNow + 5}};
  CHECK(clock_of(alone).state == State::unknown);
  alone.scene.certificates[1].not_after = kNow - 9;
  CHECK(clock_of(alone).cause == Cause::clock);
  alone.clock.kept = true;
  CHECK(clock_of(alone).state == State::pass);
  alone.scene.certificates = {{"the broker's certificate", kNow + 5, kNow + 9},
                              {"this device's certificate", kNow + 5, kNow + 9}};
  alone.clock.kept = false;
  CHECK(clock_of(alone).found.find("must be behind") != std::string::npos);
  alone.scene.other_time = kNow - 3'600;
  CHECK(clock_of(alone).found.find("ahead of the operator's server's") != std::string::npos);
  alone.clock.now = 0;
  CHECK(clock_of(alone).found.find("before this version was made") != std::string::npos);
}

TEST_CASE("doctor: a sentence loses what may be anybody's before it is sent home") {
  const std::pair<const char*, const char*> cases[] = {
      {"/home/anna/till/device.key: cannot open", "…/device.key: cannot open"},
      {"/srv/anna: no", "…/…: no"},
      {"source 'annas-cafe' loses", "source '…' loses"},
      {"it says: \"receipt 1702\"", "it says: \"…\""},
      {"the device's certificate", "the device's certificate"},
      {"it expired on 2026-11-01 10:00:00 UTC", "it expired on 2026-11-01 10:00:00 UTC"},
      {"mqtts://user:pw@host:8883: no", "…: no"},
      {"user@host", "…"},
      {"token 0123456789abcdef0123", "token …"},
      {"number 4971230012345", "number …"},
      {"an unclosed 'quote of a", "an unclosed '…'"},
      {"4 KiB are synced after 1200 µs", "4 KiB are synced after 1200 µs"},
  };
  for (const auto& [text, clean] : cases) CHECK(scrubbed(text) == clean);
}

}  // namespace
}  // namespace greentill::doctor

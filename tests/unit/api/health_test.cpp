// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/health.hpp"

#include "tests/unit/api/fixture.hpp"

using namespace greentill;
using namespace greentill::test;
using nlohmann::json;

namespace {

constexpr std::int64_t kNow = 1'800'000'000;
constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kDay = 24 * kHour;

api::DaemonStatus waiting(std::int64_t age) {
  api::DaemonStatus status;
  status.overdue_after_s = kDay;
  status.waiting_since = kNow - age;
  status.backlog.waiting = 7;
  status.link.connected = true;
  return status;
}

std::string why(const api::DaemonStatus& status) { return api::why_overdue(status, kNow); }

}  // namespace

TEST_CASE("health: claims that wait are overdue once nothing was delivered for as long as is allowed") {
  CHECK(why(waiting(kDay)).empty());
  CHECK(why(waiting(kDay + 1)) ==
        "7 claims wait, the oldest for 1 day, and nothing was delivered meanwhile: no receipt takes them; ask the operator");
  api::DaemonStatus status = waiting(20 * kDay);
  status.link.last_error = "the broker's certificate ended yesterday";
  CHECK(why(status).ends_with(
      "the oldest for 20 days, and nothing was delivered meanwhile: the broker's certificate ended yesterday"));
  SUBCASE("a backlog that drains is none") {
    status.link.last_delivery = kNow - kDay;
    CHECK(why(status).empty());
    status.link.last_delivery = kNow - kDay - 1;
    CHECK_FALSE(why(status).empty());
  }
  SUBCASE("nor is one of a device that delivers nowhere") {
    status.overdue_after_s = 0;
    CHECK(why(status).empty());
  }
  SUBCASE("nor is where nothing waits") {
    status.waiting_since.reset();
    CHECK(why(status).empty());
  }
  SUBCASE("nor is what a clock that ran ahead recorded") {
    status.waiting_since = kNow + 20 * kDay;
    CHECK(why(status).empty());
  }
  SUBCASE("what the service refuses for now waits as well") {
    status.backlog = {};
    status.backlog.refused_retry = 1;
    status.link.last_error.clear();
    CHECK(why(status) ==
          "1 claim waits, the oldest for 20 days, and nothing was delivered meanwhile: the service refuses them for now");
  }
  SUBCASE("the line may never have been up") {
    status.link = {};
    CHECK(why(status).ends_with(": the broker is not reached"));
  }
}

TEST_CASE("health: overdue deliveries turn health, status and metrics bad, and neither life nor selling") {
  class Later final : public SystemClock {
   public:
    [[nodiscard]] std::int64_t unix_seconds() const override { return 4'000'000'000; }
  } later;
  Fixture fixture({}, &later);
  CHECK(status_of(fixture.post(ride("a"))) == 201);
  CHECK(status_of(fixture.get("/healthz")) == 200);
  uplink::LinkStatus link;
  link.last_error = "the broker does not know this device";
  fixture.desk.set_link(kDay, link);
  const std::string sick = fixture.get("/healthz");
  CHECK(status_of(sick) == 503);
  CHECK(header_of(sick, "Retry-After") == "60");
  const json problem = problem_of(sick);
  CHECK(problem["type"] == "urn:greentill:problem:overdue");
  const std::string detail = problem["detail"];
  CHECK(detail.ends_with("nothing was delivered meanwhile: the broker does not know this device"));
  const json status = fixture.get_json("/v1/status");
  CHECK(status["overdue"] == detail);
  CHECK(status["trouble"] == nullptr);
  CHECK(status["backlog"]["oldest_at"].is_number_integer());
  CHECK(status["backlog"]["overdue_after_s"] == kDay);
  CHECK(status["link"]["last_delivery"] == nullptr);
  CHECK(status["certificates"]["device_end"].is_number_integer());
  CHECK(status["certificates"]["receipts_end"] == nullptr);
  const std::string metrics = body_of(fixture.get("/metrics"));
  CHECK(metrics.find("\ngreentill_overdue 1\n") != std::string::npos);
  CHECK(metrics.find("\ngreentill_oldest_waiting_seconds 0\n") == std::string::npos);
  CHECK(metrics.find("\ngreentill_certificate_end_timestamp_seconds{certificate=\"device\"} ") != std::string::npos);
  CHECK(fixture.get_json("/livez") == json::parse(R"({"status":"ok"})"));
  CHECK(status_of(fixture.post(ride("b"))) == 201);
  // A receipt that takes them ends it.
  link.last_delivery = 4'000'000'000 - 10;
  fixture.desk.set_link(kDay, link);
  CHECK(status_of(fixture.get("/healthz")) == 200);
  CHECK(fixture.get_json("/v1/status")["overdue"] == nullptr);
  CHECK(body_of(fixture.get("/metrics")).find("\ngreentill_overdue 0\n") != std::string::npos);
}

TEST_CASE("health: refusals are counted by reason") {
  Fixture fixture;
  CHECK(status_of(fixture.post(ride("a"))) == 201);
  CHECK(status_of(fixture.post(ride("b"))) == 201);
  fixture.desk.refuse(2, "duplicate");
  const json refusals = fixture.get_json("/v1/status")["refusals"];
  CHECK(refusals == json::parse(R"([{"reason":"duplicate","kind":"final","claims":1}])"));
  CHECK(body_of(fixture.get("/metrics")).find("\ngreentill_refused_claims{kind=\"final\",reason=\"duplicate\"} 1\n") !=
        std::string::npos);
}

// SPDX-License-Identifier: Apache-2.0
// Login, a test of the whole way in the daemon's own session, and what the service makes of this device.
#include <algorithm>
#include <thread>

#include "daemon/base/calendar.hpp"
#include "daemon/base/moment.hpp"
#include "tools/cli/claims/members.hpp"
#include "tools/cli/client/daemon_json.hpp"
#include "tools/cli/doctor/scene.hpp"

namespace greentill::doctor {
namespace {

using cli::member_at;
using cli::text_at;

constexpr std::chrono::milliseconds kPause{100};

std::int64_t count_at(const Json& json, const char* path) {
  const Json& value = member_at(json, path);
  return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

/// What came of the question.
struct Outcome {
  bool asked = false;
  bool answered = false;
  bool untrusted = false;  ///< an answer came that nobody here vouches for
  bool failed = false;     ///< no connection came about, or it was lost
  std::int64_t took_ms = 0;
};

class Question {
 public:
  explicit Question(Scene& scene) : scene_(scene) {}

  Outcome ask() {
    const auto before = cli::post_json(*scene_.daemon, "/v1/question");
    if (!before) return {};
    before_ = *before;
    outcome_.asked = true;
    while (!is_over() && elapsed() < scene_.patience) {
      std::this_thread::sleep_for(kPause);
      if (auto status = cli::get_json(*scene_.daemon, "/v1/status")) scene_.status = std::move(*status);
    }
    return outcome_;
  }

 private:
  [[nodiscard]] std::chrono::milliseconds elapsed() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began_);
  }

  bool is_over() {
    const Json& link = member_at(*scene_.status, "/link");
    const bool connected = member_at(link, "/connected") == true;
    if (!outcome_.answered) outcome_.took_ms = elapsed().count();
    outcome_.answered = count_at(link, "/receipts") > count_at(before_, "/receipts");
    outcome_.untrusted = count_at(link, "/receipts_refused") > count_at(before_, "/receipts_refused");
    outcome_.failed = !connected && count_at(link, "/failures") > count_at(before_, "/failures");
    if (text_at(link, "/data/stage") == "used-up") return true;
    if (!member_at(link, "/paused_until").is_null() || outcome_.untrusted || outcome_.failed) return true;
    // What waits may be under way.
    return outcome_.answered && (count_at(*scene_.status, "/backlog/waiting") == 0 || !text_at(link, "/last_error").empty());
  }

  Scene& scene_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  Json before_;
  Outcome outcome_;
};

Check of_login(const Json& link) {
  const std::string why = text_at(link, "/last_error");
  if (member_at(link, "/connected") == true)
    return pass("login", "greentilld is logged in at the broker since " + cli::time_at(link, "/since"));
  return fails("login", Cause::login, why.empty() ? "greentilld is not logged in at the broker, and does not say why yet" : why,
               "the operator's broker says more in its log; greentilld goes on trying by itself");
}

std::string within(const Scene& scene) { return " within " + span_text(scene.patience.count() / 1000); }

Check of_service(const Scene& scene, const Outcome& outcome) {
  const Json& link = member_at(*scene.status, "/link");
  const std::string why = text_at(link, "/last_error");
  if (!member_at(link, "/paused_until").is_null()) {
    return warns("service", Cause::service_pause,
                 "the service takes nothing before " + cli::time_at(link, "/paused_until") +
                     ": its quota for this device is used up, or it is busy",
                 "wait; where it comes again and again, ask the operator to raise the quota");
  }
  if (outcome.answered) {
    Check check = pass("service", "the credit service answered a question after " + std::to_string(outcome.took_ms) + " ms");
    check.facts["took_ms"] = outcome.took_ms;
    return check;
  }
  if (outcome.untrusted) {
    return fails(
        "service", Cause::receipts_untrusted, why.empty() ? "receipts come that nobody here vouches for" : why,
        "ask the operator for the certificate that signs receipts now, put it beside the old one, and start greentilld anew");
  }
  if (!outcome.asked)
    return unknown("service", "it was not asked: that needs the daemon's token, which you may not read", scene.as_daemon());
  if (member_at(link, "/connected") != true) return unknown("service", "the broker is not reached, so that it cannot be asked");
  return fails("service", Cause::service_silent,
               "the broker takes this device, but the credit service does not answer" + within(scene),
               "the operator looks whether greentill-credit runs, and at its log; claims are kept until then");
}

/// A metered line whose month is used up; docs/configuration.md#a-metered-line.
void add_data(const Json& link, Checks& into) {
  const std::string stage = text_at(link, "/data/stage");
  const Json& cap = member_at(link, "/data/cap_bytes");
  if (!cap.is_number_unsigned()) return;
  const std::string words = std::to_string(count_at(link, "/data/bytes") / 1'000'000) + " of " +
                            std::to_string(cap.get<std::uint64_t>() / 1'000'000) + " MB of this month's data";
  Check check =
      stage == "used-up"
          ? fails("data", Cause::data_used_up, "the line's data is used up: " + words + "; claims wait for the next month",
                  "wait, or let uplink.data_cap_mb be more and start greentilld anew")
      : stage == "sparing"
          ? warns("data", Cause::data_used_up, "the line's data comes to its end: " + words, "see what else uses the line")
          : pass("data", words + " are used");
  check.facts = {{"bytes", count_at(link, "/data/bytes")}, {"cap_bytes", cap}, {"stage", stage}};
  into.push_back(std::move(check));
}

void add_ledger(const Json& link, Checks& into) {
  const std::string words = text_at(link, "/ledger_went_back");
  if (!words.empty())
    into.push_back(warns("ledger", Cause::ledger_went_back, words, "tell the operator; nothing is to be done here"));
}

void add_left_behind(const Json& link, Checks& into) {
  const std::string words = text_at(link, "/left_behind");
  if (!words.empty()) into.push_back(warns("chains", Cause::chain, words, "tell the operator the chain and the place"));
}

void add_chain(const Json& link, Checks& into) {
  const std::string standing = text_at(link, "/chain");
  const std::string words = text_at(link, "/chain_words");
  const std::string next = "ask the operator, who decides: greentill-credit held";
  if (standing.empty()) return;
  Check check = standing == "open" ? pass("chain", "the service decides this device's claims as they come")
                : standing == "held"
                    ? fails("chain", Cause::chain, words, next)
                    : warns("chain", Cause::chain, words, standing == "on-probation" ? "wait; it ends by itself" : next);
  if (const auto repairs = count_at(link, "/repairs"); repairs > 0) {
    check.found += "; since its start greentilld has begun " + std::to_string(repairs) + " chain" + (repairs > 1 ? "s" : "") +
                   " anew, since store and ledger differed";
  }
  check.facts = {{"standing", standing}, {"repairs", count_at(link, "/repairs")}};
  into.push_back(std::move(check));
}

/// The commonest reason of that kind.
std::string reason_of(const Json& status, const char* kind) {
  const Json& all = member_at(status, "/refusals");
  for (const Json& one : all.is_array() ? all : Json::array()) {
    if (text_at(one, "/kind") == kind) return ": " + text_at(one, "/reason");
  }
  return {};
}

Check of_claims(const Json& status, const Outcome& outcome) {
  const auto waiting = count_at(status, "/backlog/waiting");
  const auto retry = count_at(status, "/backlog/refused_retry");
  const auto refused = count_at(status, "/backlog/refused_final");
  const auto held = count_at(status, "/backlog/held");
  const std::string wait = cli::counted(static_cast<std::uint64_t>(waiting), "claim") + (waiting == 1 ? " waits" : " wait");
  const std::string why = text_at(status, "/link/last_error");
  if (const std::string overdue = text_at(status, "/overdue"); !overdue.empty()) {
    return fails("claims", Cause::overdue, overdue, "greentill retry, once the cause is mended");
  }
  if (waiting > 0 && !why.empty())
    return fails("claims", Cause::not_taken, why,
                 "ask the operator, whose broker's log or greentill-credit refusals says more; claims are kept until then");
  if (retry > 0) {
    return warns("claims", Cause::refused,
                 cli::counted(static_cast<std::uint64_t>(retry), "claim") + " refused for now" + reason_of(status, "retry"),
                 "ask the operator; they are sent again by themselves, and now by greentill retry");
  }
  if (held > 0)
    return warns("claims", Cause::refused,
                 cli::counted(static_cast<std::uint64_t>(held), "claim") + " held" + reason_of(status, "held"),
                 "ask the operator, who decides");
  if (refused > 0) {
    return warns("claims", Cause::refused,
                 cli::counted(static_cast<std::uint64_t>(refused), "claim") + " refused for good" + reason_of(status, "final"),
                 "greentill claims --delivery refused_final shows which; ask the operator");
  }
  if (waiting > 0)
    return unknown("claims", wait + ", and none was taken meanwhile", outcome.answered ? "look again in a minute" : "");
  return pass("claims", "no claim waits");
}

}  // namespace

void check_delivery(Scene& scene, Checks& into) {
  if (!scene.config || !scene.config->uplink) return;
  if (!scene.status) {
    into.push_back(unknown("login", "greentilld alone may log in under this device's name, and does not run"));
    into.push_back(unknown("service", "likewise"));
    return;
  }
  const Outcome outcome = scene.has_token ? Question(scene).ask() : Outcome{};
  const Json& link = member_at(*scene.status, "/link");
  add_data(link, into);
  into.push_back(of_login(link));
  into.back().facts["connected"] = member_at(link, "/connected");
  into.push_back(of_service(scene, outcome));
  add_ledger(link, into);
  add_chain(link, into);
  add_left_behind(link, into);
  Check claims = of_claims(*scene.status, outcome);
  claims.facts = {{"waiting", count_at(*scene.status, "/backlog/waiting")},
                  {"held", count_at(*scene.status, "/backlog/held")},
                  {"refused_retry", count_at(*scene.status, "/backlog/refused_retry")},
                  {"refused_final", count_at(*scene.status, "/backlog/refused_final")}};
  into.push_back(std::move(claims));
}

void check_renewal(Scene& scene, Checks& into) {
  if (!scene.status || !member_at(*scene.status, "/renewal").is_object()) return;
  constexpr std::int64_t kSoon = 7 * kSecondsADay;
  const Json& renewal = member_at(*scene.status, "/renewal");
  const std::string until = "the device's certificate is valid until " + cli::time_at(*scene.status, "/certificates/device_end");
  const std::string why = text_at(renewal, "/last_error");
  if (why.empty()) {
    into.push_back(pass("renewal", until + ", and renewed from " + cli::time_at(renewal, "/due_from") + " on"));
    return;
  }
  const bool soon = count_at(*scene.status, "/certificates/device_end") - count_at(*scene.status, "/now") < kSoon;
  const std::string found = until + ", and was not renewed on " + cli::time_at(renewal, "/tried_at") + ": " + why;
  const std::string next =
      "ask the operator; it is tried again on " + cli::time_at(renewal, "/next_try_at") + ", and at greentilld's start";
  into.push_back(soon ? fails("renewal", Cause::renewal, found, next) : warns("renewal", Cause::renewal, found, next));
  into.back().foreign = true;
}

}  // namespace greentill::doctor

// SPDX-License-Identifier: Apache-2.0
// The clock, held against whatever here tells the time: this version's making, the store, certificates, the operator's servers.
#include <algorithm>

#include "daemon/base/moment.hpp"
#include "tools/cli/claims/members.hpp"
#include "tools/cli/doctor/scene.hpp"

namespace greentill::doctor {
namespace {

constexpr std::int64_t kAgreeSeconds = 600;
constexpr const char* kSet =
    "set it: timedatectl set-ntp true where there is a network, else timedatectl set-time 'YYYY-MM-DD hh:mm'";

/// Where two certificates of different hands are both out of date in the same way, the clock is what they have in common.
std::optional<std::string> against_certificates(const Scene& scene) {
  const std::int64_t now = scene.clock.unix_seconds();
  const auto ended = [now](const Dated& one) { return one.not_after < now; };
  const auto not_begun = [now](const Dated& one) { return now < one.not_before; };
  const auto& all = scene.certificates;
  if (scene.clock.synchronised() || all.size() < 2) return std::nullopt;
  const bool ahead = std::all_of(all.begin(), all.end(), ended);
  if (!ahead && !std::all_of(all.begin(), all.end(), not_begun)) return std::nullopt;
  std::string words = "this machine's clock must be " + std::string(ahead ? "ahead" : "behind") + ": it shows " +
                      shown_by(scene.clock) + ", and by it ";
  for (std::size_t i = 0; i < all.size(); ++i) {
    words += (i == 0 ? "" : " and ") + all[i].whose +
             (ahead ? " ended on " + utc_text(all[i].not_after) : " begins on " + utc_text(all[i].not_before));
  }
  return words;
}

Check apart(const Scene& scene, std::int64_t ahead, const std::string& whose) {
  const std::int64_t now = scene.clock.unix_seconds();
  const std::string words = "this device's clock is " + span_text(ahead) + (ahead > 0 ? " ahead of " : " behind ") + whose +
                            ": " + utc_text(now) + " against " + utc_text(now - ahead);
  Check check = scene.clock.synchronised() ? fails("clock", Cause::service_clock, words + "; a time server keeps ours",
                                                   "tell the operator, whose clock is wrong")
                                           : fails("clock", Cause::clock, words + "; no time server keeps ours", kSet);
  check.facts["ahead_s"] = ahead;
  return check;
}

/// How far ahead of what the operator's servers say; nothing where they were not heard.
std::optional<std::int64_t> heard_ahead(const Scene& scene, std::string& whose) {
  if (scene.status && cli::member_at(*scene.status, "/clock_ahead_s").is_number_integer()) {
    whose = "the credit service's";
    return cli::member_at(*scene.status, "/clock_ahead_s").get<std::int64_t>();
  }
  if (!scene.other_time) return std::nullopt;
  whose = "the operator's server's";
  return scene.clock.unix_seconds() - *scene.other_time;
}

Check look(const Scene& scene) {
  const auto store = scene.config ? scene.config->outbox : scene.state() / "outbox.db";
  if (auto fault = clock_fault(scene.clock, database_written(store), "the store " + store.string())) {
    return fails("clock", Cause::clock, *fault, kSet);
  }
  std::string whose;
  const auto ahead = heard_ahead(scene, whose);
  if (ahead && (*ahead > kAgreeSeconds || *ahead < -kAgreeSeconds)) return apart(scene, *ahead, whose);
  if (auto words = against_certificates(scene)) return fails("clock", Cause::clock, *words, kSet);
  const std::string shown = "it shows " + shown_by(scene.clock);
  const bool heard = ahead || (scene.status && cli::member_at(*scene.status, "/link/receipts") != 0);
  if (heard) return pass("clock", shown + "; the operator's agrees with it");
  if (scene.clock.synchronised()) return pass("clock", shown);
  return unknown("clock", shown + "; nothing here shows that it is wrong",
                 "compare it with a watch; timedatectl set-ntp true lets a time server keep it");
}

}  // namespace

void check_clock(Scene& scene, Checks& into) {
  Check check = look(scene);
  check.facts["now"] = scene.clock.unix_seconds();
  check.facts["synchronised"] = scene.clock.synchronised();
  into.insert(into.begin(), std::move(check));
}

}  // namespace greentill::doctor

// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/doctor/rank.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <tuple>

namespace greentill::doctor {
namespace {

constexpr int kFirstClassCode = 10;

struct Row {
  Cause cause;
  std::string_view name;
  Class of;
};

// In the order of the enumeration.
constexpr std::array kRows{
    Row{Cause::none, "none", Class::configuration},
    Row{Cause::configuration, "configuration", Class::configuration},
    Row{Cause::disk_read_only, "disk-read-only", Class::disk},
    Row{Cause::disk_full, "disk-full", Class::disk},
    Row{Cause::disk_volatile, "disk-volatile", Class::disk},
    Row{Cause::state_folder, "state-folder", Class::disk},
    Row{Cause::clock, "clock", Class::clock},
    Row{Cause::not_enrolled, "not-enrolled", Class::identity},
    Row{Cause::key, "key", Class::identity},
    Row{Cause::certificate, "certificate", Class::identity},
    Row{Cause::certificate_dates, "certificate-dates", Class::identity},
    Row{Cause::settings, "settings", Class::identity},
    Row{Cause::authorities, "authorities", Class::identity},
    Row{Cause::store_went_back, "store-went-back", Class::store},
    Row{Cause::store_damaged, "store-damaged", Class::store},
    Row{Cause::store_foreign, "store-foreign", Class::store},
    Row{Cause::daemon_down, "daemon-down", Class::daemon},
    Row{Cause::daemon_trouble, "daemon-trouble", Class::daemon},
    Row{Cause::network_down, "network-down", Class::network},
    Row{Cause::name, "name", Class::network},
    Row{Cause::port, "port", Class::network},
    Row{Cause::no_tls, "no-tls", Class::network},
    Row{Cause::portal, "portal", Class::network},
    Row{Cause::broker_certificate, "broker-certificate", Class::broker},
    Row{Cause::broker_dates, "broker-certificate-dates", Class::broker},
    Row{Cause::tls, "tls", Class::broker},
    Row{Cause::certificate_refused, "certificate-refused", Class::broker},
    Row{Cause::data_used_up, "data-used-up", Class::network},
    Row{Cause::login, "login", Class::broker},
    Row{Cause::receipts_untrusted, "receipts-untrusted", Class::identity},
    Row{Cause::service_clock, "service-clock", Class::service},
    Row{Cause::service_silent, "service-silent", Class::service},
    Row{Cause::service_pause, "service-pause", Class::service},
    Row{Cause::ledger_went_back, "ledger-went-back", Class::service},
    Row{Cause::chain, "chain", Class::service},
    Row{Cause::not_taken, "not-taken", Class::service},
    Row{Cause::overdue, "overdue", Class::service},
    Row{Cause::refused, "refused", Class::service},
    Row{Cause::renewal, "renewal", Class::identity},
    Row{Cause::broker_moves, "broker-moves", Class::broker},
    Row{Cause::source_configuration, "source-configuration", Class::source},
    Row{Cause::source_broken, "source-broken", Class::source},
    Row{Cause::source_loses, "source-loses", Class::source},
    Row{Cause::printer, "printer", Class::printer},
    Row{Cause::log_lost, "log-lost", Class::daemon},
    Row{Cause::wear, "wear", Class::disk},
    Row{Cause::slow_disk, "slow-disk", Class::disk},
};

const Row& row_of(Cause cause) { return kRows[static_cast<std::size_t>(cause)]; }

bool is_one_of(Cause cause, std::initializer_list<Cause> some) {
  return std::find(some.begin(), some.end(), cause) != some.end();
}

/// What is seen only once everything on the way to the service works.
bool is_delivery(Cause cause) {
  return is_one_of(cause, {Cause::login, Cause::service_silent, Cause::receipts_untrusted, Cause::not_taken, Cause::overdue});
}

bool is_within(Cause cause, Cause first, Cause last) { return first <= cause && cause <= last; }

/// On the way to the broker, each explains what comes behind it.
bool is_way(Cause cause) { return is_within(cause, Cause::network_down, Cause::certificate_refused); }

/// What keeps greentilld from its start.
bool keeps_down(Cause cause) {
  return is_one_of(cause, {Cause::configuration, Cause::disk_read_only, Cause::disk_full, Cause::state_folder,
                           Cause::not_enrolled, Cause::key, Cause::certificate, Cause::settings, Cause::authorities,
                           Cause::store_went_back, Cause::store_damaged, Cause::store_foreign, Cause::source_configuration});
}

bool disk_explains(Cause other) {
  return is_one_of(other, {Cause::disk_full, Cause::state_folder, Cause::daemon_trouble, Cause::renewal, Cause::slow_disk,
                           Cause::source_broken, Cause::store_damaged});
}

bool clock_explains(Cause other) {
  return is_delivery(other) || is_one_of(other, {Cause::certificate_dates, Cause::broker_dates, Cause::certificate_refused,
                                                 Cause::service_clock, Cause::renewal, Cause::refused});
}

bool identity_explains(Cause root, Cause other) {
  if (root == Cause::receipts_untrusted) return is_one_of(other, {Cause::not_taken, Cause::overdue, Cause::service_silent});
  if (root == Cause::not_enrolled) {
    return is_within(other, Cause::key, Cause::authorities) || is_delivery(other) || other == Cause::renewal;
  }
  return is_delivery(other) || is_one_of(other, {Cause::certificate_refused, Cause::tls, Cause::renewal, Cause::refused});
}

}  // namespace

std::string_view to_string(State state) {
  constexpr std::array<std::string_view, 4> kNames{"pass", "unknown", "warning", "fail"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string_view to_string(Class one) {
  constexpr std::array<std::string_view, 11> kNames{"configuration", "clock",  "disk",    "identity", "store",  "daemon",
                                                    "network",       "broker", "service", "source",   "printer"};
  return kNames[static_cast<std::size_t>(one)];
}

std::string_view to_string(Cause cause) { return row_of(cause).name; }
Class class_of(Cause cause) { return row_of(cause).of; }

std::string_view whose(Class one) {
  switch (one) {
    case Class::network: return "the site's network";
    case Class::broker:
    case Class::service: return "the operator";
    default: return "this device";
  }
}

bool explains(Cause root, Cause other) {
  if (root == other) return false;
  if (keeps_down(root) && other == Cause::daemon_down) return true;
  if (root == Cause::disk_read_only || root == Cause::disk_full) return root != other && disk_explains(other);
  if (root == Cause::clock) return clock_explains(other);
  if (is_within(root, Cause::not_enrolled, Cause::authorities) || root == Cause::receipts_untrusted) {
    return identity_explains(root, other);
  }
  // What a daemon that is down cannot do is not looked at, but for what the store holds.
  if (root == Cause::daemon_down) return other == Cause::overdue;
  if (is_way(root)) {
    return is_within(other, root, Cause::certificate_refused) || is_delivery(other) ||
           (root == Cause::network_down && is_one_of(other, {Cause::renewal, Cause::printer}));
  }
  if (is_within(root, Cause::data_used_up, Cause::not_taken)) return is_delivery(other) && root < other;
  return root == Cause::source_configuration && (other == Cause::source_broken || other == Cause::source_loses);
}

std::vector<Ranked> rank(const Checks& checks) {
  std::vector<Ranked> ranked;
  for (std::size_t i = 0; i < checks.size(); ++i) {
    if (checks[i].state != State::fail && checks[i].state != State::warning) continue;
    Ranked one{i, std::nullopt};
    for (std::size_t j = 0; j < checks.size(); ++j) {
      if (j == i || checks[j].state != State::fail || !explains(checks[j].cause, checks[i].cause)) continue;
      if (!one.explained_by || checks[j].cause < checks[*one.explained_by].cause) one.explained_by = j;
    }
    ranked.push_back(one);
  }
  const auto place = [&](const Ranked& one) {
    const Check& check = checks[one.check];
    return std::tuple(check.state != State::fail, one.explained_by.has_value(), check.cause);
  };
  std::stable_sort(ranked.begin(), ranked.end(), [&](const Ranked& a, const Ranked& b) { return place(a) < place(b); });
  return ranked;
}

int exit_code(Class one) { return kFirstClassCode + static_cast<int>(one); }

int exit_code(const Checks& checks, const std::vector<Ranked>& ranked) {
  if (!ranked.empty() && checks[ranked.front().check].state == State::fail) {
    return exit_code(class_of(checks[ranked.front().check].cause));
  }
  const bool could_be_known = std::any_of(
      checks.begin(), checks.end(), [](const Check& check) { return check.state == State::unknown && !check.next.empty(); });
  return ranked.empty() && !could_be_known ? 0 : 1;
}

}  // namespace greentill::doctor

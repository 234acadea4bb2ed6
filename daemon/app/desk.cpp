// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/desk.hpp"

#include <utility>

#include "greentill/version.hpp"

namespace greentill::app {
namespace {

constexpr std::size_t kShownReasons = 20;

}  // namespace

std::vector<Result<event::TransactionAnswer>> ApiDesk::submit(std::vector<event::Transaction> transactions) {
  return tills_.submit(std::move(transactions));
}

bool ApiDesk::retry() {
  parts_.settings.look_now();
  parts_.methodologies.look_now();
  parts_.identity.look_now();
  parts_.authorities.look_now();
  if (parts_.uplink != nullptr) parts_.uplink->retry_now();
  return parts_.uplink != nullptr;
}

bool ApiDesk::question() {
  if (parts_.uplink != nullptr) parts_.uplink->question_now();
  return parts_.uplink != nullptr;
}

api::DaemonStatus ApiDesk::status() {
  const identity::Settings& settings = parts_.settings.get();
  api::DaemonStatus status;
  status.device_id = parts_.identity.device().device_id();
  status.version = kVersion;
  status.merchant = settings.assignment.merchant;
  status.site = settings.assignment.site;
  status.assignment = settings.assignment.number;
  status.settings = settings.number;
  status.methodologies = parts_.methodologies.number();
  for (const identity::Root& root : settings.roots) status.roots.push_back({root.number, root.name, root.reversals_only});
  status.started_at = parts_.started_at;
  status.trouble = parts_.engine.trouble();
  status.log_lines_lost = parts_.log.lines_lost();
  status.warnings = parts_.self_check.warnings();
  status.clock_ahead_s = parts_.time.ahead();
  if (!status.clock_ahead_s) status.clock_ahead_s = parts_.self_check.ahead();
  if (std::string words = parts_.settings.words(); !words.empty()) status.warnings.push_back(std::move(words));
  if (std::string words = parts_.authorities.words(); !words.empty()) status.warnings.push_back(std::move(words));
  for (std::string& words : parts_.methodologies.words()) status.warnings.push_back(std::move(words));
  read_store(status);
  if (parts_.uplink != nullptr) {
    status.link = parts_.uplink->status();
    if (!status.link.left_behind.empty()) status.warnings.push_back(status.link.left_behind);
    status.overdue_after_s = parts_.overdue_after.count();
  }
  status.certificate_end = parts_.identity.device().not_after();
  status.renewal = parts_.identity.renewal();
  if (parts_.trust != nullptr) status.receipt_certificate_end = parts_.trust->not_after();
  status.plugins = parts_.detectors.status();
  for (auto& source : parts_.sources.status()) status.plugins.push_back(std::move(source));
  return status;
}

void ApiDesk::read_store(api::DaemonStatus& status) {
  const std::lock_guard lock(reader_mutex_);
  if (const auto chain = reader_->chain(); chain) {
    status.chain = *chain;
  } else {
    status.trouble = chain.error().message;
  }
  if (const auto backlog = reader_->backlog(); backlog) status.backlog = backlog->for_people();
  if (const auto since = reader_->waiting_since(); since) status.waiting_since = *since;
  if (auto reasons = reader_->reason_counts(kShownReasons); reasons) status.reasons = std::move(*reasons);
  if (auto records = reader_->record_counts(); records) status.records = std::move(*records);
}

}  // namespace greentill::app

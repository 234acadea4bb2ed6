// SPDX-License-Identifier: Apache-2.0
// What the commands of greentill-credit do. docs/credit-service.md describes them. Those that look open the ledger for reading
// alone, so that they may run beside workers, and need no more of the configuration than they name. Threads: one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "tools/credit-service/cli/output.hpp"

namespace greentill::credit {

struct RunOptions {
  std::string client_id;   ///< empty: the configuration's
  bool new_epoch = false;  ///< the database was restored from a backup
};
Status run(const std::filesystem::path& config, const RunOptions& options);

/// Answers by HTTP until it is told to stop.
Status serve_api(const std::filesystem::path& config);

/// Copies the ledger while workers go on.
Status back_up(const std::filesystem::path& config, const std::string& into, const Output& output);

Status report(const std::filesystem::path& config, const Output& output);
/// The report for a monitoring system.
Status print_metrics(const std::filesystem::path& config, const Output& output);
/// invalid where the configuration, or what it names, does not hold.
Status check_config(const std::filesystem::path& config, const Output& output);
/// corrupt where something does not hold.
Status check(const std::filesystem::path& config, const Output& output);

/// `device` may be empty, here and below: all.
Status list_devices(const std::filesystem::path& config, const std::string& device, const Output& output);

struct RefusalsOptions {
  std::string device;
  std::string reason;  ///< as receipts spell it; empty: all
  std::string since;   ///< a day of the programme's zone, 2026-11-24; empty: all
  std::uint64_t limit = 100;
};
Status list_refusals(const std::filesystem::path& config, const RefusalsOptions& options, const Output& output);

Status list_pending(const std::filesystem::path& config, const std::string& device, const Output& output);

struct HeldRequest {
  std::string device, merchant;
  std::string day;      ///< of the arrival, 2026-11-24 in the programme's zone; empty: all
  std::string reason;   ///< as changes spell it; empty: all
  bool claims = false;  ///< one by one, in place of groups
  bool csv = false;
};
Status list_held(const std::filesystem::path& config, const HeldRequest& request, const Output& output);
/// Also a claim that is not held, by its number in the list. not_found where the ledger has no such claim.
Status show_held(const std::filesystem::path& config, std::int64_t id, const Output& output);

struct StatementRequest {
  std::string from, to;  ///< days of the programme's zone, both inclusive; empty: all that was or is
  std::string month;     ///< 2026-11, in place of both
  std::string merchant, device;
  std::vector<std::string> by;
  bool csv = false;
};
struct SettleRequest {
  std::int64_t year = 0;
  std::vector<std::string> programmes;  ///< files, besides the configuration's own
  bool csv = false;
};
/// What each programme would grant for the acts that ended in the year, as they stand.
Status settle(const std::filesystem::path& config, const SettleRequest& request, const Output& output);

Status show_statement(const std::filesystem::path& config, const StatementRequest& request, const Output& output);

}  // namespace greentill::credit

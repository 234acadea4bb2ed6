// SPDX-License-Identifier: Apache-2.0
// The commands of bookkeeping: vouchers, budgets, payouts, closed years, backups. docs/bookkeeping.md describes them. Threads:
// one.
#pragma once

#include "tools/credit-service/cli/registry.hpp"

namespace greentill::credit {

void describe_bookkeeping(CLI::App& app, Arguments& arguments);

// Each takes what it is to do by Given::command.
Status propose_voucher(const std::filesystem::path& config, const Given& given, const Output& output);
Status decide_voucher(const std::filesystem::path& config, const Given& given, const Output& output);
Status note_payouts(const std::filesystem::path& config, const Given& given, const Output& output);
Status show_voucher(const std::filesystem::path& config, const Given& given, const Output& output);
Status list_vouchers(const std::filesystem::path& config, const Given& given, const Output& output);
Status list_budgets(const std::filesystem::path& config, const Given& given, const Output& output);

Status close_a_year(const std::filesystem::path& config, const Given& given, const Output& output);
Status show_year(const std::filesystem::path& config, const Given& given, const Output& output);
Status list_years(const std::filesystem::path& config, const Given& given, const Output& output);

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
// What the parts of greentill's command line share: the options' values, and how a command is added. Each part describes some
// commands to CLI11; help, man pages and completion are made of that description. Threads: one.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <vector>

#include "tools/cli/claims/claims.hpp"
#include "tools/cli/client/endpoint.hpp"
#include "tools/cli/doctor/doctor.hpp"
#include "tools/cli/enrol/enrol.hpp"
#include "tools/cli/escpos/receipt_show.hpp"
#include "tools/cli/lock/lock.hpp"
#include "tools/cli/rules/try_rules.hpp"
#include "tools/cli/source/try_source.hpp"
#include "tools/cli/submit/submit.hpp"
#include "tools/cli/verify/verify_certificate.hpp"
#include "tools/cli/verify/verify_file.hpp"

namespace greentill::cli {

using Command = std::function<ExitCode(const Output&)>;

/// The options that the command line sets, and the command that it chose.
struct Arguments {
  bool json = false;
  EndpointOptions endpoint;
  std::filesystem::path config_file;
  std::uint64_t seq = 0;
  UndoOptions undo;
  RefundOptions refund;
  std::string date;
  GuardedOptions guarded;
  RecordsOptions records;
  bool raw = false;
  std::uint64_t patience_s = 60;
  SubmitOptions submit;
  ClaimsOptions claims;
  ExportOptions to_export;
  VerifyCommand verify;
  VerifyCertificateCommand verify_certificate;
  EnrolOptions enrol;
  LockOptions lock;
  doctor::DoctorOptions doctor;
  ShowReceiptsOptions receipts;
  TryRulesOptions rules;
  TrySourceOptions source;
  TryPluginOptions plugin;
  Command chosen;
};

bool shows_progress(const Output& output);

CLI::Validator at_least_one();

CLI::App* add_command(CLI::App& app, const char* name, const char* help, Arguments& arguments, Command command,
                      std::initializer_list<const char*> options = {"--json"});

/// The group of commands of that name, which is made where it is not there yet.
CLI::App* add_group(CLI::App& app, const char* name, const char* help);

/// Adds a command that asks the daemon.
CLI::App* add_asking(CLI::App& app, const char* name, const char* help, Arguments& arguments,
                     std::function<ExitCode(DaemonClient&, const Output&)> ask);

/// The commands of whoever runs a shop: what was sold and spared, lists, taking back, handing in.
void describe_submit(CLI::App& app, Arguments& arguments);
void describe_day(CLI::App& app, Arguments& arguments);
void describe_lists(CLI::App& app, Arguments& arguments);
void describe_taking_back(CLI::App& app, Arguments& arguments);
void describe_delivery(CLI::App& app, Arguments& arguments);
/// Those of a technician before a lock.
void describe_lock(CLI::App& app, Arguments& arguments);

}  // namespace greentill::cli

// SPDX-License-Identifier: Apache-2.0
// The command line of greentill-credit, and what it chose. Threads: one.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "tools/credit-service/cli/broker_config.hpp"
#include "tools/credit-service/cli/commands.hpp"
#include "tools/credit-service/cli/registry.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): as the library has it
class App;
}

namespace greentill::credit {

/// What the command line sets.
struct Arguments {
  std::string config;
  bool json = false;
  RunOptions run;
  std::string device;
  std::int64_t claim = 0;
  RefusalsOptions refusals;
  HeldRequest held;
  StatementRequest statement;
  std::string backup;  ///< where it goes
  SettleRequest settle;
  Given given;
  BrokerRequest broker;
  std::function<Status(const Output&)> chosen;
};

/// Describes all commands; the one that parsing chooses sets `chosen`. `arguments` must outlive `app`.
void describe(CLI::App& app, Arguments& arguments);

}  // namespace greentill::credit

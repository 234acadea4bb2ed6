// SPDX-License-Identifier: Apache-2.0
// greentill-credit broker-config: writes what a broker of a programme needs. docs/mqtt.md, "Setting it up". Threads: one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "daemon/base/error.hpp"
#include "tools/credit-service/cli/output.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): as the library has it
class App;
}

namespace greentill::credit {

struct Arguments;

/// What the command is given. Files may be those of another machine.
struct BrokerRequest {
  std::string folder;
  std::string devices, workers;          ///< PEM: who vouches for each
  std::string certificate, key;          ///< PEM: the broker's own
  std::string devices_crl, workers_crl;  ///< PEM: the authorities' lists of revoked certificates; empty: none
  std::string guard;                     ///< the plugin; empty: the one beside this program
  std::string store = "/var/lib/mosquitto";
  std::string address;  ///< to listen at; empty: at all
  std::uint16_t device_port = 8883;
  std::uint16_t worker_port = 8884;
  bool overwrite = false;
};

/// Writes mosquitto.conf, acl and share-group into the folder, and makes it where it is missing. A share group that is there
/// stays. conflict where one of the others is there and is not to be overwritten.
Status write_broker_config(const BrokerRequest& request, const Output& output);

/// Describes the command.
void describe_broker_config(CLI::App& app, Arguments& arguments);

}  // namespace greentill::credit

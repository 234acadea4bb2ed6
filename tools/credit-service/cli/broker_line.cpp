// SPDX-License-Identifier: Apache-2.0
// The part of the command line that sets a broker up.
#include <CLI/CLI.hpp>

#include "tools/credit-service/cli/command_line.hpp"

namespace greentill::credit {
namespace {

/// The options that name files of the broker's machine.
void describe_files(CLI::App& command, BrokerRequest& request) {
  const auto file = [&command](const char* name, std::string& into, const char* help) {
    return command.add_option(name, into, help)->type_name("FILE");
  };
  file("--devices", request.devices, "PEM: who vouches for devices")->required();
  file("--workers", request.workers, "PEM: who vouches for workers, and for no device")->required();
  file("--certificate", request.certificate, "PEM: the broker's own certificate")->required();
  file("--key", request.key, "PEM: its key")->required();
  file("--devices-crl", request.devices_crl, "PEM: the devices' authority's list of revoked certificates");
  file("--workers-crl", request.workers_crl, "PEM: the workers' authority's list");
  file("--guard", request.guard, "The plugin greentill-broker-guard.so; left out: the one installed with this program");
  command.add_option("--store", request.store, "A folder that Mosquitto may write")->type_name("DIR")->capture_default_str();
}

}  // namespace

void describe_broker_config(CLI::App& app, Arguments& arguments) {
  BrokerRequest& request = arguments.broker;
  CLI::App* command = app.add_subcommand("broker-config", "Write the configuration of a Mosquitto between devices and workers");
  command->callback([&arguments] {
    arguments.chosen = [&arguments](const Output& output) { return write_broker_config(arguments.broker, output); };
  });
  command->add_option("folder", request.folder, "Where to write mosquitto.conf, acl and share-group")
      ->type_name("DIR")
      ->required();
  describe_files(*command, request);
  command->add_option("--address", request.address, "Listen at this address alone")->type_name("ADDRESS");
  command->add_option("--device-port", request.device_port, "Where devices connect")->type_name("PORT")->capture_default_str();
  command->add_option("--worker-port", request.worker_port, "Where workers connect")->type_name("PORT")->capture_default_str();
  command->add_flag("--overwrite", request.overwrite, "Replace mosquitto.conf and acl that are there; share-group stays");
  command->add_flag("--json", arguments.json, "Answer with one JSON document");
}

}  // namespace greentill::credit

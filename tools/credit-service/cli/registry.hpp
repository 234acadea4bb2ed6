// SPDX-License-Identifier: Apache-2.0
// The commands by which people decide: of the registry (merchant, root, device, key, lock, audit), and of what is held.
// docs/registry.md describes them. Those that change something make one transaction of it, and note who did it, when and why.
// Threads: one.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "tools/credit-service/cli/output.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): as the library has it
class App;
}

namespace greentill::credit {

struct Arguments;

/// What a command of the registry was given.
struct Given {
  std::map<std::string, std::string> fields;  ///< by the option's name; a positional's too
  std::vector<std::string> roots;
  std::string csv;                 ///< a file with many to add; empty: one, of the fields
  bool to_csv = false;             ///< of a list
  bool remove = false;             ///< root reporter
  bool open = false;               ///< device chain
  bool confirm = false;            ///< code add
  bool replace = false;            ///< likewise
  bool read_only = false;          ///< access add
  bool only_licensed = false;      ///< lock settings
  std::vector<std::string> hosts;  ///< ca issue
  std::vector<std::string> files;  ///< methodology publish
  std::vector<std::string> parts;  ///< tree order: accounts, each with its part
  bool dry_run = false;            ///< methodology withdraw: shows what it would do
  bool yes = false;                ///< likewise: does it also where that takes something back
  std::string command;             ///< "device add"

  /// The field; empty where it was not given.
  [[nodiscard]] std::string operator[](const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? "" : found->second;
  }
};

/// Describes the commands; the one that parsing chooses sets `arguments.chosen`.
void describe_registry(CLI::App& app, Arguments& arguments);

// Each takes the thing by the first word of Given::command.
Status add_to_registry(const std::filesystem::path& config, const Given& given, const Output& output);
/// Everything that changes what is there.
Status change_registry(const std::filesystem::path& config, const Given& given, const Output& output);
Status list_registry(const std::filesystem::path& config, const Given& given, const Output& output);
Status show_registered(const std::filesystem::path& config, const Given& given, const Output& output);
/// Makes the changes of the registry again that the file beside the ledger has and the ledger has not.
Status replay_registry(const std::filesystem::path& config, const Output& output);
/// device settings: prints the settings, or writes the file.
Status write_device_settings(const std::filesystem::path& config, const Given& given, const Output& output);
/// lock export: prints the file of locks, or writes it.
Status export_locks(const std::filesystem::path& config, const Given& given, const Output& output);
/// lock trust.
Status trust_lock(const std::filesystem::path& config, const Given& given, const Output& output);
/// key consent.
Status take_consent(const std::filesystem::path& config, const Given& given, const Output& output);
/// key sign-consent.
Status sign_consent(const std::filesystem::path& config, const Given& given, const Output& output);
/// device chain, and held release or dismiss.
Status decide_chain(const std::filesystem::path& config, const Given& given, const Output& output);
Status decide_held(const std::filesystem::path& config, const Given& given, const Output& output);
/// address set, and address list.
Status set_address(const std::filesystem::path& config, const Given& given, const Output& output);
Status list_addresses(const std::filesystem::path& config, const Given& given, const Output& output);
Status publish_methodologies(const std::filesystem::path& config, const Given& given, const Output& output);
Status withdraw_methodology(const std::filesystem::path& config, const Given& given, const Output& output);
Status list_methodologies(const std::filesystem::path& config, const Given& given, const Output& output);
Status show_audit(const std::filesystem::path& config, const Given& given, const Output& output);

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
// The command line of a technician before a lock.
#include "tools/cli/command_line.hpp"

namespace greentill::cli {
namespace {

CLI::App* add_lock_command(CLI::App& group, const char* name, const char* help, Arguments& arguments,
                           ExitCode (*act)(const LockOptions&, const Output&)) {
  LockOptions& options = arguments.lock;
  CLI::App* sub =
      add_command(group, name, help, arguments, [&options, act](const Output& output) { return act(options, output); });
  sub->add_option("--line", options.place,
                  "Where it is: /dev/ttyUSB0, a socket's path, 127.0.0.1:4710; behind listen: one at which the lock connects")
      ->required();
  sub->add_option("--patience", options.patience_s, "Seconds to wait for a line, or for an image that is tried")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{86'400}));
  return sub;
}

}  // namespace

void describe_lock(CLI::App& app, Arguments& arguments) {
  LockOptions& options = arguments.lock;
  CLI::App& group = *add_group(app, "lock", "A bike's lock at the end of a line, without a daemon");
  add_lock_command(group, "look", "Tell who it is and how it fares; it proves its key", arguments, look_at_lock);
  CLI::App* provision =
      add_lock_command(group, "provision", "Give it its name and whose word it believes: for good", arguments, provision_lock);
  provision->add_option("id", options.id, "Its name: 1 to 40 of a to z, 0 to 9 and hyphen")->required();
  provision
      ->add_option("--programme-key", options.programme_key,
                   "The certificate, or public key, in PEM, of who signs bundles: whose word it is to believe")
      ->required();
  provision->add_option("--confirm", options.confirm, "The code that this command told before, where nobody can be asked");
  provision->add_option("--out", options.out, "Write its public key there in PEM, as the operator registers it");
  CLI::App* configure =
      add_lock_command(group, "configure", "Hand it settings that its programme signed for it", arguments, configure_lock);
  configure->add_option("file", options.file, "As greentill-credit lock settings writes it")->required();
  CLI::App* update = add_lock_command(group, "update", "Hand it an image that its programme signed, and wait until it runs",
                                      arguments, update_lock);
  update->add_option("file", options.file, "As greentill-credit lock image writes it")->required();
}

}  // namespace greentill::cli

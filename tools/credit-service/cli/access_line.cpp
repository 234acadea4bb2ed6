// SPDX-License-Identifier: Apache-2.0
// The part of the command line that says who may ask by HTTP.
#include "tools/credit-service/cli/group.hpp"
#include "tools/credit-service/cli/holdings.hpp"

namespace greentill::credit {

void describe_access(CLI::App& app, Arguments& arguments) {
  Group(app, arguments, "access", "Tokens of the HTTP API")
      .command("add", "Make a token, which is shown once", change_access)
      .positional("scope",
                  "service (all but vouchers), account, planter, inspector or bookkeeper (vouchers, in whose name --for says)",
                  "SCOPE")
      .option("for", "Whose it is: an account, planter or inspector", "ID")
      .option("days", "How long it is good, 1 to 3660; 90 where it is left out", "DAYS")
      .option("note", "What it is for, as lists show it", "TEXT")
      .flag("--read-only", arguments.given.read_only, "It may look, and change nothing")
      .command("revoke", "Let a token be good for nothing more", change_access)
      .positional("id", "Which one, as the list has it", "ACCESS")
      .why()
      .command("list", "The tokens, and what each is good for", list_access)
      .command("deeds", "What was changed by HTTP of an account, an order or a tree, the latest first", list_deeds)
      .positional("subject", "As it is called: an account's id, \"order 7\", a tree's number", "SUBJECT")
      .option("before", "Go on before this one of them", "NUMBER");
}

}  // namespace greentill::credit

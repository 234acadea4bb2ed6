// SPDX-License-Identifier: Apache-2.0
// The part of the command line that is about accounts of people, groups and merchants.
#include "tools/credit-service/cli/group.hpp"
#include "tools/credit-service/cli/holdings.hpp"

namespace greentill::credit {

void describe_accounts(CLI::App& app, Arguments& arguments) {
  Group(app, arguments, "account", "Who takes part: people, families, teams and merchants")
      .command("open", "Open an account, with a token that tills read", change_account)
      .option("kind", "person (if it is not said), family, team or merchant", "KIND")
      .option("name", "As its holder wants to be called", "NAME")
      .option("merchant", "Of a merchant's account: the merchant's id", "MERCHANT")
      .option("card", "Write a card to print there, with the token as a QR code", "FILE")
      .command("token", "Give the account a further token", change_account)
      .positional("id", "Which account", "ACCOUNT")
      .option("card", "Write a card to print there, with the token as a QR code", "FILE")
      .command("take-token", "Let it have a token that came with claims and is nobody's, and its credit", change_account)
      .positional("id", "Which account", "ACCOUNT")
      .positional("token", "The token, as tills read it", "TOKEN")
      .command("move-token", "Move a token, and its credit, from another account", change_account)
      .positional("id", "The account that gets it", "ACCOUNT")
      .positional("token", "The token, as tills read it", "TOKEN")
      .why()
      .command("redeem", "Credit what a secret is worth that a till printed", change_account)
      .positional("id", "Which account", "ACCOUNT")
      .positional("secret", "Its 32 digits; - for standard input", "SECRET")
      .command("invite", "Make a code by which one person joins a family or team", change_account)
      .positional("id", "Which family or team", "ACCOUNT")
      .command("join", "Let a person join by such a code", change_account)
      .positional("id", "The person's account", "ACCOUNT")
      .positional("code", "The code; - for standard input", "CODE")
      .command("leave", "Take a person out of a family or team", change_account)
      .positional("id", "The person's account", "ACCOUNT")
      .positional("group", "The family or team", "GROUP")
      .command("merge", "Make one account of two: all that is the first one's becomes the other's", change_account)
      .positional("from", "The account that ends", "FROM")
      .positional("into", "The account that goes on", "INTO")
      .why()
      .command("close", "End an account", change_account)
      .positional("id", "Which account", "ACCOUNT")
      .why()
      .command("erase", "End an account and forget whose it was", change_account)
      .positional("id", "Which account", "ACCOUNT")
      .why()
      .command("show", "Its credit, groups and orders", show_account)
      .positional("id", "Which account", "ACCOUNT")
      .command("statement", "Its credit line by line, the latest first", show_account_statement)
      .positional("id", "Which account", "ACCOUNT")
      .option("after", "Go on behind this line, as the list before says", "LINE")
      .command("list", "The accounts", list_accounts)
      .option("after", "Go on behind this one", "ACCOUNT");
}

}  // namespace greentill::credit

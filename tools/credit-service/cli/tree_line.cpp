// SPDX-License-Identifier: Apache-2.0
// The part of the command line that is about trees.
#include "tools/credit-service/cli/group.hpp"
#include "tools/credit-service/cli/holdings.hpp"

namespace greentill::credit {
namespace {

void describe_catalogue(CLI::App& app, Arguments& arguments) {
  Group(app, arguments, "species", "Trees that may be ordered")
      .command("add", "Offer a species, or change its terms from now on", change_catalogue)
      .positional("id", "1 to 40 of a to z, 0 to 9 and hyphen, as its trees' numbers have it", "SPECIES")
      .needs("scientific", "Its scientific name", "NAME")
      .needs("name", "As people call it", "NAME")
      .needs("price", "What a tree costs of credit, in grams", "GRAMS")
      .needs("region", "Where it grows: sites of that region take it", "REGION")
      .needs("cost", "What a planter gets for a tree that stands", "AMOUNT")
      .needs("currency", "Of that amount, as EUR", "CODE")
      .option("months", "When it is planted, as 3-5; the whole year if it is not said", "MONTHS")
      .command("withdraw", "Offer it no more", change_catalogue)
      .positional("id", "Which one", "SPECIES")
      .why()
      .command("list", "All species", list_catalogue);
  Group(app, arguments, "planter", "Who plants trees")
      .command("add", "Register a planter", change_catalogue)
      .positional("id", "1 to 40 of a to z, 0 to 9 and hyphen", "PLANTER")
      .needs("name", "Its name", "NAME")
      .command("retire", "Give it no more sites", change_catalogue)
      .positional("id", "Which one", "PLANTER")
      .why()
      .command("list", "All planters", list_catalogue);
  Group(app, arguments, "inspector", "Who looks at what was planted")
      .command("add", "Register an inspector", change_catalogue)
      .positional("id", "1 to 40 of a to z, 0 to 9 and hyphen", "INSPECTOR")
      .needs("name", "Their name", "NAME")
      .option("works-for", "A planter, whose trees are not theirs to judge", "PLANTER")
      .command("retire", "Take no more of their word", change_catalogue)
      .positional("id", "Which one", "INSPECTOR")
      .why()
      .command("list", "All inspectors", list_catalogue);
  Group(app, arguments, "site", "Where trees are planted")
      .command("add", "Register a site", change_catalogue)
      .positional("id", "1 to 40 of a to z, 0 to 9 and hyphen, as its trees' numbers have it", "SITE")
      .needs("planter", "Who plants there", "PLANTER")
      .needs("name", "Its name", "NAME")
      .needs("region", "Its region, as species name it", "REGION")
      .needs("at", "Its place, as 38.81042,105.72890", "LAT,LON")
      .needs("room", "How many trees it takes", "TREES")
      .command("room", "Change how many trees it takes", change_catalogue)
      .positional("id", "Which one", "SITE")
      .positional("room", "How many in all", "TREES")
      .command("list", "All sites", list_catalogue);
}

Group& describe_orders(Group& group, Arguments& arguments) {
  return group.command("order", "Set credit aside for trees", change_order)
      .needs("species", "Which trees", "SPECIES")
      .option("trees", "How many; 1 if it is not said", "COUNT")
      .option("site", "Where; the first one with room if it is not said", "SITE")
      .option("year", "For which year they count; this one if it is not said", "YEAR")
      .option("key", "Your own name of the order: the same again is the same order", "KEY")
      .parts()
      .flag("--agree", arguments.given.confirm, "The first account agrees at once")
      .command("agree", "An account agrees; with the last the credit is spent and the trees have numbers", change_order)
      .positional("order", "Its number", "ORDER")
      .positional("account", "Which account agrees", "ACCOUNT")
      .command("cancel", "Give back what an order that is not confirmed set aside", change_order)
      .positional("order", "Its number", "ORDER")
      .command("orders", "The orders", list_orders)
      .option("after", "Go on behind this one", "ORDER");
}

Group& describe_planting(Group& group) {
  const char* const number = "Its number, as example/saxaul/alxa-1/2026/42";
  return group.command("planted", "A planter shows a tree that was planted", say_of_tree)
      .positional("number", number, "TREE")
      .needs("by", "The site's planter", "PLANTER")
      .needs("photo", "The photo, of which the SHA-256 is kept", "FILE")
      .needs("taken", "When it was taken, with the offset", "TIME")
      .needs("at", "Where, as 38.81042,105.72890", "LAT,LON")
      .command("approve", "An inspector says that it stands", say_of_tree)
      .positional("number", number, "TREE")
      .needs("by", "Who", "INSPECTOR")
      .command("reject", "An inspector says that the evidence will not do", say_of_tree)
      .positional("number", number, "TREE")
      .needs("by", "Who", "INSPECTOR")
      .why()
      .command("fail", "An inspector says that it died, or is not there", say_of_tree)
      .positional("number", number, "TREE")
      .needs("by", "Who", "INSPECTOR")
      .why()
      .command("replace", "Order another in the place of one that failed", say_of_tree)
      .positional("number", number, "TREE")
      .needs("by", "Who decides that", "NAME");
}

void describe_certificates(Group& group) {
  group.command("certify", "Sign a certificate of an account's trees that stand and are in none yet", certify_trees)
      .positional("account", "Whose trees", "ACCOUNT")
      .needs("year", "For which year they were ordered", "YEAR")
      .needs("out", "Where the certificate is written", "FILE")
      .option("pdf", "And one to print", "FILE")
      .option("language", "In whose print Han characters stand there: zh-Hans, zh-Hant, ja or ko", "LANGUAGE")
      .command("certificate", "Write a certificate that was signed, once more", write_certificate)
      .positional("number", "Its number", "CERTIFICATE")
      .needs("out", "Where the certificate is written", "FILE")
      .option("pdf", "And one to print", "FILE")
      .option("language", "In whose print Han characters stand there: zh-Hans, zh-Hant, ja or ko", "LANGUAGE")
      .command("certificates", "The certificates", list_certificates)
      .option("account", "Only this one's", "ACCOUNT")
      .command("revoke", "Take a certificate back for good", revoke_certificate)
      .positional("number", "Its number", "CERTIFICATE")
      .why()
      .command("lists", "Sign the lists that say which certificates count", write_status_lists)
      .needs("out", "The folder in which they are written", "DIR")
      .option("days", "How long they count; 30 if it is not said", "DAYS");
}

}  // namespace

void describe_trees(CLI::App& app, Arguments& arguments) {
  describe_catalogue(app, arguments);
  Group group(app, arguments, "tree", "Trees that credit pays for");
  describe_planting(describe_orders(group, arguments))
      .command("show", "One, with what was said of it", show_tree)
      .positional("number", "Its number", "TREE")
      .command("list", "The trees", list_trees)
      .option("site", "Only of this one", "SITE")
      .option("state", "ordered, planted, standing, failed or replaced", "STATE")
      .option("after", "Go on behind this one", "TREE")
      .command("payments", "What planters are owed", list_payments)
      .option("planter", "Only this one", "PLANTER")
      .flag("--unpaid", arguments.given.open, "Only what was not paid")
      .flag("--csv", arguments.given.to_csv, "As comma-separated values")
      .command("paid", "Note payments that were made", pay_trees)
      .positional("file", "CSV with the columns tree and reference, and paid_at where it is not now", "FILE");
  describe_certificates(group);
}

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
// The part of the command line that is about vouchers, budgets, payouts and closed years.
#include "tools/credit-service/cli/bookkeeping.hpp"
#include "tools/credit-service/cli/group.hpp"

namespace greentill::credit {
namespace {

constexpr const char* kNumber = "Its number";

void describe_vouchers(CLI::App& app, Arguments& arguments) {
  const char* const party = "account/ID, merchant/ID, budget/NAME, unattributed or loss; of --to the operator as well";
  Group(app, arguments, "voucher", "Bookings that one person proposes and another approves")
      .command("correct", "Propose to mend what was booked wrongly, by a booking against it", propose_voucher)
      .needs("from", party, "PARTY")
      .needs("to", "Likewise", "PARTY")
      .needs("grams", "How much", "GRAMS")
      .why()
      .command("approve", "Book what somebody else proposed", decide_voucher)
      .positional("voucher", kNumber, "VOUCHER")
      .command("reject", "Do not book it", decide_voucher)
      .positional("voucher", kNumber, "VOUCHER")
      .why()
      .command("show", "One, with who proposed and who decided it", show_voucher)
      .positional("voucher", kNumber, "VOUCHER")
      .command("list", "The vouchers", list_vouchers)
      .option("state", "proposed, booked, rejected, paid or returned", "STATE")
      .option("after", "Go on behind this one", "VOUCHER")
      .flag("--csv", arguments.given.to_csv, "As comma-separated values, in milligrams");
}

void describe_money(CLI::App& app, Arguments& arguments) {
  Group(app, arguments, "budget", "What campaigns are paid from")
      .command("fund", "Propose to pay into a budget; another person approves it", propose_voucher)
      .positional("name", "1 to 40 of a to z, 0 to 9 and hyphen, as the programme's campaigns name it", "BUDGET")
      .needs("from", "merchant/ID or sponsor/NAME", "PARTY")
      .needs("grams", "How much", "GRAMS")
      .why()
      .command("list", "The budgets, with what each has left", list_budgets);
  Group(app, arguments, "payout", "Merchants' credit that is paid out in money")
      .command("propose", "Propose to pay out credit of a merchant; another person approves it", propose_voucher)
      .positional("merchant", "Whose", "MERCHANT")
      .needs("grams", "How much", "GRAMS")
      .why()
      .command("list", "The payouts", list_vouchers)
      .option("state", "proposed, booked, rejected, paid or returned", "STATE")
      .option("after", "Go on behind this one", "VOUCHER")
      .flag("--unpaid", arguments.given.open, "Only what was approved and is to be paid")
      .flag("--csv", arguments.given.to_csv, "As comma-separated values, in milligrams")
      .command("paid", "Note payouts that were made", note_payouts)
      .positional("file", "CSV with the columns voucher and reference, and paid_at where it is not now", "FILE")
      .command("return",
               "Propose to give a merchant the credit again whose payout was not made, or came back; another person approves it",
               decide_voucher)
      .positional("voucher", kNumber, "VOUCHER")
      .why();
}

void describe_years(CLI::App& app, Arguments& arguments) {
  Group(app, arguments, "year", "Years of the books that are closed")
      .command("close", "Check the books, and keep a year's sums and what later shows that nothing was changed in it",
               close_a_year)
      .positional("year", "Which one, in the programme's zone", "YEAR")
      .command("show", "What was booked in a closed year, by kind of account", show_year)
      .positional("year", "Which one", "YEAR")
      .command("list", "The years that are closed", list_years);
}

}  // namespace

void describe_bookkeeping(CLI::App& app, Arguments& arguments) {
  describe_vouchers(app, arguments);
  describe_money(app, arguments);
  describe_years(app, arguments);
}

}  // namespace greentill::credit

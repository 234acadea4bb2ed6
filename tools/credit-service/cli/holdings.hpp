// SPDX-License-Identifier: Apache-2.0
// What the commands of accounts and trees have in common. docs/accounts.md and docs/trees.md describe them. Threads: one.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "tools/credit-service/cli/registry_change.hpp"
#include "tools/credit-service/counter/counter.hpp"
#include "tools/credit-service/counter/views.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): as the library has it
class App;
}

namespace greentill::credit {

/// How many things a list has at most; more are behind --after.
inline constexpr std::size_t kMostListed = 1'000;

/// What a command did, by what the audit trail finds it, and what is noted there: nobody's name, token or code.
// NOLINTNEXTLINE(bugprone-exception-escape): the check takes the document's move for one that throws
struct Deed {
  Outcome outcome;
  std::string subject;
  Json noted = Json::object();
};

/// Does it in one transaction, notes it in the audit trail, and answers; where it fails nothing is done.
Status do_at_counter(const std::filesystem::path& config, const Given& given, const Output& output,
                     const std::function<Result<Deed>(Counter&)>& work);
/// Answers with what `look` finds.
Status look_at_counter(const std::filesystem::path& config, const Output& output,
                       const std::function<Result<Outcome>(Counter&)>& look);

/// Looks at the store, and answers nothing.
Status look_within(const Config& config, const std::function<Status(Counter&)>& look);

/// "12.5" grams in mg, "17900" as well: more than 0, with at most three decimals. `option` begins the error.
Result<std::int64_t> read_grams(const std::string& option, const std::string& text);
/// Hundredths of a currency as "2.50". Requires: not below 0.
std::string amount_text(std::int64_t hundredths);
/// A number that an option takes.
Result<std::int64_t> read_number(const std::string& option, const std::string& text, std::int64_t least, std::int64_t most);

void describe_access(CLI::App& app, Arguments& arguments);
void describe_accounts(CLI::App& app, Arguments& arguments);
void describe_trees(CLI::App& app, Arguments& arguments);

// Each takes what it is to do by the last word of Given::command.
Status change_account(const std::filesystem::path& config, const Given& given, const Output& output);
Status show_account(const std::filesystem::path& config, const Given& given, const Output& output);
Status show_account_statement(const std::filesystem::path& config, const Given& given, const Output& output);
Status list_accounts(const std::filesystem::path& config, const Given& given, const Output& output);
Status change_catalogue(const std::filesystem::path& config, const Given& given, const Output& output);
Status list_catalogue(const std::filesystem::path& config, const Given& given, const Output& output);
Status change_order(const std::filesystem::path& config, const Given& given, const Output& output);
Status list_orders(const std::filesystem::path& config, const Given& given, const Output& output);
Status say_of_tree(const std::filesystem::path& config, const Given& given, const Output& output);
Status show_tree(const std::filesystem::path& config, const Given& given, const Output& output);
Status list_trees(const std::filesystem::path& config, const Given& given, const Output& output);
Status list_payments(const std::filesystem::path& config, const Given& given, const Output& output);
Status pay_trees(const std::filesystem::path& config, const Given& given, const Output& output);

Status change_access(const std::filesystem::path& config, const Given& given, const Output& output);
Status list_deeds(const std::filesystem::path& config, const Given& given, const Output& output);
Status list_access(const std::filesystem::path& config, const Given& given, const Output& output);

Status certify_trees(const std::filesystem::path& config, const Given& given, const Output& output);
Status write_certificate(const std::filesystem::path& config, const Given& given, const Output& output);
Status revoke_certificate(const std::filesystem::path& config, const Given& given, const Output& output);
Status list_certificates(const std::filesystem::path& config, const Given& given, const Output& output);
Status write_status_lists(const std::filesystem::path& config, const Given& given, const Output& output);

}  // namespace greentill::credit

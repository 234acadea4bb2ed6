// SPDX-License-Identifier: Apache-2.0
// account open, token, take-token, move-token, redeem, invite, join, leave, merge, close and erase; show and list.
#include <algorithm>
#include <iostream>

#include "daemon/base/base32.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/text.hpp"
#include "tools/common/qr.hpp"
#include "tools/common/table.hpp"
#include "tools/common/text.hpp"
#include "tools/credit-service/accounts/account_statement.hpp"
#include "tools/credit-service/cli/holdings.hpp"
#include "tools/credit-service/cli/listing.hpp"
#include "tools/credit-service/holdings/token.hpp"
#include "tools/credit-service/registry/names.hpp"

namespace greentill::credit {
namespace {

Result<Account::Kind> read_kind(const std::string& word) {
  for (const auto kind : {Account::Kind::person, Account::Kind::family, Account::Kind::team, Account::Kind::merchant}) {
    if (to_words(kind) == word) return kind;
  }
  return fail(ErrorCode::invalid, "--kind: person, family, team or merchant");
}

/// A page with one card: a token as text and as a QR code, as a till reads it.
Status write_card(const std::string& file, const std::string& token) {
  const auto code = tools::qr_svg(token);
  if (!code) return Failure{code.error()};
  const std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Account card</title><style>\n"
      "div { width: 85.6mm; height: 54mm; display: grid; place-items: center; font-family: monospace; font-size: 13pt; border: "
      "0.2mm solid; }\nsvg { width: 36mm; height: 36mm; }\n</style></head><body><div>" +
      *code + "<span>" + in_fours(token) + "</span></div></body></html>\n";
  return write_file_durably(file, page, 0600);
}

/// What is not to be seen in a list of processes comes on standard input, named by a hyphen.
Result<std::string> secret_of(const std::string& given) {
  if (given != "-") return given;
  std::string line;
  std::getline(std::cin, line);
  return std::string(trimmed(line));
}

Result<Deed> open_account(Counter& counter, const Given& given) {
  const auto kind = read_kind(given["kind"].empty() ? "person" : given["kind"]);
  if (!kind) return Failure{kind.error()};
  const auto opened = counter.accounts.open(*kind, given["name"], given["merchant"]);
  if (!opened) return Failure{opened.error()};
  const std::string& id = opened->account.id;
  Json json = to_json(opened->account);
  std::string text = "account " + in_fours(id) + " is open\n";
  if (!opened->token.empty()) {
    json["token"] = opened->token;
    text += "its token, which tills read: " + in_fours(opened->token) + '\n';
    if (!given["card"].empty()) {
      if (Status card = write_card(given["card"], opened->token); !card) return Failure{card.error()};
      text += "a card to print is in " + printable(given["card"]) + '\n';
    }
  }
  return Deed{{std::move(json), std::move(text)}, id, {{"opened", to_words(*kind)}}};
}

Result<Deed> add_token(Counter& counter, const Given& given) {
  const auto account = counter.accounts.active(given["id"]);
  if (!account) return Failure{account.error()};
  const auto token = counter.accounts.add_token(account->id);
  if (!token) return Failure{token.error()};
  if (!given["card"].empty()) {
    if (Status card = write_card(given["card"], *token); !card) return Failure{card.error()};
  }
  return Deed{
      {{{"account", account->id}, {"token", *token}}, in_fours(account->id) + " has the token " + in_fours(*token) + " too\n"},
      account->id,
      {{"token", "added"}}};
}

Result<Deed> take_token(Counter& counter, const Given& given) {
  const bool moves = given.command.ends_with("move-token");
  const auto account = counter.accounts.active(given["id"]);
  if (!account) return Failure{account.error()};
  Status done =
      moves ? counter.accounts.move_token(given["token"], account->id) : counter.accounts.take_token(account->id, given["token"]);
  if (!done) return Failure{done.error()};
  return Deed{{{{"account", account->id}}, "the token belongs to " + in_fours(account->id) + " now, with its credit\n"},
              account->id,
              {{"token", moves ? "moved here" : "taken"}}};
}

Result<Deed> redeem(Counter& counter, const Given& given) {
  const auto account = counter.accounts.active(given["id"]);
  if (!account) return Failure{account.error()};
  const auto secret = secret_of(given["secret"]);
  if (!secret) return Failure{secret.error()};
  const auto mg = counter.accounts.redeem(account->id, *secret);
  if (!mg) return Failure{mg.error()};
  const std::string text = *mg == 0 ? "nothing has come for it yet; it is credited when the till has sent it\n"
                                    : tools::grams_text(*mg) + " are credited to " + in_fours(account->id) + '\n';
  return Deed{{{{"account", account->id}, {"mg", *mg}}, text}, account->id, {{"redeemed", *mg}}};
}

Result<Deed> change_members(Counter& counter, const Given& given, const std::string& verb) {
  if (verb == "invite") {
    const auto group = counter.accounts.active(given["id"]);
    if (!group) return Failure{group.error()};
    const auto code = counter.accounts.invite(group->id);
    if (!code) return Failure{code.error()};
    return Deed{{{{"account", group->id}, {"code", *code}},
                 "one person joins " + in_fours(group->id) + " by the code " + in_fours(*code) + ", within " +
                     std::to_string(Accounts::kInvitationDays) + " days\n"},
                group->id,
                {{"invited", true}}};
  }
  const auto person = counter.accounts.find(given["id"]);
  if (!person) return Failure{person.error()};
  if (verb == "join") {
    const auto code = secret_of(given["code"]);
    if (!code) return Failure{code.error()};
    const auto group = counter.accounts.join(person->id, *code);
    if (!group) return Failure{group.error()};
    return Deed{{{{"account", person->id}, {"group", group->id}}, in_fours(person->id) + " is in " + in_fours(group->id) + '\n'},
                person->id,
                {{"joined", group->id}}};
  }
  if (Status left = counter.accounts.leave(person->id, given["group"]); !left) return Failure{left.error()};
  return Deed{{{{"account", person->id}}, in_fours(person->id) + " has left " + printable(given["group"]) + '\n'},
              person->id,
              {{"left", given["group"]}}};
}

Result<Deed> end_account(Counter& counter, const Given& given, const std::string& verb) {
  if (Status why = check_why(given["why"]); !why) return Failure{why.error()};
  if (verb == "merge") {
    if (Status merged = counter.merge(given["from"], given["into"]); !merged) return Failure{merged.error()};
    const auto into = counter.accounts.find(given["into"]);
    if (!into) return Failure{into.error()};
    const auto from = read_account_id(given["from"]);
    return Deed{{to_json(*into), "all that was " + printable(given["from"]) + "'s is " + in_fours(into->id) + "'s now\n"},
                into->id,
                {{"merged", *from}}};
  }
  const auto account = counter.accounts.find(given["id"]);
  if (!account) return Failure{account.error()};
  const auto ended = verb == "erase" ? counter.erase(account->id) : counter.accounts.close(account->id);
  if (!ended) return Failure{ended.error()};
  return Deed{{to_json(*ended), "account " + in_fours(ended->id) + " is " + std::string(to_words(ended->state)) + '\n'},
              ended->id,
              {{verb, true}}};
}

}  // namespace

Status change_account(const std::filesystem::path& config, const Given& given, const Output& output) {
  const std::string verb = given.command.substr(given.command.rfind(' ') + 1);
  return do_at_counter(config, given, output, [&](Counter& counter) -> Result<Deed> {
    if (verb == "open") return open_account(counter, given);
    if (verb == "token") return add_token(counter, given);
    if (verb == "take-token" || verb == "move-token") return take_token(counter, given);
    if (verb == "redeem") return redeem(counter, given);
    if (verb == "invite" || verb == "join" || verb == "leave") return change_members(counter, given, verb);
    return end_account(counter, given, verb);
  });
}

Status show_account(const std::filesystem::path& config, const Given& given, const Output& output) {
  return look_at_counter(config, output, [&](Counter& counter) -> Result<Outcome> {
    const auto account = counter.accounts.find(given["id"]);
    if (!account) return Failure{account.error()};
    auto json = view_of(counter, *account);
    if (!json) return Failure{json.error()};
    const auto grams = [&](const char* name) { return tools::grams_text((*json)["credit"][name].get<std::int64_t>()); };
    std::string text = "account " + in_fours(account->id) + ", " + std::string(to_words(account->is)) + ", " +
                       std::string(to_words(account->state)) + '\n';
    if (!account->name.empty()) text += "name: " + printable(account->name) + '\n';
    text += "credit: " + grams("balance_mg") + ", of which " + grams("spendable_mg") +
            " can be spent now\nset aside: " + grams("reserved_mg") + ", spent: " + grams("spent_mg") + '\n' +
            tools::counted((*json)["purses"].size(), "purse") + '\n';
    const auto groups = (*json)[account->is_group() ? "members" : "groups"].get<std::vector<std::string>>();
    if (!groups.empty()) text += (account->is_group() ? "members: " : "groups: ") + tools::joined(groups) + '\n';
    for (const Json& order : (*json)["orders"]) {
      text += "order " + order["order"].dump() + ": " + tools::grams_text(order["mg"].get<std::int64_t>()) + ' ' +
              order["state"].get<std::string>() + '\n';
    }
    return Outcome{std::move(*json), std::move(text)};
  });
}

Status show_account_statement(const std::filesystem::path& config, const Given& given, const Output& output) {
  return look_at_counter(config, output, [&](Counter& counter) -> Result<Outcome> {
    const auto account = counter.accounts.find(given["id"]);
    if (!account) return Failure{account.error()};
    const auto page = read_statement(counter.store, counter.holders, account->id, given["after"], kMostListed);
    if (!page) return Failure{page.error()};
    Json list = Json::array();
    tools::Table table({{"when"}, {"credit", tools::Table::Align::right}, {"what"}, {"for"}, {"merchant"}, {"device"}});
    for (const StatementEntry& one : page->entries) {
      list.push_back(to_json(one));
      const std::string what = one.order != 0 ? "order " + std::to_string(one.order) : printable(one.activity);
      table.add({tools::time_text(one.at), (one.mg > 0 ? "+" : "") + tools::grams_text(one.mg), std::string(one.what()), what,
                 printable(one.merchant), printable(one.device)});
    }
    Json json{{"account", account->id}, {"entries", std::move(list)}};
    std::string text = page->entries.empty() ? "nothing was booked for it\n" : table.text();
    if (!page->next.empty()) {
      json["next"] = page->next;
      text += "more behind --after " + page->next + '\n';
    }
    return Outcome{std::move(json), std::move(text)};
  });
}

Status list_accounts(const std::filesystem::path& config, const Given& given, const Output& output) {
  return look_at_counter(config, output, [&](Counter& counter) -> Result<Outcome> {
    const auto all = counter.holders.accounts(given["after"], kMostListed);
    if (!all) return Failure{all.error()};
    Listing listing("accounts", {{"account"}, {"kind"}, {"state"}, {"opened"}});
    for (const Account& account : *all) {
      listing.add(to_json(account), {in_fours(account.id), std::string(to_words(account.is)),
                                     std::string(to_words(account.state)), tools::time_text(account.opened_at)});
    }
    return listing.page("no account is open\n", all->size(), "--after", all->empty() ? "" : all->back().id);
  });
}

}  // namespace greentill::credit

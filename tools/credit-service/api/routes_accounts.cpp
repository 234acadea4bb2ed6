// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "daemon/base/text.hpp"
#include "tools/credit-service/accounts/account_statement.hpp"
#include "tools/credit-service/api/call.hpp"

namespace greentill::credit {
namespace {

ApiResult show_me(Call& call) {
  const AccessToken& token = call.token;
  Json json{{"scope", to_words(token.is)}, {"read_only", token.read_only}, {"expires_at", token.expires_at}};
  if (!token.subject.empty()) json["subject"] = token.subject;
  return ApiAnswer{200, std::move(json)};
}

ApiResult show_account(Call& call) {
  const auto account = account_of(call, call.names[0]);
  if (!account) return Failure{account.error()};
  auto json = view_of(call.counter, *account);
  if (!json) return refuse(json.error());
  return ApiAnswer{200, std::move(*json)};
}

ApiResult list_accounts(Call& call) {
  Fields fields(call.body);
  const auto page = page_of(call, fields);
  if (!page) return Failure{page.error()};
  return answer_page("accounts", call.counter.holders.accounts(page->after, page->limit), *page, &Account::id);
}

ApiResult show_statement(Call& call) {
  const auto account = account_of(call, call.names[0]);
  if (!account) return Failure{account.error()};
  Fields fields(call.body);
  const auto page = page_of(call, fields);
  if (!page) return Failure{page.error()};
  const auto read = read_statement(call.counter.store, call.counter.holders, account->id, page->after, page->limit);
  if (!read) return refuse(read.error());
  Json list = Json::array();
  for (const StatementEntry& one : read->entries) list.push_back(to_json(one));
  Json json{{"entries", std::move(list)}};
  if (!read->next.empty()) json["next"] = read->next;
  return ApiAnswer{200, std::move(json)};
}

ApiResult open_account(Call& call) {
  Fields fields(call.body);
  constexpr std::array kKinds{Account::Kind::person, Account::Kind::family, Account::Kind::team, Account::Kind::merchant};
  const auto kind = kKinds.at(fields.choice("kind", {"person", "family", "team", "merchant"}, 0));
  const std::string name = fields.text_or_none("name"), merchant = fields.text_or_none("merchant");
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  const auto opened = call.counter.accounts.open(kind, name, merchant);
  if (!opened) return refuse(opened.error());
  const std::string& id = opened->account.id;
  Json json = to_json(opened->account);
  if (!opened->token.empty()) json["token"] = opened->token;
  return ApiAnswer{201, std::move(json), "/v1/accounts/" + id, id, {{"opened", to_words(kind)}}};
}

ApiResult add_token(Call& call) {
  const auto account = account_of(call, call.names[0]);
  if (!account) return Failure{account.error()};
  Fields fields(call.body);
  const std::string taken = fields.text_or_none("token");
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  if (!taken.empty()) {
    // Whoever has seen a card could take it: that its holder asks is the operator's to make sure of.
    if (!call.is_service()) return refuse(403, "forbidden", "a token that came before its account is given by the operator");
    if (Status done = call.counter.accounts.take_token(account->id, taken); !done) return refuse(done.error());
    return ApiAnswer{201, {{"account", account->id}}, {}, account->id, {{"token", "taken"}}};
  }
  const auto token = call.counter.accounts.add_token(account->id);
  if (!token) return refuse(token.error());
  return ApiAnswer{201, {{"account", account->id}, {"token", *token}}, {}, account->id, {{"token", "added"}}};
}

ApiResult redeem(Call& call) {
  const auto account = account_of(call, call.names[0]);
  if (!account) return Failure{account.error()};
  Fields fields(call.body);
  const std::string secret = fields.text("secret");
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  const auto mg = call.counter.accounts.redeem(account->id, secret);
  if (!mg) return refuse(mg.error());
  return ApiAnswer{200, {{"account", account->id}, {"mg", *mg}}, {}, account->id, {{"redeemed", *mg}}};
}

ApiResult invite(Call& call) {
  const auto group = account_of(call, call.names[0]);
  if (!group) return Failure{group.error()};
  Fields fields(call.body);
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  const auto code = call.counter.accounts.invite(group->id);
  if (!code) return refuse(code.error());
  return ApiAnswer{201, {{"account", group->id}, {"code", *code}}, {}, group->id, {{"invited", true}}};
}

ApiResult join(Call& call) {
  const auto person = account_of(call, call.names[0]);
  if (!person) return Failure{person.error()};
  Fields fields(call.body);
  const std::string code = fields.text("code");
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  const auto group = call.counter.accounts.join(person->id, code);
  if (!group) return refuse(group.error());
  return ApiAnswer{201, {{"account", person->id}, {"group", group->id}}, {}, person->id, {{"joined", group->id}}};
}

ApiResult leave(Call& call) {
  const auto person = account_of(call, call.names[0]);
  if (!person) return Failure{person.error()};
  // What it is not in does not exist for it.
  const auto groups = call.counter.holders.groups(person->id);
  if (!groups) return refuse(groups.error());
  const auto group = call.counter.accounts.find(call.names[1]);
  if (!group || std::ranges::find(*groups, group->id) == groups->end()) {
    return refuse(404, "not-found", "account " + person->id + " is in no group \"" + call.names[1] + '"');
  }
  if (Status left = call.counter.accounts.leave(person->id, group->id); !left) return refuse(left.error());
  return ApiAnswer{200, {{"account", person->id}, {"left", call.names[1]}}, {}, person->id, {{"left", call.names[1]}}};
}

ApiResult end_account(Call& call, bool erase) {
  const auto account = account_of(call, call.names[0]);
  if (!account) return Failure{account.error()};
  Fields fields(call.body);
  read_why(fields);
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  const auto ended = erase ? call.counter.erase(account->id) : call.counter.accounts.close(account->id);
  if (!ended) return refuse(ended.error());
  return ApiAnswer{200, to_json(*ended), {}, ended->id, {{erase ? "erase" : "close", true}}};
}

ApiResult close_account(Call& call) { return end_account(call, false); }
ApiResult erase_account(Call& call) { return end_account(call, true); }

ApiResult merge_accounts(Call& call) {
  Fields fields(call.body);
  const std::string into = fields.text("into");
  read_why(fields);
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  const auto from = account_of(call, call.names[0]);
  if (!from) return Failure{from.error()};
  if (Status merged = call.counter.merge(from->id, into); !merged) return refuse(merged.error());
  const auto account = call.counter.accounts.find(into);
  if (!account) return refuse(account.error());
  ApiAnswer answer{200, to_json(*account), {}, account->id, {{"merged", from->id}}};
  answer.also = from->id;
  return answer;
}

constexpr std::array kAccountRoutes{
    Route{"GET", "/v1/me", kAnybody, show_me},
    Route{"GET", "/v1/accounts", kService, list_accounts, false, "after limit"},
    Route{"POST", "/v1/accounts", kService, open_account},
    Route{"GET", "/v1/accounts/{account}", kService | kAccount, show_account},
    Route{"GET", "/v1/accounts/{account}/statement", kService | kAccount, show_statement, false, "after limit"},
    Route{"POST", "/v1/accounts/{account}/tokens", kService | kAccount, add_token},
    Route{"POST", "/v1/accounts/{account}/secrets", kService | kAccount, redeem, true},
    Route{"POST", "/v1/accounts/{account}/invitations", kService | kAccount, invite},
    Route{"POST", "/v1/accounts/{account}/memberships", kService | kAccount, join, true},
    Route{"DELETE", "/v1/accounts/{account}/memberships/{group}", kService | kAccount, leave},
    Route{"POST", "/v1/accounts/{account}/merge", kService, merge_accounts},
    Route{"POST", "/v1/accounts/{account}/closure", kService | kAccount, close_account},
    Route{"POST", "/v1/accounts/{account}/erasure", kService | kAccount, erase_account},
};

}  // namespace

std::span<const Route> account_routes() { return kAccountRoutes; }

Result<Account, Problem> account_of(Call& call, const std::string& id) {
  const auto none = [&] { return refuse(404, "not-found", "there is no account \"" + id + '"'); };
  const auto account = call.counter.accounts.find(id);
  // What is no id names no account.
  const bool is_none = !account && (account.error().code == ErrorCode::not_found || account.error().code == ErrorCode::invalid);
  if (is_none) return none();
  if (!account) return refuse(account.error());
  if (call.is_service()) return *account;
  const auto own = own_account(call);
  if (!own) return Failure{own.error()};
  if (own->id != account->id) return none();
  return *account;
}

Result<Account, Problem> own_account(Call& call) {
  auto own = call.counter.accounts.find(call.token.subject);
  if (!own) return refuse(own.error());
  return std::move(*own);
}

std::string read_why(Fields& fields) {
  constexpr std::size_t kMostWhy = 500;
  std::string why = fields.text("why", kMostWhy);
  if (!why.empty() && trimmed(why).empty()) fields.wrong("why", "must say why");
  return why;
}

Result<Page, Problem> page_of(Call&, Fields& fields) {
  Page page;
  page.after = fields.text_or_none("after");
  const std::string limit = fields.text_or_none("limit");
  if (!limit.empty()) {
    const auto read = parse_integer<std::size_t>(limit);
    if (!read || *read < 1 || *read > kMostOfPage)
      fields.wrong("limit", "must be a number from 1 to " + std::to_string(kMostOfPage));
    page.limit = read.value_or(page.limit);
  }
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  return page;
}

}  // namespace greentill::credit

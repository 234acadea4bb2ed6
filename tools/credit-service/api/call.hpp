// SPDX-License-Identifier: Apache-2.0
// One request, as the routes see it, and their answers. Private to api/. Threads: one.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tools/credit-service/access/access.hpp"
#include "tools/credit-service/api/fields.hpp"
#include "tools/credit-service/api/problem.hpp"
#include "tools/credit-service/counter/counter.hpp"
#include "tools/credit-service/counter/views.hpp"

namespace greentill::credit {

// Who may ask: bits, so that a route can name several.
inline constexpr unsigned kService = 1u << 0;
inline constexpr unsigned kAccount = 1u << 1;
inline constexpr unsigned kPlanter = 1u << 2;
inline constexpr unsigned kInspector = 1u << 3;
inline constexpr unsigned kBookkeeper = 1u << 4;
inline constexpr unsigned kAnybody = kService | kAccount | kPlanter | kInspector | kBookkeeper;

struct Call {
  const AccessToken& token;
  Counter& counter;
  Access& access;
  const HttpRequest& request;
  std::vector<std::string> names;  ///< what stands in the path for the pattern's braces
  Json body = Json::object();      ///< of a POST or PUT; of another method the query's parameters, as texts

  [[nodiscard]] bool is_service() const { return token.is == AccessToken::Scope::service; }
  /// The request's own key, and whose it is, in 64 digits: a request that comes again makes nothing twice. Empty without a key.
  [[nodiscard]] std::string repeat_key() const;
};

/// What a route answers, and how a change is noted.
struct ApiAnswer {
  int status = 200;
  Json json = {};
  std::string location = {};      ///< of what was made
  std::string subject = {};       ///< of a change; empty: none is noted
  Json noted = Json::object();    ///< nobody's name, token or code
  std::string content_type = {};  ///< with `bytes` in place of the JSON
  std::string bytes = {};
  std::string also = {};  ///< of a change: another subject
};

using ApiResult = Result<ApiAnswer, Problem>;

struct Route {
  std::string_view method;
  std::string_view pattern;  ///< "/v1/accounts/{account}/statement"
  unsigned who = 0;
  ApiResult (*handle)(Call&);
  /// Is a guess at a secret: wrong ones are counted.
  bool guesses = false;
  /// What a GET's or DELETE's query may have, with a space between.
  std::string_view query = {};
};

[[nodiscard]] constexpr unsigned who_of(const AccessToken& token) {
  switch (token.is) {
    case AccessToken::Scope::service: return kService;
    case AccessToken::Scope::account: return kAccount;
    case AccessToken::Scope::planter: return kPlanter;
    case AccessToken::Scope::inspector: return kInspector;
    case AccessToken::Scope::bookkeeper: return kBookkeeper;
  }
  return 0;
}

std::span<const Route> account_routes();
std::span<const Route> order_routes();
std::span<const Route> tree_routes();
std::span<const Route> certificate_routes();
std::span<const Route> service_routes();
std::span<const Route> bookkeeping_routes();

/// The account that the path names, of one that was merged the one that it went into. A token of another account is told that
/// there is none.
Result<Account, Problem> account_of(Call& call, const std::string& id);

/// The account of a token of that scope; of one that was merged the one that it went into.
Result<Account, Problem> own_account(Call& call);

/// Why something is done, which is kept: 1 to 500 bytes that are not blank.
std::string read_why(Fields& fields);

/// "after" and "limit" of a list, from the query.
struct Page {
  std::string after;
  std::size_t limit = 100;
};
inline constexpr std::size_t kMostOfPage = 1'000;
Result<Page, Problem> page_of(Call& call, Fields& fields);

/// {name: what was read, as JSON}, of those that `keep`.
template <typename T, typename Keep>
ApiResult answer_list(const char* name, const Result<std::vector<T>>& all, const Keep& keep) {
  if (!all) return refuse(all.error());
  Json list = Json::array();
  for (const T& one : *all) {
    if (keep(one)) list.push_back(to_json(one));
  }
  return ApiAnswer{200, {{name, std::move(list)}}};
}
template <typename T>
ApiResult answer_list(const char* name, const Result<std::vector<T>>& all) {
  return answer_list(name, all, [](const T&) { return true; });
}
/// As answer_list(), and "next" where there may be more: what the next page's "after" is, of the last one here.
template <typename T>
ApiResult answer_page(const char* name, const Result<std::vector<T>>& all, const Page& page, std::string T::*after) {
  ApiResult answer = answer_list(name, all);
  if (answer && all->size() == page.limit) answer->json["next"] = all->back().*after;
  return answer;
}

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "daemon/base/calendar.hpp"
#include "daemon/base/text.hpp"
#include "tools/credit-service/api/call.hpp"
#include "tools/credit-service/holdings/token.hpp"

namespace greentill::credit {
namespace {

constexpr std::int64_t kMostMg = std::int64_t{1} << 53;

/// An order that the token may see: the service any, an account's those that it has a part in.
Result<TreeOrder, Problem> order_of(Call& call) {
  const auto none = [&] { return refuse(404, "not-found", "there is no order " + call.names[0]); };
  const auto no = parse_integer<std::int64_t>(call.names[0]);
  if (!no || *no < 1) return none();
  const auto order = call.counter.orders.find(*no);
  if (!order && order.error().code == ErrorCode::not_found) return none();
  if (!order) return refuse(order.error());
  if (call.is_service()) return *order;
  const auto spends = call.counter.holders.spends_of(order->no);
  if (!spends) return refuse(spends.error());
  const auto own = own_account(call);
  if (!own) return Failure{own.error()};
  const bool has_part = std::ranges::any_of(*spends, [&](const Spend& spend) { return spend.account == own->id; });
  if (!has_part) return none();
  return *order;
}

ApiResult tell_order(Call& call, const TreeOrder& order, int status = 200) {
  auto json = view_of(call.counter, order);
  if (!json) return refuse(json.error());
  return ApiAnswer{status,
                   std::move(*json),
                   "/v1/orders/" + std::to_string(order.no),
                   "order " + std::to_string(order.no),
                   {{"state", to_words(order.state)}}};
}

/// Credit is set aside before its holder agrees: that can be asked of those alone with whom one is in a group.
Result<bool, Problem> may_ask(Call& call, const std::string& own, const std::string& other) {
  if (own == other) return true;
  const auto own_groups = call.counter.holders.groups(own);
  if (!own_groups) return refuse(own_groups.error());
  auto others = call.counter.holders.groups(other);
  if (!others) return refuse(others.error());
  others->push_back(other);  // the group itself
  return std::ranges::any_of(*others,
                             [&](const std::string& one) { return std::ranges::find(*own_groups, one) != own_groups->end(); });
}

BasicStatus<Problem> check_parts(Call& call, const std::vector<Orders::Part>& parts) {
  if (call.is_service()) return Done{};
  const auto own = own_account(call);
  if (!own) return Failure{own.error()};
  bool has_part = false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto account = call.counter.accounts.find(parts[i].account);
    const auto may = account ? may_ask(call, own->id, account->id) : Result<bool, Problem>(false);
    if (!may) return Failure{may.error()};
    if (!*may) {
      return refuse_field("parts[" + std::to_string(i) + "].account",
                          "must be the token's own account, or of one who is in a group with it");
    }
    has_part = has_part || account->id == own->id;
  }
  if (!has_part) return refuse_field("parts", "must hold a part of the token's own account");
  return Done{};
}

Result<std::vector<Orders::Part>, Problem> read_parts(Fields& fields) {
  std::vector<Orders::Part> parts;
  const Json* given = fields.objects("parts", Orders::kMostAccounts);
  for (std::size_t i = 0; given != nullptr && i < given->size(); ++i) {
    Fields part((*given)[i], "parts[" + std::to_string(i) + "].");
    Orders::Part one;
    one.account = part.text("account");
    one.mg = part.integer_or("mg", 1, kMostMg, 0);
    if (const auto checked = part.check(); !checked) return Failure{checked.error()};
    parts.push_back(std::move(one));
  }
  return parts;
}

ApiResult place(Call& call) {
  Fields fields(call.body);
  Orders::Request request;
  request.key = call.repeat_key();
  if (request.key.empty()) request.key = make_token(call.counter.random);
  request.species = fields.text("species");
  request.site = fields.text_or_none("site");
  request.trees = fields.integer_or("trees", 1, Orders::kMostTrees, 1);
  request.year = static_cast<int>(fields.integer("year", 2000, 2999));
  auto parts = read_parts(fields);
  if (!parts) return Failure{parts.error()};
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  request.parts = std::move(*parts);
  if (const auto may = check_parts(call, request.parts); !may) return Failure{may.error()};
  auto order = call.counter.orders.place(request);
  if (!order) return refuse(order.error());
  // Whoever places an order agrees to its own part; the service speaks for nobody.
  if (!call.is_service() && order->state == TreeOrder::State::open) {
    order = call.counter.orders.agree(order->no, call.token.subject);
    if (!order) return refuse(order.error());
  }
  return tell_order(call, *order, 201);
}

ApiResult show_order(Call& call) {
  const auto order = order_of(call);
  return order ? tell_order(call, *order) : ApiResult(Failure{order.error()});
}

ApiResult list_orders(Call& call) {
  Fields fields(call.body);
  const auto page = page_of(call, fields);
  if (!page) return Failure{page.error()};
  const auto after = page->after.empty() ? std::optional<std::int64_t>(0) : parse_integer<std::int64_t>(page->after);
  if (!after) return refuse_field("after", "must be an order's number");
  const auto all = call.counter.trees.orders(*after, page->limit);
  if (!all) return refuse(all.error());
  Json list = Json::array();
  for (const TreeOrder& order : *all) {
    const auto spends = call.counter.holders.spends_of(order.no);
    if (!spends) return refuse(spends.error());
    list.push_back(to_json(order, *spends));
  }
  Json json{{"orders", std::move(list)}};
  if (all->size() == page->limit) json["next"] = std::to_string(all->back().no);
  return ApiAnswer{200, std::move(json)};
}

ApiResult agree(Call& call) {
  auto order = order_of(call);
  if (!order) return Failure{order.error()};
  Fields fields(call.body);
  const std::string account = call.is_service() ? fields.text("account") : call.token.subject;
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  const auto agreed = call.counter.orders.agree(order->no, account);
  return agreed ? tell_order(call, *agreed) : ApiResult(refuse(agreed.error()));
}

ApiResult cancel(Call& call) {
  auto order = order_of(call);
  if (!order) return Failure{order.error()};
  Fields fields(call.body);
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  const auto cancelled = call.counter.orders.cancel(order->no);
  return cancelled ? tell_order(call, *cancelled) : ApiResult(refuse(cancelled.error()));
}

constexpr std::array kOrderRoutes{
    Route{"GET", "/v1/orders", kService, list_orders, false, "after limit"},
    Route{"POST", "/v1/orders", kService | kAccount, place},
    Route{"GET", "/v1/orders/{order}", kService | kAccount, show_order},
    Route{"POST", "/v1/orders/{order}/agreements", kService | kAccount, agree},
    Route{"POST", "/v1/orders/{order}/cancellation", kService | kAccount, cancel},
};

}  // namespace

std::span<const Route> order_routes() { return kOrderRoutes; }

}  // namespace greentill::credit

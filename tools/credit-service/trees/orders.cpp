// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/trees/orders.hpp"

#include <algorithm>

#include "daemon/base/calendar.hpp"
#include "daemon/base/utf8.hpp"
#include "tools/credit-service/trees/catalogue.hpp"
#include "tools/credit-service/trees/ending.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kMostKey = 64;

std::string name_of(const TreeOrder& order) { return "order " + std::to_string(order.no); }

}  // namespace

Result<std::string> next_number(TreeStore& trees, const std::string& programme, const TreeOrder& order) {
  const std::string prefix = programme + '/' + order.species + '/' + order.site + '/' + std::to_string(order.year) + '/';
  const auto serial = trees.next_serial(prefix);
  if (!serial) return Failure{serial.error()};
  return prefix + std::to_string(*serial);
}

Result<Site> Orders::site_for(const Request& request, const Species& species) {
  const auto takes = [&](const Site& site) { return site.region == species.region && site.room - site.ordered >= request.trees; };
  if (request.site.empty()) {
    const auto sites = trees_.sites(species.region);
    if (!sites) return Failure{sites.error()};
    for (const std::string& id : *sites) {
      auto site = Catalogue(trees_).site(id);
      if (!site || takes(*site)) return site;
    }
    return fail(ErrorCode::conflict,
                "no site in " + species.region + " has room for " + std::to_string(request.trees) + " trees of " + species.id);
  }
  auto site = Catalogue(trees_).site(request.site);
  if (!site || takes(*site)) return site;
  if (site->region != species.region) {
    return fail(ErrorCode::conflict,
                "site " + site->id + " is in " + site->region + ", and " + species.id + " grows in " + species.region);
  }
  return fail(ErrorCode::conflict,
              "site " + site->id + " has room for " + std::to_string(site->room - site->ordered) + " trees more");
}

Result<std::vector<Orders::Part>> Orders::parts_of(const Request& request, std::int64_t total) {
  if (request.parts.empty() || request.parts.size() > kMostAccounts) {
    return fail(ErrorCode::invalid, "an order is of 1 to " + std::to_string(kMostAccounts) + " accounts");
  }
  std::vector<Part> parts = request.parts;
  if (parts.size() == 1 && parts[0].mg == 0) parts[0].mg = total;
  std::int64_t sum = 0;
  std::vector<std::string> ids;
  for (Part& part : parts) {
    const auto account = accounts_.active(part.account);
    if (!account) return Failure{account.error()};
    part.account = account->id;
    if (std::ranges::count(ids, account->id)) return fail(ErrorCode::invalid, "account " + account->id + " is named twice");
    ids.push_back(account->id);
    if (part.mg < 1 || part.mg > total) return fail(ErrorCode::invalid, "account " + account->id + ": its part of the price");
    sum += part.mg;
  }
  if (sum != total) {
    return fail(ErrorCode::invalid,
                "the parts add up to " + std::to_string(sum) + " mg, and the trees cost " + std::to_string(total));
  }
  return parts;
}

Status Orders::check_same(const TreeOrder& order, const Request& request) {
  const bool same = order.species == request.species && order.trees == request.trees && order.year == request.year &&
                    (request.site.empty() || request.site == order.site);
  return same ? Status(Done{}) : fail(ErrorCode::conflict, "the key is " + name_of(order) + "'s, which is for something else");
}

Result<TreeOrder> Orders::place(const Request& request) {
  if (request.key.empty() || request.key.size() > kMostKey || !is_utf8(request.key)) {
    return fail(ErrorCode::invalid, "an order's key has 1 to 64 bytes of UTF-8");
  }
  if (request.trees < 1 || request.trees > kMostTrees) {
    return fail(ErrorCode::invalid, "an order is of 1 to " + std::to_string(kMostTrees) + " trees");
  }
  if (request.year < 2000 || request.year > 2999) return fail(ErrorCode::invalid, "the year for which the trees count");
  auto known = trees_.order_by_key(request.key);
  if (!known) return Failure{known.error()};
  if (*known) {
    if (Status same = check_same(**known, request); !same) return Failure{same.error()};
    return std::move(**known);
  }
  const auto species = Catalogue(trees_).species(request.species);
  if (!species) return Failure{species.error()};
  if (!species->on_offer) return fail(ErrorCode::conflict, "species " + species->id + " is not on offer");
  const auto site = site_for(request, *species);
  if (!site) return Failure{site.error()};
  const auto parts = parts_of(request, species->price_mg * request.trees);
  if (!parts) return Failure{parts.error()};
  TreeOrder order{0,
                  request.key,
                  species->id,
                  site->id,
                  request.trees,
                  species->price_mg,
                  request.year,
                  TreeOrder::State::open,
                  now_,
                  now_ + kDaysToAgree * kSecondsADay,
                  {}};
  const auto no = trees_.add_order(order);
  if (!no) return Failure{no.error()};
  order.no = *no;
  for (const Part& part : *parts) {
    const auto spend = spending_.reserve(part.account, order.no, part.mg, now_);
    if (!spend) return Failure{spend.error()};
  }
  if (Status taken = trees_.add_ordered(site->id, order.trees); !taken) return Failure{taken.error()};
  return order;
}

Result<TreeOrder> Orders::find(std::int64_t no) {
  auto order = trees_.order(no);
  if (!order) return Failure{order.error()};
  if (!*order) return fail(ErrorCode::not_found, "there is no order " + std::to_string(no));
  return std::move(**order);
}

Result<TreeOrder> Orders::agree(std::int64_t no, const std::string& id) {
  auto order = find(no);
  if (!order) return order;
  const auto account = accounts_.active(id);
  if (!account) return Failure{account.error()};
  auto spends = holders_.spends_of(no);
  if (!spends) return Failure{spends.error()};
  const auto own = std::ranges::find(*spends, account->id, &Spend::account);
  if (own == spends->end()) return fail(ErrorCode::not_found, "account " + account->id + " has no part in " + name_of(*order));
  if (order->state == TreeOrder::State::confirmed) return order;
  if (order->state != TreeOrder::State::open) {
    return fail(ErrorCode::conflict, name_of(*order) + " is " + std::string(to_words(order->state)) + "; its credit went back");
  }
  if (is_overdue(*order)) return fail(ErrorCode::conflict, name_of(*order) + " is expired; its credit goes back");
  for (Spend& spend : *spends) {
    if (spend.account != account->id) continue;
    if (Status agreed = spending_.decide(spend, Spend::State::agreed, now_); !agreed) return Failure{agreed.error()};
  }
  const bool all = std::ranges::all_of(*spends, [](const Spend& one) { return one.state == Spend::State::agreed; });
  if (!all) return order;
  for (Spend& spend : *spends) {
    if (Status spent = spending_.decide(spend, Spend::State::spent, now_); !spent) return Failure{spent.error()};
  }
  if (Status confirmed = confirm(*order); !confirmed) return Failure{confirmed.error()};
  return order;
}

Status Orders::confirm(TreeOrder& order) {
  for (std::int64_t i = 0; i < order.trees; ++i) {
    const auto number = next_number(trees_, programme_, order);
    if (!number) return Failure{number.error()};
    Status added = trees_.add(Tree{*number, order.no, order.site, Tree::State::ordered, now_, now_, "", ""});
    if (!added) return added;
  }
  order.state = TreeOrder::State::confirmed;
  order.decided_at = now_;
  return trees_.put(order);
}

Result<TreeOrder> Orders::cancel(std::int64_t no) {
  auto order = find(no);
  if (!order) return order;
  if (order->state == TreeOrder::State::confirmed) {
    return fail(ErrorCode::conflict, name_of(*order) + " is confirmed: its credit was spent, and its trees have numbers");
  }
  if (order->state != TreeOrder::State::open) return order;
  const auto state = is_overdue(*order) ? TreeOrder::State::expired : TreeOrder::State::cancelled;
  Status ended = end_order(trees_, holders_, spending_, *order, state, now_);
  if (!ended) return Failure{ended.error()};
  return order;
}

Status Orders::cancel_all(const std::string& account) {
  const auto spends = holders_.spends(account);
  if (!spends) return Failure{spends.error()};
  for (const Spend& spend : *spends) {
    if (!spend.is_open()) continue;
    const auto cancelled = cancel(spend.order);
    if (!cancelled) return Failure{cancelled.error()};
  }
  return Done{};
}

}  // namespace greentill::credit

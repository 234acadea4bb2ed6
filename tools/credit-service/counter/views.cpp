// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/counter/views.hpp"

#include "daemon/base/hex.hpp"

namespace greentill::credit {

Json to_json(const Account& account) {
  Json json{{"account", account.id},
            {"kind", to_words(account.is)},
            {"state", to_words(account.state)},
            {"opened_at", account.opened_at}};
  if (!account.name.empty()) json["name"] = account.name;
  if (!account.follow.empty()) json[account.is == Account::Kind::merchant ? "merchant" : "merged_into"] = account.follow;
  if (account.ended_at) json["ended_at"] = *account.ended_at;
  return json;
}

Json to_json(const Voucher& voucher) {
  Json json{{"voucher", voucher.no},
            {"kind", to_words(voucher.is)},
            {"state", to_words(voucher.state)},
            {"from", voucher.from},
            {"to", voucher.to},
            {"mg", voucher.mg},
            {"why", voucher.why},
            {"proposed_by", voucher.proposed_by},
            {"proposed_at", voucher.proposed_at}};
  if (voucher.decided_at) {
    json["decided_by"] = voucher.decided_by;
    json["decided_at"] = *voucher.decided_at;
  }
  if (voucher.of != 0) json["of"] = voucher.of;
  if (!voucher.reference.empty()) json["reference"] = voucher.reference;
  if (!voucher.settled_by.empty()) json["settled_by"] = voucher.settled_by;
  if (voucher.settled_at) json["settled_at"] = *voucher.settled_at;
  return json;
}

Json to_json(const YearClose& close) {
  Json json{{"year", close.year},          {"begin", close.begin},           {"end", close.end},
            {"bookings", close.bookings},  {"sha256", to_hex(close.digest)}, {"closed_by", close.closed_by},
            {"closed_at", close.closed_at}};
  const Json content = Json::parse(close.content, nullptr, false);
  if (content.is_object()) json.update(content);
  return json;
}

Json to_json(const Spend& spend) {
  return {{"order", spend.order}, {"mg", spend.mg}, {"state", to_words(spend.state)}, {"at", spend.at}};
}

Json to_json(const TreeOrder& order, const std::vector<Spend>& spends) {
  Json json{{"order", order.no},
            {"key", order.key},
            {"species", order.species},
            {"site", order.site},
            {"count", order.trees},
            {"price_mg", order.price_mg},
            {"year", order.year},
            {"state", to_words(order.state)},
            {"placed_at", order.placed_at},
            {"until", order.until}};
  if (order.decided_at) json["decided_at"] = *order.decided_at;
  json["accounts"] = Json::array();
  for (const Spend& spend : spends) {
    json["accounts"].push_back({{"account", spend.account}, {"mg", spend.mg}, {"state", to_words(spend.state)}});
  }
  return json;
}

Json to_json(const Tree& tree) {
  Json json{{"number", tree.number},         {"order", tree.order}, {"site", tree.site},
            {"state", to_words(tree.state)}, {"since", tree.since}, {"ordered_at", tree.ordered_at}};
  if (!tree.replaces.empty()) json["replaces"] = tree.replaces;
  if (!tree.replaced_by.empty()) json["replaced_by"] = tree.replaced_by;
  return json;
}

Json to_json(const TreeEvent& event) {
  Json json{{"what", to_words(event.kind)}, {"at", event.at}, {"by", event.who}};
  if (event.photo) json["photo_sha256"] = to_hex(*event.photo);
  if (event.taken_at) json["taken_at"] = *event.taken_at;
  if (event.latitude && event.longitude) {
    json["latitude"] = *event.latitude / 1e5;
    json["longitude"] = *event.longitude / 1e5;
  }
  if (!event.why.empty()) json["why"] = event.why;
  return json;
}

Json to_json(const TreePayment& payment) {
  Json json{{"tree", payment.tree},
            {"planter", payment.planter},
            {"amount_hundredths", payment.amount},
            {"currency", payment.currency},
            {"due_at", payment.due_at}};
  if (payment.paid_at) json["paid_at"] = *payment.paid_at;
  if (!payment.reference.empty()) json["reference"] = payment.reference;
  return json;
}

Json to_json(const Species& s) {
  return {{"species", s.id},           {"scientific", s.scientific}, {"name", s.name},
          {"price_mg", s.price_mg},    {"region", s.region},         {"months", {s.first_month, s.last_month}},
          {"cost_hundredths", s.cost}, {"currency", s.currency},     {"on_offer", s.on_offer}};
}

Json to_json(const TreeParty& p) {
  const bool plants = p.is == TreeParty::Kind::planter;
  Json json{{plants ? "planter" : "inspector", p.id}, {"name", p.name}, {"active", p.active}};
  if (!p.works_for.empty()) json["works_for"] = p.works_for;
  return json;
}

Json to_json(const Site& s) {
  return {{"site", s.id},       {"planter", s.planter},         {"name", s.name},
          {"region", s.region}, {"latitude", s.latitude / 1e5}, {"longitude", s.longitude / 1e5},
          {"room", s.room},     {"ordered", s.ordered}};
}

Json to_json(const CertifiedTrees& one) {
  return {{"certificate", one.number}, {"account", one.account}, {"year", one.year},          {"state", to_words(one.state)},
          {"list", one.list},          {"place", one.index},     {"issued_at", one.issued_at}};
}

Result<Json> view_of(Counter& counter, const Account& account) {
  const auto credit = counter.spending.credit(account.id, counter.now);
  if (!credit) return Failure{credit.error()};
  const auto purses = counter.holders.purses(account.id);
  if (!purses) return Failure{purses.error()};
  const auto spends = counter.holders.spends(account.id);
  if (!spends) return Failure{spends.error()};
  const auto groups = account.is_group() ? counter.holders.members(account.id) : counter.holders.groups(account.id);
  if (!groups) return Failure{groups.error()};
  Json json = to_json(account);
  json["credit"] = {{"balance_mg", credit->balance},
                    {"spendable_mg", credit->spendable},
                    {"reserved_mg", credit->reserved},
                    {"spent_mg", credit->spent}};
  json[account.is_group() ? "members" : "groups"] = *groups;
  json["purses"] = Json::array();
  for (const Purse& purse : *purses) {
    const auto name = counter.store.account_name(purse.no);
    if (!name) return Failure{name.error()};
    const auto balance = counter.store.balance(purse.no);
    if (!balance) return Failure{balance.error()};
    json["purses"].push_back({{"kind", name->first}, {"mg", *balance}, {"since", purse.since}});
  }
  json["orders"] = Json::array();
  for (const Spend& spend : *spends) json["orders"].push_back(to_json(spend));
  return json;
}

Result<Json> view_of(Counter& counter, const TreeOrder& order) {
  const auto spends = counter.holders.spends_of(order.no);
  if (!spends) return Failure{spends.error()};
  const auto trees = counter.trees.trees_of(order.no);
  if (!trees) return Failure{trees.error()};
  Json json = to_json(order, *spends);
  json["trees"] = Json::array();
  for (const Tree& tree : *trees) json["trees"].push_back({{"number", tree.number}, {"state", to_words(tree.state)}});
  return json;
}

Result<Json> view_of(Counter& counter, const Tree& tree) {
  const auto events = counter.trees.events(tree.number);
  if (!events) return Failure{events.error()};
  const auto spends = counter.holders.spends_of(tree.order);
  if (!spends) return Failure{spends.error()};
  Json json = to_json(tree);
  json["events"] = Json::array();
  for (const TreeEvent& event : *events) json["events"].push_back(to_json(event));
  json["credit"] = Json::array();
  for (const Spend& spend : *spends) {
    if (spend.state == Spend::State::spent) json["credit"].push_back({{"account", spend.account}, {"order_mg", spend.mg}});
  }
  return json;
}

}  // namespace greentill::credit

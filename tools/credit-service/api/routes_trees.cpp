// SPDX-License-Identifier: Apache-2.0
// The catalogue, trees, and what their planters are owed.
#include <algorithm>
#include <array>

#include "daemon/base/hex.hpp"
#include "tools/credit-service/api/call.hpp"

namespace greentill::credit {
namespace {

ApiResult list_species(Call& call) {
  return answer_list("species", call.counter.trees.all_species(),
                     [&](const Species& one) { return one.on_offer || call.is_service(); });
}

ApiResult show_species(Call& call) {
  const auto species = call.counter.catalogue.species(call.names[0]);
  if (!species) return refuse(species.error());
  return ApiAnswer{200, to_json(*species)};
}

ApiResult put_species(Call& call) {
  Fields fields(call.body);
  Species species;
  species.id = call.names[0];
  species.scientific = fields.text("scientific");
  species.name = fields.text("name");
  species.region = fields.text("region");
  species.price_mg = fields.integer("price_mg", 1, std::int64_t{1} << 53);
  species.cost = fields.integer("cost_hundredths", 0, 1'000'000'000);
  species.currency = fields.text("currency");
  species.first_month = static_cast<int>(fields.integer_or("first_month", 1, 12, 1));
  species.last_month = static_cast<int>(fields.integer_or("last_month", 1, 12, 12));
  species.on_offer = fields.boolean_or("on_offer", true);
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  if (Status put = call.counter.catalogue.put(species); !put) return refuse(put.error());
  return ApiAnswer{200, to_json(species), {}, species.id, to_json(species)};
}

ApiResult list_sites(Call& call) {
  const auto all = call.counter.trees.sites("");
  if (!all) return refuse(all.error());
  Json list = Json::array();
  for (const std::string& id : *all) {
    const auto site = call.counter.catalogue.site(id);
    if (!site) return refuse(site.error());
    if (call.token.is == AccessToken::Scope::planter && site->planter != call.token.subject) continue;
    list.push_back(to_json(*site));
  }
  return ApiAnswer{200, {{"sites", std::move(list)}}};
}

/// The site that the path names; a planter's token sees its own alone.
Result<Site, Problem> site_of(Call& call) {
  const auto site = call.counter.catalogue.site(call.names[0]);
  const bool is_none = site ? call.token.is == AccessToken::Scope::planter && site->planter != call.token.subject
                            : site.error().code == ErrorCode::not_found;
  if (is_none) return refuse(404, "not-found", "there is no site \"" + call.names[0] + '"');
  if (!site) return refuse(site.error());
  return *site;
}

ApiResult show_site(Call& call) {
  const auto site = site_of(call);
  if (!site) return Failure{site.error()};
  return ApiAnswer{200, to_json(*site)};
}

ApiResult put_site(Call& call) {
  Fields fields(call.body);
  Site site;
  site.id = call.names[0];
  site.planter = fields.text("planter");
  site.name = fields.text("name");
  site.region = fields.text("region");
  const auto latitude = fields.degrees("latitude", 90), longitude = fields.degrees("longitude", 180);
  if (!latitude) fields.wrong("latitude", "is missing");
  if (!longitude) fields.wrong("longitude", "is missing");
  site.room = fields.integer("room", 0, 1'000'000'000);
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  site.latitude = latitude.value_or(0);
  site.longitude = longitude.value_or(0);
  const auto there = call.counter.trees.site(site.id);
  if (!there) return refuse(there.error());
  if (*there) {
    // Trees stand there: only its room may change.
    const Site& old = **there;
    const bool is_same = old.planter == site.planter && old.name == site.name && old.region == site.region &&
                         old.latitude == site.latitude && old.longitude == site.longitude;
    if (!is_same) return refuse(409, "conflict", "site " + site.id + " is there, and only its room can be changed");
    const auto changed = call.counter.catalogue.set_room(site.id, site.room);
    if (!changed) return refuse(changed.error());
    return ApiAnswer{200, to_json(*changed), {}, site.id, to_json(*changed)};
  }
  if (Status added = call.counter.catalogue.add(site); !added) return refuse(added.error());
  return ApiAnswer{201, to_json(site), "/v1/sites/" + site.id, site.id, to_json(site)};
}

ApiResult list_parties(Call& call, TreeParty::Kind kind) {
  return answer_list(kind == TreeParty::Kind::planter ? "planters" : "inspectors", call.counter.trees.parties(),
                     [&](const TreeParty& one) { return one.is == kind; });
}
ApiResult list_planters(Call& call) { return list_parties(call, TreeParty::Kind::planter); }
ApiResult list_inspectors(Call& call) { return list_parties(call, TreeParty::Kind::inspector); }

ApiResult add_party(Call& call, TreeParty::Kind kind) {
  Fields fields(call.body);
  const bool plants = kind == TreeParty::Kind::planter;
  TreeParty party;
  party.is = kind;
  party.id = fields.text(plants ? "planter" : "inspector");
  party.name = fields.text("name");
  if (!plants) party.works_for = fields.text_or_none("works_for");
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  if (Status added = call.counter.catalogue.add(party); !added) return refuse(added.error());
  return ApiAnswer{201, to_json(party), {}, party.id, {{"registered", plants ? "planter" : "inspector"}}};
}
ApiResult add_planter(Call& call) { return add_party(call, TreeParty::Kind::planter); }
ApiResult add_inspector(Call& call) { return add_party(call, TreeParty::Kind::inspector); }

std::string number_of(const Call& call) {
  std::string number;
  for (const std::string& name : call.names) number += (number.empty() ? "" : "/") + name;
  return number;
}

/// Whether the token has to do with the tree.
Result<bool, Problem> may_see(Call& call, const Tree& tree) {
  if (call.token.is == AccessToken::Scope::planter) {
    const auto site = call.counter.catalogue.site(tree.site);
    if (!site) return refuse(site.error());
    return site->planter == call.token.subject;
  }
  if (call.token.is != AccessToken::Scope::account) return true;
  const auto own = own_account(call);
  if (!own) return Failure{own.error()};
  const auto spends = call.counter.holders.spends_of(tree.order);
  if (!spends) return refuse(spends.error());
  return std::ranges::any_of(*spends, [&](const Spend& spend) { return spend.account == own->id; });
}

Result<Tree, Problem> tree_of(Call& call) {
  const std::string number = number_of(call);
  const auto tree = call.counter.planting.find(number);
  if (!tree) return refuse(tree.error());
  const auto sees = may_see(call, *tree);
  if (!sees) return Failure{sees.error()};
  if (!*sees) return refuse(404, "not-found", "there is no tree \"" + number + '"');
  return *tree;
}

/// Who pays for a tree is for those alone to know who did, and the service.
void leave_out_accounts(const Call& call, Json& json) {
  if (!call.is_service() && call.token.is != AccessToken::Scope::account) json.erase("credit");
}

ApiResult show_tree(Call& call) {
  const auto tree = tree_of(call);
  if (!tree) return Failure{tree.error()};
  auto json = view_of(call.counter, *tree);
  if (!json) return refuse(json.error());
  leave_out_accounts(call, *json);
  return ApiAnswer{200, std::move(*json)};
}

ApiResult tell_tree(Call& call, const Result<Tree>& tree, const char* deed, const std::string& who, int status = 200) {
  if (!tree) return refuse(tree.error());
  auto json = view_of(call.counter, *tree);
  if (!json) return refuse(json.error());
  leave_out_accounts(call, *json);
  return ApiAnswer{status, std::move(*json), "/v1/trees/" + tree->number, tree->number, {{deed, who}}};
}

/// Whose word it is: that of the token's planter or inspector; the service says whose it passes on.
std::string speaker(const Call& call, Fields& fields) { return call.is_service() ? fields.text("by") : call.token.subject; }

ApiResult planted(Call& call) {
  const auto tree = tree_of(call);
  if (!tree) return Failure{tree.error()};
  Fields fields(call.body);
  Evidence evidence;
  evidence.who = speaker(call, fields);
  const std::string photo = fields.text("photo_sha256");
  Digest digest{};
  const auto bytes = from_hex(photo);
  if (bytes && bytes->size() == digest.size()) {
    std::ranges::copy(*bytes, digest.begin());
  } else {
    fields.wrong("photo_sha256", "must be 64 hexadecimal digits");
  }
  evidence.photo = digest;
  evidence.taken_at = fields.integer("taken_at", 0, std::int64_t{1} << 40);
  evidence.latitude = fields.degrees("latitude", 90);
  evidence.longitude = fields.degrees("longitude", 180);
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  return tell_tree(call, call.counter.planting.planted(tree->number, evidence), "planted", evidence.who);
}

using Judgement = Result<Tree> (Planting::*)(const std::string&, const Evidence&);

ApiResult judge(Call& call, Judgement judgement, const char* deed, bool wants_why) {
  const auto tree = tree_of(call);
  if (!tree) return Failure{tree.error()};
  Fields fields(call.body);
  Evidence evidence;
  evidence.who = speaker(call, fields);
  if (wants_why) evidence.why = read_why(fields);
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  return tell_tree(call, (call.counter.planting.*judgement)(tree->number, evidence), deed, evidence.who);
}
ApiResult approve(Call& call) { return judge(call, &Planting::approve, "approve", false); }
ApiResult reject(Call& call) { return judge(call, &Planting::reject, "reject", true); }
ApiResult failed(Call& call) { return judge(call, &Planting::failed, "fail", true); }

ApiResult replace(Call& call) {
  Fields fields(call.body);
  const std::string by = fields.text("by");
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  return tell_tree(call, call.counter.planting.replace(number_of(call), by), "replace", by, 201);
}

constexpr std::array kStates{Tree::State::ordered, Tree::State::planted, Tree::State::standing, Tree::State::failed,
                             Tree::State::replaced};

ApiResult list_trees_of_site(Call& call) {
  const auto site = site_of(call);
  if (!site) return Failure{site.error()};
  Fields fields(call.body);
  std::optional<Tree::State> state;
  if (call.body.contains("state"))
    state = kStates.at(fields.choice("state", {"ordered", "planted", "standing", "failed", "replaced"}));
  const auto page = page_of(call, fields);
  if (!page) return Failure{page.error()};
  return answer_page("trees", call.counter.trees.trees(site->id, state, page->after, page->limit), *page, &Tree::number);
}

ApiResult list_trees_of_account(Call& call) {
  const auto account = account_of(call, call.names[0]);
  if (!account) return Failure{account.error()};
  Fields fields(call.body);
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  const auto spends = call.counter.holders.spends(account->id);
  if (!spends) return refuse(spends.error());
  Json list = Json::array();
  for (const Spend& spend : *spends) {
    if (spend.state != Spend::State::spent) continue;
    const auto trees = call.counter.trees.trees_of(spend.order);
    if (!trees) return refuse(trees.error());
    for (const Tree& tree : *trees) list.push_back(to_json(tree));
  }
  return ApiAnswer{200, {{"trees", std::move(list)}}};
}

ApiResult list_payments(Call& call) {
  Fields fields(call.body);
  const std::string planter = call.token.is == AccessToken::Scope::planter ? call.token.subject : fields.text_or_none("planter");
  const bool unpaid = fields.choice("unpaid", {"false", "true"}, 0) == 1;
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  return answer_list("payments", call.counter.trees.payments(planter, unpaid));
}

ApiResult pay(Call& call) {
  Fields fields(call.body);
  const Json* given = fields.objects("payments", 10'000);
  for (std::size_t i = 0; given != nullptr && i < given->size(); ++i) {
    Fields one((*given)[i], "payments[" + std::to_string(i) + "].");
    const std::string tree = one.text("tree"), reference = one.text("reference");
    const std::int64_t at = one.integer_or("paid_at", 0, std::int64_t{1} << 40, call.counter.now);
    if (const auto checked = one.check(); !checked) return Failure{checked.error()};
    if (Status paid = call.counter.planting.paid(tree, reference, at); !paid) {
      return refuse(paid.error().with_context("payments[" + std::to_string(i) + ']'));
    }
  }
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  return ApiAnswer{200, {{"paid", given->size()}}, {}, "payments", {{"paid", given->size()}}};
}

#define GREENTILL_TREE "/v1/trees/{programme}/{species}/{site}/{year}/{serial}"
constexpr std::array kTreeRoutes{
    Route{"GET", "/v1/species", kAnybody, list_species},
    Route{"GET", "/v1/species/{species}", kAnybody, show_species},
    Route{"PUT", "/v1/species/{species}", kService, put_species},
    Route{"GET", "/v1/sites", kAnybody, list_sites},
    Route{"GET", "/v1/sites/{site}", kAnybody, show_site},
    Route{"PUT", "/v1/sites/{site}", kService, put_site},
    Route{"GET", "/v1/sites/{site}/trees", kService | kPlanter | kInspector, list_trees_of_site, false, "after limit state"},
    Route{"GET", "/v1/planters", kService, list_planters},
    Route{"POST", "/v1/planters", kService, add_planter},
    Route{"GET", "/v1/inspectors", kService, list_inspectors},
    Route{"POST", "/v1/inspectors", kService, add_inspector},
    Route{"GET", "/v1/accounts/{account}/trees", kService | kAccount, list_trees_of_account},
    Route{"GET", GREENTILL_TREE, kAnybody, show_tree},
    Route{"POST", GREENTILL_TREE "/evidence", kService | kPlanter, planted},
    Route{"POST", GREENTILL_TREE "/approval", kService | kInspector, approve},
    Route{"POST", GREENTILL_TREE "/rejection", kService | kInspector, reject},
    Route{"POST", GREENTILL_TREE "/failure", kService | kInspector, failed},
    Route{"POST", GREENTILL_TREE "/replacement", kService, replace},
    Route{"GET", "/v1/payments", kService | kPlanter, list_payments, false, "planter unpaid"},
    Route{"POST", "/v1/payments", kService, pay},
};
#undef GREENTILL_TREE

}  // namespace

std::span<const Route> tree_routes() { return kTreeRoutes; }

}  // namespace greentill::credit

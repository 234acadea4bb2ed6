// SPDX-License-Identifier: Apache-2.0
// species add, withdraw and list; planter and inspector add, retire and list; site add, room and list.
#include "daemon/base/decimal.hpp"
#include "daemon/base/text.hpp"
#include "tools/common/text.hpp"
#include "tools/credit-service/cli/holdings.hpp"
#include "tools/credit-service/cli/listing.hpp"
#include "tools/credit-service/trees/place.hpp"

namespace greentill::credit {
namespace {

Status read_months(const std::string& text, Species& into) {
  if (text.empty()) return Done{};
  const std::size_t hyphen = text.find('-');
  const auto first = parse_integer<int>(text.substr(0, hyphen));
  const auto last = hyphen == std::string::npos ? first : parse_integer<int>(text.substr(hyphen + 1));
  into.first_month = first.value_or(0);
  into.last_month = last.value_or(0);
  return Done{};  // what is no month is refused with the rest
}

Result<Deed> add_species(Counter& counter, const Given& given) {
  Species species;
  species.id = given["id"];
  species.scientific = given["scientific"];
  species.name = given["name"];
  species.region = given["region"];
  species.currency = given["currency"];
  const auto price = read_grams("--price", given["price"]);
  if (!price) return Failure{price.error()};
  species.price_mg = *price;
  const auto cost = parse_in_units(given["cost"], 2, Rounding::exact);
  if (!cost) return fail(ErrorCode::invalid, "--cost: an amount with at most two decimals, as 1.20");
  species.cost = *cost;
  if (Status months = read_months(given["months"], species); !months) return Failure{months.error()};
  if (Status put = counter.catalogue.put(species); !put) return Failure{put.error()};
  return Deed{{to_json(species), "a tree of " + species.id + " is " + tools::grams_text(species.price_mg) + '\n'},
              species.id,
              to_json(species)};
}

Result<Deed> add_party(Counter& counter, const Given& given, TreeParty::Kind kind) {
  const TreeParty party{given["id"], kind, given["name"], given["works-for"], true};
  if (Status added = counter.catalogue.add(party); !added) return Failure{added.error()};
  return Deed{{to_json(party), party.id + " is registered\n"}, party.id, to_json(party)};
}

Result<Deed> add_site(Counter& counter, const Given& given) {
  Site site{given["id"], given["planter"], given["name"], given["region"], 0, 0, 0, 0};
  const auto place = read_place("--at", given["at"]);
  if (!place) return Failure{place.error()};
  site.latitude = place->latitude;
  site.longitude = place->longitude;
  const auto room = read_number("--room", given["room"], 0, 1'000'000'000);
  if (!room) return Failure{room.error()};
  site.room = *room;
  if (Status added = counter.catalogue.add(site); !added) return Failure{added.error()};
  return Deed{{to_json(site),
               "site " + site.id + " has room for " + tools::counted(static_cast<std::uint64_t>(site.room), "tree") + '\n'},
              site.id,
              to_json(site)};
}

Result<Deed> withdraw_species(Counter& counter, const Given& given) {
  if (Status withdrawn = counter.catalogue.withdraw_species(given["id"]); !withdrawn) return Failure{withdrawn.error()};
  return Deed{{{{"species", given["id"]}, {"on_offer", false}}, given["id"] + " is not on offer any more\n"},
              given["id"],
              {{"on_offer", false}}};
}

Result<Deed> retire_party(Counter& counter, const Given& given) {
  const auto party = counter.catalogue.retire(given["id"]);
  if (!party) return Failure{party.error()};
  return Deed{{to_json(*party), party->id + " is retired\n"}, party->id, to_json(*party)};
}

Result<Deed> change_room(Counter& counter, const Given& given) {
  const auto room = read_number("ROOM", given["room"], 0, 1'000'000'000);
  if (!room) return Failure{room.error()};
  const auto site = counter.catalogue.set_room(given["id"], *room);
  if (!site) return Failure{site.error()};
  return Deed{{to_json(*site),
               "site " + site->id + " has room for " + tools::counted(static_cast<std::uint64_t>(site->room), "tree") + '\n'},
              site->id,
              to_json(*site)};
}

Result<Outcome> list_species(Counter& counter) {
  const auto all = counter.trees.all_species();
  if (!all) return Failure{all.error()};
  Listing listing("species", {{"species"},
                              {"scientific"},
                              {"name"},
                              {"region"},
                              {"price", Listing::Align::right},
                              {"cost", Listing::Align::right},
                              {"months"},
                              {"on offer"}});
  for (const Species& s : *all) {
    listing.add(to_json(s),
                {s.id, s.scientific, s.name, s.region, tools::grams_text(s.price_mg), amount_text(s.cost) + ' ' + s.currency,
                 std::to_string(s.first_month) + '-' + std::to_string(s.last_month), s.on_offer ? "yes" : "no"});
  }
  return listing.outcome("no species is on offer\n");
}

Result<Outcome> list_sites(Counter& counter) {
  const auto all = counter.trees.sites("");
  if (!all) return Failure{all.error()};
  Listing listing(
      "sites",
      {{"site"}, {"name"}, {"region"}, {"planter"}, {"room", Listing::Align::right}, {"ordered", Listing::Align::right}});
  for (const std::string& id : *all) {
    const auto s = counter.catalogue.site(id);
    if (!s) return Failure{s.error()};
    listing.add(to_json(*s), {s->id, s->name, s->region, s->planter, std::to_string(s->room), std::to_string(s->ordered)});
  }
  return listing.outcome("there is no site\n");
}

Result<Outcome> list_parties(Counter& counter, const std::string& thing) {
  const auto all = counter.trees.parties();
  if (!all) return Failure{all.error()};
  const auto kind = thing == "planter" ? TreeParty::Kind::planter : TreeParty::Kind::inspector;
  Listing listing(thing + "s", {{thing}, {"name"}, {"works for"}, {"active"}});
  for (const TreeParty& p : *all) {
    if (p.is == kind) listing.add(to_json(p), {p.id, p.name, p.works_for, p.active ? "yes" : "no"});
  }
  return listing.outcome("there is no " + thing + '\n');
}

}  // namespace

Status change_catalogue(const std::filesystem::path& config, const Given& given, const Output& output) {
  const std::size_t space = given.command.find(' ');
  const std::string thing = given.command.substr(0, space), verb = given.command.substr(space + 1);
  return do_at_counter(config, given, output, [&](Counter& counter) -> Result<Deed> {
    if (verb == "withdraw") return withdraw_species(counter, given);
    if (verb == "retire") return retire_party(counter, given);
    if (verb == "room") return change_room(counter, given);
    if (thing == "species") return add_species(counter, given);
    if (thing == "site") return add_site(counter, given);
    return add_party(counter, given, thing == "planter" ? TreeParty::Kind::planter : TreeParty::Kind::inspector);
  });
}

Status list_catalogue(const std::filesystem::path& config, const Given& given, const Output& output) {
  const std::string thing = given.command.substr(0, given.command.find(' '));
  return look_at_counter(config, output, [&](Counter& counter) -> Result<Outcome> {
    if (thing == "species") return list_species(counter);
    if (thing == "site") return list_sites(counter);
    return list_parties(counter, thing);
  });
}

}  // namespace greentill::credit

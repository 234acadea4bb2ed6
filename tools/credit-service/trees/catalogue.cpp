// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/trees/catalogue.hpp"

#include <algorithm>

#include "daemon/claim/claim.hpp"
#include "tools/credit-service/registry/names.hpp"

namespace greentill::credit {
namespace {

constexpr std::int64_t kMostPrice = std::int64_t{1} << 40;  // 1,100 t: sums of orders stay within 64 bits
constexpr std::int64_t kMostCost = 1'000'000'000;
constexpr std::int64_t kMostRoom = 1'000'000'000;
constexpr std::int32_t kMostLatitude = 90 * 100'000;
constexpr std::int32_t kMostLongitude = 180 * 100'000;

Failure<Error> invalid(const std::string& field, const std::string& what) {
  return fail(ErrorCode::invalid, field + ": " + what);
}

Failure<Error> absent(const char* what, const std::string& id) {
  return fail(ErrorCode::not_found, std::string("there is no ") + what + " \"" + id + '"');
}

bool is_month(int month) { return month >= 1 && month <= 12; }

bool is_currency(const std::string& text) {
  return text.size() == 3 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

template <typename Thing>
Result<Thing> found(Result<std::optional<Thing>> thing, const char* what, const std::string& id) {
  if (!thing) return Failure{thing.error()};
  if (!*thing) return absent(what, id);
  return std::move(**thing);
}

}  // namespace

Status check_tree_word(const std::string& what, const std::string& id) {
  if (claim::is_device_id(id)) return Done{};
  return invalid(what, "1 to 40 of a to z, 0 to 9 and hyphen, since trees are numbered by it");
}

Status Catalogue::put(const Species& s) {
  if (Status id = check_tree_word("species", s.id); !id) return id;
  for (const auto& [field, text] : {std::pair{"scientific", &s.scientific}, {"name", &s.name}, {"region", &s.region}}) {
    if (Status named = check_name(*text); !named) return Failure{named.error().with_context(field)};
  }
  if (s.price_mg < 1 || s.price_mg > kMostPrice) return invalid("price", "more than 0 g, and at most 1,099,511 kg");
  if (!is_month(s.first_month) || !is_month(s.last_month)) return invalid("season", "two months, as 3-5 or 11-2");
  if (s.cost < 0 || s.cost > kMostCost) return invalid("cost", "from 0 to 10,000,000.00");
  if (!is_currency(s.currency)) return invalid("currency", "three capital letters, as EUR (ISO 4217)");
  return store_.put(s);
}

Status Catalogue::withdraw_species(const std::string& id) {
  auto species = this->species(id);
  if (!species) return Failure{species.error()};
  species->on_offer = false;
  return store_.put(*species);
}

Status Catalogue::add(const TreeParty& party) {
  if (Status id = check_tree_word("id", party.id); !id) return id;
  if (Status named = check_name(party.name); !named) return Failure{named.error().with_context("name")};
  const auto known = store_.party(party.id);
  if (!known) return Failure{known.error()};
  if (*known) return fail(ErrorCode::conflict, "there is a planter or inspector \"" + party.id + "\" already");
  if (party.works_for.empty()) return store_.put(party);
  const auto planter = this->party(party.works_for);
  if (!planter) return Failure{planter.error()};
  if (party.is == TreeParty::Kind::inspector && planter->is == TreeParty::Kind::planter) return store_.put(party);
  return invalid("works-for", "of an inspector, and it names a planter");
}

Result<TreeParty> Catalogue::retire(const std::string& id) {
  auto known = party(id);
  if (!known) return known;
  known->active = false;
  if (Status put = store_.put(*known); !put) return Failure{put.error()};
  return known;
}

Status Catalogue::add(Site site) {
  if (Status id = check_tree_word("site", site.id); !id) return id;
  if (Status named = check_name(site.name); !named) return Failure{named.error().with_context("name")};
  if (Status named = check_name(site.region); !named) return Failure{named.error().with_context("region")};
  if (std::abs(site.latitude) > kMostLatitude) return invalid("latitude", "from -90 to 90 degrees");
  if (std::abs(site.longitude) > kMostLongitude) return invalid("longitude", "from -180 to 180 degrees");
  if (site.room < 0 || site.room > kMostRoom) return invalid("room", "from 0 to 1,000,000,000 trees");
  const auto planter = party(site.planter);
  if (!planter) return Failure{planter.error()};
  if (planter->is != TreeParty::Kind::planter || !planter->active) {
    return invalid("planter", "\"" + site.planter + "\" is " + (planter->active ? "an inspector" : "retired"));
  }
  const auto known = store_.site(site.id);
  if (!known) return Failure{known.error()};
  if (*known) return fail(ErrorCode::conflict, "there is a site \"" + site.id + "\" already");
  site.ordered = 0;
  return store_.put(site);
}

Result<Site> Catalogue::set_room(const std::string& id, std::int64_t room) {
  auto site = this->site(id);
  if (!site) return site;
  if (room < 0 || room > kMostRoom) return invalid("room", "from 0 to 1,000,000,000 trees");
  if (room < site->ordered) {
    return fail(ErrorCode::conflict, "site " + id + ": " + std::to_string(site->ordered) + " trees are ordered for it");
  }
  site->room = room;
  if (Status put = store_.put(*site); !put) return Failure{put.error()};
  return site;
}

Result<Species> Catalogue::species(const std::string& id) { return found(store_.species(id), "species", id); }
Result<Site> Catalogue::site(const std::string& id) { return found(store_.site(id), "site", id); }
Result<TreeParty> Catalogue::party(const std::string& id) { return found(store_.party(id), "planter or inspector", id); }

}  // namespace greentill::credit

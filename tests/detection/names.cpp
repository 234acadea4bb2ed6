// SPDX-License-Identifier: Apache-2.0
#include "tests/detection/names.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <span>

namespace greentill::detection {
namespace {

struct Shop {
  const char* rules;
  event::TransactionKind kind;
};
constexpr std::array<Shop, 4> kShops{{{"cafe", event::TransactionKind::sale},
                                      {"corner-shop", event::TransactionKind::sale},
                                      {"hotel", event::TransactionKind::stay},
                                      {"kiosk", event::TransactionKind::takeback}}};

// One record of many names is read faster than many records of one.
constexpr std::size_t kTogether = 100;

struct Name {
  std::string where;
  std::string text;
};

void add(const std::string& name, event::Transaction& to) {
  for (const std::int64_t amount : {480, 0, -50}) {
    event::Line line;
    line.name = name;
    line.amount_minor = amount;
    to.lines.push_back(line);
  }
  event::Line of_class;
  of_class.name = "Article 7";
  of_class.category = name;
  of_class.amount_minor = 480;
  to.lines.push_back(of_class);
  to.attributes.push_back({"note", name});
  to.attributes.push_back({"material", name});
}

/// What a shop finds in a record of some names at once.
Result<std::vector<event::Activity>> find(Shops& shops, const Shop& shop, std::span<const Name> names) {
  Labelled record;
  record.rules = shop.rules;
  record.transaction.issuer = "names";
  record.transaction.event_id = "1";
  record.transaction.kind = shop.kind;
  record.transaction.attributes = {{"weighed", "yes"}};
  record.transaction.quantities = {{"g", 100}};
  for (const Name& name : names) add(name.text, record.transaction);
  return shops.find(record);
}

/// Of names in which something is found, each by itself.
Status tell(Shops& shops, const Shop& shop, std::span<const Name> names, Alarms& alarms) {
  const auto any = find(shops, shop, names);
  if (!any) return Failure{any.error()};
  if (any->empty()) return Done{};
  for (const Name& name : names) {
    const auto found = find(shops, shop, {&name, 1});
    if (!found) return Failure{found.error()};
    for (const event::Activity& one : *found) {
      alarms.told.push_back(name.where + ": " + shown(one) + " of " + shop.rules + ", \"" + name.text + '"');
    }
  }
  return Done{};
}

Result<std::vector<Name>> read_names(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) return fail(ErrorCode::not_found, file.string() + ": it cannot be opened");
  std::vector<Name> names;
  std::string text;
  for (std::size_t number = 1; std::getline(in, text); ++number) {
    if (!text.empty()) names.push_back({file.string() + ":" + std::to_string(number), text});
  }
  return names;
}

}  // namespace

Result<Alarms> alarms_of(const std::vector<std::filesystem::path>& files, Shops& shops) {
  Alarms alarms;
  for (const std::filesystem::path& file : files) {
    const auto names = read_names(file);
    if (!names) return Failure{names.error()};
    alarms.names += names->size();
    for (std::size_t at = 0; at < names->size(); at += kTogether) {
      const std::span<const Name> some = std::span(*names).subspan(at, std::min(kTogether, names->size() - at));
      for (const Shop& shop : kShops) {
        if (const Status told = tell(shops, shop, some, alarms); !told) return Failure{told.error()};
      }
    }
  }
  return alarms;
}

}  // namespace greentill::detection

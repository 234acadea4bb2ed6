// SPDX-License-Identifier: Apache-2.0
#include "tests/detection/names.hpp"

#include <array>
#include <fstream>

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

Labelled record_of(const Shop& shop, const std::string& name) {
  Labelled record;
  record.rules = shop.rules;
  record.transaction.issuer = "names";
  record.transaction.event_id = "1";
  record.transaction.kind = shop.kind;
  for (const std::int64_t amount : {480, 0, -50}) {
    event::Line line;
    line.name = name;
    line.amount_minor = amount;
    record.transaction.lines.push_back(line);
  }
  return record;
}

}  // namespace

Result<Alarms> alarms_of(const std::vector<std::filesystem::path>& files, Shops& shops) {
  Alarms alarms;
  for (const std::filesystem::path& file : files) {
    std::ifstream in(file);
    if (!in) return fail(ErrorCode::not_found, file.string() + ": it cannot be opened");
    std::string name;
    for (std::size_t number = 1; std::getline(in, name); ++number) {
      if (name.empty()) continue;
      ++alarms.names;
      for (const Shop& shop : kShops) {
        const auto found = shops.find(record_of(shop, name));
        if (!found) return Failure{found.error()};
        for (const event::Activity& one : *found) {
          alarms.told.push_back(file.string() + ":" + std::to_string(number) + ": " + shown(one) + " of " + shop.rules + ", \"" +
                                name + '"');
        }
      }
    }
  }
  return alarms;
}

}  // namespace greentill::detection

// SPDX-License-Identifier: Apache-2.0
// The corner shop's rules on a real grocery's log.
#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "plugins/common/readers/configuration.hpp"
#include "plugins/common/values/as_abi.hpp"
#include "plugins/rules/rule_set.hpp"
#include "tests/support/corpora.hpp"
#include "tests/unit/plugins/poslog/logs.hpp"

namespace greentill::rules {
namespace {

std::string read_all(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST_CASE("grocery: the bags that customers brought back are found, and nothing that only sounds green") {
  const auto path = greentill::test::corpus("poslog/ncr_acs_poslog21_dev.xml");
  if (!path) return;
  const auto settings =
      poslog::Settings::read(plugin::read_configuration("issuer = \"grocery\"\nzone = \"America/Los_Angeles\"\n", "poslog"));
  const auto log = poslog::test::read(read_all(*path), settings);
  REQUIRE(log.transactions.size() == 20);
  RuleSet rules = RuleSet::parse(read_all(GREENTILL_SOURCE_DIR "/config/rules/corner-shop.toml"), "corner-shop.toml");
  std::map<std::string, std::int64_t> bags;
  for (const plugin::Transaction& transaction : log.transactions) {
    plugin::as_abi(transaction, [&](const gt_transaction& given) {
      for (const auto& [rule, match] : rules.find(given)) {
        CHECK(rule->activity == "bag.own");
        CHECK(transaction.lines[match.line - 1].name.starts_with("REUSE DONATION"));
        bags[transaction.event_id] += match.amount;
      }
    });
  }
  CHECK(bags == std::map<std::string, std::int64_t>{{"9/1/2017-10-01/380", 1},
                                                    {"9/1/2017-10-01/382", 1},
                                                    {"9/2/2017-10-01/302", 3},
                                                    {"9/3/2017-10-01/87", 2},
                                                    {"9/3/2017-10-01/93", 1}});
}

}  // namespace
}  // namespace greentill::rules

// SPDX-License-Identifier: Apache-2.0
// print-poslog FILE ZONE: what the plugin reads in a log, one transaction a line as JSON.
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "plugins/common/readers/configuration.hpp"
#include "plugins/common/values/limits.hpp"
#include "plugins/poslog/poslog_reader.hpp"

namespace {

using namespace greentill;

nlohmann::json json_of(const plugin::Transaction& t) {
  nlohmann::json lines = nlohmann::json::array();
  for (const auto& line : t.lines) {
    lines.push_back({{"sku", line.sku},
                     {"gtin", line.gtin},
                     {"name", line.name},
                     {"category", line.category},
                     {"quantity_milli", line.quantity_milli},
                     {"amount_minor", line.amount_minor}});
  }
  return {{"event_id", t.event_id},
          {"standing", static_cast<int>(t.standing)},
          {"begin", t.begin},
          {"total_minor", t.total_minor},
          {"currency", t.currency},
          {"tender", t.tender},
          {"reversed", t.reversed_event_id},
          {"lines", lines}};
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  std::ifstream in(arguments[1], std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  const std::string log = text.str();
  plugin::MemoryBytes bytes(log);
  const auto settings = poslog::Settings::read(
      plugin::read_configuration("issuer = \"test\"\nzone = \"" + std::string(arguments[2]) + "\"\n", "print-poslog"));
  poslog::PosLogReader reader(bytes, settings);
  for (;;) {
    plugin::Transaction transaction;
    try {
      const auto next = reader.next(transaction);
      if (next == plugin::RecordReader::Next::end) return 0;
      if (next == plugin::RecordReader::Next::record) std::cout << json_of(transaction).dump() << '\n';
    } catch (const plugin::LeftOut&) {
      // Nothing was sold.
    }
  }
}

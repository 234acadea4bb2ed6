// SPDX-License-Identifier: Apache-2.0
// Receipts written as text, read under the profiles that are shipped.
#pragma once

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>

#include "plugins/escpos/job.hpp"
#include "plugins/escpos/sale_reader.hpp"
#include "tests/unit/plugins/escpos/jobs.hpp"

namespace greentill::escpos::test {

inline constexpr std::int64_t kArrived = 1'795'510'800;  // 2026-11-24 09:00:00 UTC

inline Profile shipped(const std::string& name, const ProfileOverrides& overrides = {}) {
  return Profile::load(name, std::filesystem::path(GREENTILL_SOURCE_DIR) / "config/escpos", overrides);
}

inline Receipt paper(const std::string& text) {
  TextSettings settings;
  settings.encoding = "utf-8";
  const auto all = read_receipts(bytes(text), settings);
  REQUIRE(all.size() == 1);
  return all[0];
}

inline Understood read_as(const std::string& profile, const std::string& text) {
  return understand(paper(text), shipped(profile, {"", "EUR"}), "till-1", kArrived);
}
inline Understood english(const std::string& text) {
  return understand(paper(text), shipped("generic-en", {"Europe/London", "GBP"}), "till-1", kArrived);
}

inline plugin::Transaction sale(const Understood& understood) {
  REQUIRE_MESSAGE(understood.transaction.has_value(), understood.problem);
  return *understood.transaction;
}

/// "name|quantity in thousandths|amount" of each line.
inline std::string items(const plugin::Transaction& sale) {
  std::string all;
  for (const auto& line : sale.lines) {
    all += line.name + "|" + std::to_string(line.quantity_milli) + "|" + std::to_string(line.amount_minor) + "\n";
  }
  return all;
}
inline std::string listed(std::initializer_list<const char*> lines) {
  std::string all;
  for (const char* line : lines) all += std::string(line) + "\n";
  return all;
}

}  // namespace greentill::escpos::test

// SPDX-License-Identifier: Apache-2.0
// Pages of our own making, and what is read from them.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "plugins/common/readers/configuration.hpp"
#include "plugins/mds/page.hpp"
#include "tests/support/byte_pieces.hpp"

namespace greentill::mds::test {

using Seen = std::vector<std::string>;

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE(in);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// "bike.shared 1530000000+600 m.track=1234", or "cancelled <what> <when>" of a reversal.
inline std::string shown(const plugin::Transaction& t) {
  if (!t.reversed_event_id.empty()) return "cancelled " + t.reversed_event_id + " " + std::to_string(t.begin);
  std::string text = t.mode + " " + std::to_string(t.begin) + "+" + std::to_string(t.end - t.begin);
  for (const auto& q : t.quantities) text += " " + q.unit + "=" + std::to_string(q.value);
  return text;
}

struct Read {
  std::vector<plugin::Transaction> transactions;
  Seen seen;  // shown(), "where: reason" of a rejected one, "where: left out: reason", "failed: reason" of the file
};

inline Read read(plugin::RecordReader& reader) {
  Read all;
  for (;;) {
    plugin::Transaction transaction;
    try {
      const auto next = reader.next(transaction);
      if (next == plugin::RecordReader::Next::end) return all;
      if (next == plugin::RecordReader::Next::nothing) continue;
      plugin::check_limits(transaction);
      all.seen.push_back(shown(transaction));
      all.transactions.push_back(std::move(transaction));
    } catch (const plugin::LeftOut& reason) {
      all.seen.push_back(reader.where() + ": left out: " + reason.what());
    } catch (const plugin::Unusable& problem) {
      all.seen.push_back(reader.where() + ": " + problem.what());
    } catch (const std::runtime_error& failure) {
      all.seen.push_back(std::string("failed: ") + failure.what());
      return all;
    }
  }
}

inline const Modes& default_modes() {
  static const Modes kModes(plugin::read_configuration("", "mds"));
  return kModes;
}

/// Devices that MDS 2 trips are made with; the second has a motor.
inline constexpr const char* kBike = "00000000-0000-4000-8000-000000000b01";
inline constexpr const char* kEbike = "00000000-0000-4000-8000-000000000b02";

inline std::optional<Vehicle> two_bikes(const std::string& device) {
  if (device == kBike) return Vehicle{"bicycle", Drive::human};
  if (device == kEbike) return Vehicle{"bicycle", Drive::electric};
  return std::nullopt;
}

inline Read read_page(std::string_view text, std::size_t step = SIZE_MAX) {
  greentill::test::BytePieces bytes(text, step);
  Page page(bytes, {default_modes(), two_bikes});
  return read(page);
}

}  // namespace greentill::mds::test

// SPDX-License-Identifier: Apache-2.0
// Charging sessions as records have them, composed and read. There are no public samples that may be kept here: the records are
// written after the OCMF specification of S.A.F.E. e.V. (OCMF-en.md, revisions 1.0 to 1.3.1), whose section or table each case
// names, and signed with keys made for the test.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/ocmf/reader.hpp"
#include "tests/support/byte_pieces.hpp"

namespace greentill::ocmf::sessions {

using plugin::RecordReader;
using plugin::Transaction;
using Seen = std::vector<std::string>;

struct Read {
  std::vector<Transaction> transactions;
  Seen rejected;  // "where: reason"
};

inline Read read(std::string_view text, const CheckSignature& check, const Plausible& plausible = {},
                 std::size_t step = SIZE_MAX) {
  greentill::test::BytePieces bytes(text, step);
  Records records(bytes, plausible, check);
  Read all;
  for (;;) {
    Transaction transaction;
    try {
      const auto next = records.next(transaction);
      if (next == RecordReader::Next::end) return all;
      if (next == RecordReader::Next::nothing) continue;
      plugin::check_limits(transaction);
      all.transactions.push_back(std::move(transaction));
    } catch (const plugin::Unusable& problem) {
      all.rejected.push_back(records.where() + ": " + problem.what());
    }
  }
}

inline void believe(const std::string& /*meter*/, std::string_view /*bytes*/, const Signature& /*signature*/) {}

/// "final 3600 s 29500 Wh", "doubtful 3600 s 29500 Wh: why".
inline std::string shown(const Transaction& t) {
  constexpr const char* kStandings[] = {"final", "training", "interim", "reprint", "doubtful"};
  std::string text = std::string(kStandings[t.standing]) + " " + std::to_string(t.end - t.begin) + " s";
  for (const auto& q : t.quantities) text += " " + std::to_string(q.value) + " " + q.unit;
  return t.remark.empty() ? text : text + ": " + t.remark;
}

/// Times are minutes of an hour of 2026-03-01.
inline std::string reading(const std::string& tx, int minute, const std::string& rv,
                           const std::string& more = R"(,"RI":"1-b:1.8.0","RU":"kWh","EF":"","ST":"G")",
                           const std::string& clock = " S") {
  const std::string two = (minute % 60 < 10 ? "0" : "") + std::to_string(minute % 60);
  return R"({"TM":"2026-03-01T1)" + std::to_string(minute / 60) + ":" + two + R"(:00,000+0100)" + clock + R"(","TX":")" + tx +
         R"(","RV":)" + rv + more + "}";
}

inline std::string payload(const std::string& readings, const std::string& page = "T7", const std::string& more = {}) {
  return R"({"FV":"1.0","GI":"g","GS":"GW1","GV":"1","PG":")" + page + R"(","MS":"M1",)" + more +
         R"("IS":false,"IT":"NONE","RD":[)" + readings + "]}";
}

inline std::string unsigned_record(const std::string& signed_part) {
  return "OCMF|" + signed_part + R"(|{"SD":"3006020101020101"})";
}

/// What one record with these readings is.
inline std::string session(const std::string& readings, const std::string& more = {}, const Plausible& plausible = {}) {
  const Read all = read(unsigned_record(payload(readings, "T7", more)), believe, plausible);
  if (!all.rejected.empty()) return all.rejected[0];
  REQUIRE(all.transactions.size() == 1);
  return shown(all.transactions[0]);
}

inline const std::string kBegin = reading("B", 0, "2935.6");
inline const std::string kEnd = reading("E", 60, "2965.1");

}  // namespace greentill::ocmf::sessions

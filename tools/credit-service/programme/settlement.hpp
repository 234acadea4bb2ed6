// SPDX-License-Identifier: Apache-2.0
// What a programme would grant for acts as they stand, limits of accounts included, whatever granted for them in fact.
// docs/credit-service.md, "Settling by another programme". Threads: one.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "tools/credit-service/programme/programme.hpp"

namespace greentill::credit {

class Settlement {
 public:
  /// The programme must outlive it.
  explicit Settlement(const Programme& programme) : programme_(programme) {}

  /// `holder`: whose limits hold; empty: nobody's, as of credit without an account.
  void add(std::string_view activity, std::int64_t measured_mg, std::int64_t ended, const std::string& holder);

  struct Line {
    std::uint64_t acts = 0;       ///< for which it grants something
    std::int64_t granted_mg = 0;  ///< within limits
    std::int64_t cut_mg = 0;      ///< what limits cut
  };
  /// By activity. What an account is granted in a month does not depend on the order in which its acts were added.
  [[nodiscard]] std::map<std::string, Line> lines() const;
  [[nodiscard]] const Programme& programme() const { return programme_; }

 private:
  using Subject = std::tuple<std::string, std::string, std::int64_t>;  // activity, holder and month

  const Programme& programme_;
  std::map<std::string, Line, std::less<>> free_;            // what no limit holds for, by activity
  std::map<Subject, std::map<std::int64_t, Line>> limited_;  // by day
};

}  // namespace greentill::credit

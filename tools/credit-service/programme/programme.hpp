// SPDX-License-Identifier: Apache-2.0
// The programme's standard (config/programme.toml): what is granted for a claim and between whom it is split.
// docs/credit-service.md, "The programme". Threads: immutable, safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"
#include "daemon/claim/crypto.hpp"
#include "tools/credit-service/programme/calendar.hpp"

namespace greentill::credit {

/// The parts of one amount in mg; they add up to it exactly.
struct Split {
  std::int64_t customer = 0;
  std::int64_t merchant = 0;
  std::int64_t operator_share = 0;
};

/// What is granted for one activity.
struct Rule {
  std::string activity;
  std::optional<std::int64_t> fixed_mg;  ///< granted for any claim that is credited at all; none: the measured amount is granted
  std::optional<std::int64_t> limit_per_day_mg;
  std::optional<std::int64_t> limit_per_month_mg;

  /// The amount before limits.
  [[nodiscard]] std::int64_t grant(std::int64_t credited_mg) const;
  [[nodiscard]] bool has_limits() const { return limit_per_day_mg || limit_per_month_mg; }
};

class Programme {
 public:
  /// Errors name file, line and key.
  static Result<Programme> parse(std::string_view bytes, const std::string& name, const claim::Hasher& hasher);

  /// The rule for the activity; null where the programme grants nothing for it.
  [[nodiscard]] const Rule* rule_for(std::string_view activity) const;
  /// Splits an amount by largest remainder; equal remainders go to the customer, then the merchant, then the operator. Requires:
  /// mg >= 0.
  [[nodiscard]] Split split(std::int64_t mg) const;
  [[nodiscard]] const Calendar& calendar() const { return calendar_; }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] const Digest& sha256() const { return sha256_; }

 private:
  explicit Programme(Calendar calendar) : calendar_(calendar) {}

  std::vector<Rule> rules_;
  std::int64_t customer_ppm_ = 0;
  std::int64_t merchant_ppm_ = 0;
  std::int64_t operator_ppm_ = 0;
  Calendar calendar_;
  std::string bytes_;
  Digest sha256_{};
};

}  // namespace greentill::credit

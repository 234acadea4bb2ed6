// SPDX-License-Identifier: Apache-2.0
// The programme's standard (config/programme.toml): what is granted for a claim and between whom it is split.
// docs/credit-service.md, "The programme". Threads: immutable, safe from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"
#include "daemon/claim/crypto.hpp"
#include "tools/credit-service/programme/calendar.hpp"
#include "tools/credit-service/programme/campaign.hpp"
#include "tools/credit-service/registry/things.hpp"

namespace greentill::credit {

/// The parts of one amount in mg; they add up to it exactly.
struct Split {
  std::int64_t customer = 0;
  std::int64_t merchant = 0;
  std::int64_t operator_share = 0;
};

/// Milligrams by class of device; none where the programme says nothing.
using ByClass = std::array<std::optional<std::int64_t>, 4>;

/// What a device may send: as much is added to what it has left each day.
struct Quota {
  std::int64_t claims_per_day = 20'000;
  std::int64_t bytes_per_day = 12 << 20;
};

/// What is granted for one activity.
struct Rule {
  std::string activity;
  std::optional<std::int64_t> fixed_mg;  ///< granted for any claim that is credited at all; none: the measured amount is granted
  std::optional<std::int64_t> limit_per_day_mg;
  std::optional<std::int64_t> limit_per_month_mg;
  std::int64_t refund_days = 14;  ///< after an act's end, in which it may be refunded: its credit cannot be spent before
  std::optional<std::int64_t> oldest_days;  ///< an act that ended longer ago when it comes is held; none: however long ago
  ByClass ceilings_per_day_mg;
  std::optional<std::int64_t> merchant_ceiling_per_day_mg;
  ByClass takes_back_per_day_mg;

  /// The amount before limits.
  [[nodiscard]] std::int64_t grant(std::int64_t credited_mg) const;
  [[nodiscard]] bool has_limits() const { return limit_per_day_mg || limit_per_month_mg; }
  /// What a device of that class, and a merchant, may be granted for acts of a day; none: as much as there is.
  [[nodiscard]] std::optional<std::int64_t> ceiling(Device::Class is) const { return of_class(ceilings_per_day_mg, is); }
  [[nodiscard]] std::optional<std::int64_t> merchant_ceiling() const { return merchant_ceiling_per_day_mg; }
  /// What a device of that class may take back of other merchants' in a day.
  [[nodiscard]] std::int64_t takes_back(Device::Class is) const { return of_class(takes_back_per_day_mg, is).value_or(0); }

 private:
  static std::optional<std::int64_t> of_class(const ByClass& all, Device::Class is) {
    const auto at = static_cast<std::size_t>(is);
    return at < all.size() ? all[at] : std::nullopt;
  }
};

class Programme {
 public:
  /// Errors name file, line and key.
  static Result<Programme> parse(std::string_view bytes, const std::string& name, const claim::Hasher& hasher);

  /// The rule for the activity; null where the programme grants nothing for it.
  [[nodiscard]] const Rule* rule_for(std::string_view activity) const;
  [[nodiscard]] const std::vector<Rule>& rules() const { return rules_; }
  [[nodiscard]] const Quota& quota() const { return quota_; }
  /// How long credit rests after it was booked before it can be spent, so that a person can look at what came late.
  [[nodiscard]] std::int64_t rest_days() const { return rest_days_; }
  /// The first campaign that is for such an act, which ended on that day (20261124); null where none is.
  [[nodiscard]] const Campaign* campaign_for(std::string_view activity, std::string_view merchant, std::int64_t day) const;
  [[nodiscard]] const std::vector<Campaign>& campaigns() const { return campaigns_; }
  /// After how many whole months people's credit lapses that was not spent; none: never.
  [[nodiscard]] std::optional<std::int64_t> lapse_months() const { return lapse_months_; }
  /// Whether devices' days are screened.
  [[nodiscard]] bool screens() const { return screens_; }
  /// Splits an amount by largest remainder; equal remainders go to the customer, then the merchant, then the operator. Requires:
  /// mg >= 0.
  [[nodiscard]] Split split(std::int64_t mg) const;
  [[nodiscard]] const Calendar& calendar() const { return calendar_; }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] const Digest& sha256() const { return sha256_; }

 private:
  explicit Programme(Calendar calendar) : calendar_(calendar) {}

  std::vector<Rule> rules_;
  std::vector<Campaign> campaigns_;
  std::optional<std::int64_t> lapse_months_;
  Quota quota_;
  bool screens_ = true;
  std::int64_t rest_days_ = 0;
  std::int64_t customer_ppm_ = 0;
  std::int64_t merchant_ppm_ = 0;
  std::int64_t operator_ppm_ = 0;
  Calendar calendar_;
  std::string bytes_;
  Digest sha256_{};
};

}  // namespace greentill::credit

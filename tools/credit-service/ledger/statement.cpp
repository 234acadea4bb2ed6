// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/statement.hpp"

#include <map>
#include <variant>

#include "daemon/claim/claim.hpp"

namespace greentill::credit {
namespace {

class Summing {
 public:
  Summing(const StatementOptions& options, const Calendar& calendar) : options_(options), calendar_(calendar) {}

  Status add(const AcceptedClaim& claim) {
    const auto sums = sums_of(claim.device, claim.payload, claim.at);
    if (!sums) return Failure{sums.error()};
    if (*sums != nullptr) ++(*sums)->claims;
    return Done{};
  }

  Status add(const BookedLeg& leg) {
    // A booking's legs come together: the claim is read once.
    if (leg.claim != claim_ || leg.number != number_) {
      const auto sums = sums_of(leg.device, leg.payload, leg.at);
      if (!sums) return Failure{sums.error()};
      claim_ = leg.claim;
      number_ = leg.number;
      current_ = *sums;
    }
    if (current_ != nullptr) book(leg, *current_);
    return Done{};
  }

  [[nodiscard]] std::vector<StatementLine> lines() const {
    std::vector<StatementLine> lines;
    for (const auto& [keys, sums] : sums_) lines.push_back({keys, sums});
    return lines;
  }

 private:
  static void book(const BookedLeg& leg, StatementSums& sums) {
    if (leg.account == "merchant") {
      sums.shares.merchant += leg.mg;
    } else if (leg.account == "operator") {
      sums.shares.operator_share += leg.mg;
    } else if (leg.account != "issuance") {
      sums.shares.customer += leg.mg;
    } else if (leg.mg < 0) {
      sums.granted -= leg.mg;
    } else {
      sums.taken_back += leg.mg;
      ++sums.reversals;
    }
  }

  /// The sums to which the claim belongs; null where the options leave it out.
  Result<StatementSums*> sums_of(std::string_view device, ByteView payload, std::int64_t at) {
    const auto claim = claim::parse_payload(payload);
    const auto* reduction = claim ? std::get_if<claim::Reduction>(&claim->entry) : nullptr;
    if (reduction == nullptr) return fail(ErrorCode::corrupt, "ledger: a booked claim does not parse");
    if (!options_.merchant.empty() && options_.merchant != claim->merchant) return nullptr;
    if (!options_.device.empty() && options_.device != device) return nullptr;
    std::vector<std::string> keys;
    for (const StatementBy by : options_.by) keys.push_back(key(by, device, *claim, *reduction, at));
    return &sums_[std::move(keys)];
  }

  [[nodiscard]] std::string key(StatementBy by, std::string_view device, const claim::Claim& claim,
                                const claim::Reduction& reduction, std::int64_t at) const {
    switch (by) {
      case StatementBy::merchant: return std::string(claim.merchant);
      case StatementBy::activity: return std::string(reduction.activity);
      case StatementBy::device: return std::string(device);
      case StatementBy::day: return day_text(calendar_.local(at).day);
      case StatementBy::month: return day_text(calendar_.local(at).day).substr(0, 7);
    }
    return {};
  }

  const StatementOptions& options_;
  const Calendar& calendar_;
  std::map<std::vector<std::string>, StatementSums> sums_;
  std::int64_t claim_ = 0;  // of the last leg, and its booking; ids begin at 2^40
  std::uint64_t number_ = 0;
  StatementSums* current_ = nullptr;
};

}  // namespace

StatementSums& StatementSums::operator+=(const StatementSums& other) {
  claims += other.claims;
  granted += other.granted;
  reversals += other.reversals;
  taken_back += other.taken_back;
  shares.customer += other.shares.customer;
  shares.merchant += other.shares.merchant;
  shares.operator_share += other.shares.operator_share;
  return *this;
}

Result<std::vector<StatementLine>> make_statement(Books& books, const StatementOptions& options, const Calendar& calendar) {
  Summing summing(options, calendar);
  const Status read = books.in_one_snapshot([&]() -> Status {
    const auto add = [&summing](const auto& one) { return summing.add(one); };
    if (Status claims = books.accepted(options.period, add); !claims) return claims;
    return books.legs(options.period, add);
  });
  if (!read) return Failure{read.error()};
  return summing.lines();
}

StatementSums total_of(const std::vector<StatementLine>& lines) {
  StatementSums total;
  for (const StatementLine& line : lines) total += line.sums;
  return total;
}

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
#include "tools/fleet-sim/figures.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace greentill::fleet_sim {
namespace {

using Json = nlohmann::ordered_json;

Json quantiles(const Samples& samples) {
  return {{"count", samples.count()}, {"p50", samples.at(0.5)},    {"p90", samples.at(0.9)},
          {"p99", samples.at(0.99)},  {"p999", samples.at(0.999)}, {"most", samples.at(1)}};
}

Json to_json(const Traffic& traffic) {
  return {{"bytes_up", traffic.up},
          {"bytes_down", traffic.down},
          {"segments_up", traffic.segments_up},
          {"segments_down", traffic.segments_down}};
}

}  // namespace

double Samples::at(double share) const {
  if (values_.empty()) return 0;
  if (sorted_ != values_.size()) {
    std::ranges::sort(values_);
    sorted_ = values_.size();
  }
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values_.size())));
  return values_[std::clamp<std::size_t>(rank, 1, values_.size()) - 1] / 10.0;
}

Traffic& Traffic::operator+=(const Traffic& other) {
  up += other.up;
  down += other.down;
  segments_up += other.segments_up;
  segments_down += other.segments_down;
  return *this;
}

Traffic Traffic::operator-(const Traffic& other) const {
  return {up - other.up, down - other.down, segments_up - other.segments_up, segments_down - other.segments_down};
}

std::string Figures::json() const {
  Json out{{"devices", devices},
           {"sessions_most", sessions_most},
           {"connects", connects},
           {"connects_failed", connects_failed},
           {"lost", lost},
           {"dropped", dropped},
           {"reasons", reasons},
           {"connect_ms", quantiles(connect)},
           {"answer_ms", quantiles(answer)},
           {"claims", claims},
           {"starts", starts},
           {"receipted", receipted},
           {"batches", batches},
           {"batches_again", batches_again},
           {"batch_bytes", batch_bytes},
           {"questions", questions},
           {"receipts", receipts},
           {"receipt_bytes", receipt_bytes},
           {"receipts_refused", receipts_refused},
           {"refused", refused},
           {"held", held},
           {"granted_mg", granted_mg},
           {"at_odds", at_odds},
           {"receipt_ms", quantiles(receipt)},
           {"receipt_since_made_ms", quantiles(receipt_since_made)},
           {"connecting", to_json(connecting)},
           {"rest", to_json(rest)}};
  return out.dump();
}

}  // namespace greentill::fleet_sim

// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/answer.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/base/hex.hpp"

namespace greentill::api {
namespace {

using nlohmann::ordered_json;

constexpr std::array<std::pair<std::string_view, std::string_view>, 19> kSubjects{{
    {"ride.bike.shared", "Shared bike"},
    {"ride.ebike.shared", "Shared e-bike"},
    {"ride.metro", "Metro"},
    {"ride.bus", "Bus"},
    {"ticket.paperless", "Paperless ticket"},
    {"receipt.paperless", "Paperless receipt"},
    {"ride.rail.intercity", "Train ride"},
    {"charge.ev", "Electric charge"},
    {"invoice.electronic", "E-invoice"},
    {"bill.kiosk", "Paperless bill"},
    {"cutlery.none", "No cutlery"},
    {"dish.plantbased", "Plant-based dish"},
    {"goods.secondhand", "Second-hand goods"},
    {"parcelbox.return", "Returned parcel box"},
    {"linen.reuse", "Linen used again"},
    {"recycle.pet", "Bottles brought back"},
    {"recycle.can", "Cans brought back"},
    {"recycle.paper", "Paper brought back"},
    {"recycle.textile", "Textiles brought back"},
}};

void replace(std::string& text, std::string_view mark, std::string_view value) {
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size())) {
    text.replace(at, mark.size(), value);
  }
}

ordered_json reversal_json(const event::ReversedAct& act) {
  ordered_json json{{"seq", act.seq}, {"id", to_hex(act.id)}, {"activity", act.activity}};
  json["of_seq"] = act.of_seq == 0 ? ordered_json(nullptr) : ordered_json(act.of_seq);
  for (const auto& quantity : act.taken_back) json["taken_back"][quantity.unit] = quantity.value;
  return json;
}

}  // namespace

std::string grams_text(std::int64_t mg) {
  const std::int64_t tenths = mg / 100;
  if (tenths >= 100 || tenths % 10 == 0) return std::to_string(tenths / 10);
  return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10);
}

std::string receipt_line(std::string_view activity, std::int64_t credited_mg) {
  if (credited_mg < 100) return {};
  for (const auto& [name, subject] : kSubjects) {
    if (name == activity) return std::string(subject) + ": " + grams_text(credited_mg) + " g CO2e spared";
  }
  return "You spared " + grams_text(credited_mg) + " g CO2e";
}

std::string claim_link(std::string_view pattern, const event::ClaimedAct& act) {
  if (act.bearer_secret.empty() && pattern.find("{secret}") != std::string_view::npos) return {};
  std::string link(pattern);
  replace(link, "{secret}", act.bearer_secret);
  replace(link, "{claim}", to_hex(act.id));
  return link;
}

ordered_json undo_to_json(const event::TransactionAnswer& answer) {
  ordered_json json{{"repeated", answer.repeated}, {"reversals", ordered_json::array()}};
  for (const event::ReversedAct& act : answer.reversals) json["reversals"].push_back(reversal_json(act));
  if (!answer.remark.empty()) json["remark"] = answer.remark;
  return json;
}

ordered_json to_json(const event::TransactionAnswer& answer, std::string_view issuer, std::string_view event_id,
                     std::string_view link_pattern) {
  ordered_json claims = ordered_json::array();
  for (const event::ClaimedAct& act : answer.claims) {
    ordered_json claim{{"seq", act.seq},
                       {"id", to_hex(act.id)},
                       {"activity", act.activity},
                       {"estimate_mg", act.estimate_mg},
                       {"credited_mg", act.credited_mg},
                       {"grams", grams_text(act.credited_mg)},
                       {"receipt_line", receipt_line(act.activity, act.credited_mg)}};
    const std::string link = claim_link(link_pattern, act);
    if (!link.empty()) claim["link"] = link;
    claims.push_back(std::move(claim));
  }
  ordered_json reversals = ordered_json::array();
  for (const event::ReversedAct& act : answer.reversals) reversals.push_back(reversal_json(act));
  ordered_json unclaimed = ordered_json::array();
  for (const event::UnclaimedAct& act : answer.unclaimed)
    unclaimed.push_back({{"activity", act.activity}, {"reason", act.reason}});
  ordered_json json{{"transaction", {{"issuer", issuer}, {"event_id", event_id}}},
                    {"repeated", answer.repeated},
                    {"claims", std::move(claims)},
                    {"unclaimed", std::move(unclaimed)}};
  if (!reversals.empty()) json["reversals"] = std::move(reversals);
  if (!answer.remark.empty()) json["remark"] = answer.remark;
  return json;
}

}  // namespace greentill::api

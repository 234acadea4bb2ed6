// SPDX-License-Identifier: Apache-2.0
// What is held, in groups or claim by claim.
#include "tools/credit-service/ledger/held.hpp"

#include <map>

#include "daemon/base/hex.hpp"
#include "tools/common/table.hpp"
#include "tools/credit-service/cli/commands.hpp"
#include "tools/credit-service/cli/opening.hpp"

namespace greentill::credit {
namespace {

using Align = tools::Table::Align;

Result<HeldFilter> filter_of(const HeldRequest& request, const Calendar& calendar) {
  HeldFilter filter;
  filter.device = request.device;
  filter.merchant = request.merchant;
  if (!request.reason.empty()) {
    filter.reason = verify::parse_reason(request.reason);
    if (!filter.reason || verify::kind_of(*filter.reason) != verify::ReasonKind::hold)
      return fail(ErrorCode::invalid, "--reason: claims are held for no such reason; probation is one");
  }
  if (!request.day.empty()) {
    const auto day = parse_day(request.day, "--day", calendar);
    if (!day) return Failure{day.error()};
    filter.arrived = Period{*calendar.begin_of(*day), *calendar.end_of(*day)};
  }
  return filter;
}

std::vector<std::string> reasons_of(Holds holds) {
  std::vector<std::string> names;
  for (const Reason reason : kHoldReasons) {
    if (holds.has(reason)) names.emplace_back(to_string(reason));
  }
  return names;
}

/// Why the claims of a group are held: of screened days what was found.
std::string sentence_of(const HeldGroup& group, const std::vector<Screened>& screened) {
  std::string text;
  for (const Screened& one : screened) {
    if (group.reason != Reason::screening || one.device != group.device || one.day > group.day) continue;
    text += (text.empty() ? "" : "; ") + one.words;
  }
  return text.empty() ? std::string(in_words(group.reason)) : text;
}

Json group_json(const HeldGroup& group, const std::string& words) {
  return {{"device", group.device},
          {"day", day_text(group.day)},
          {"reason", to_string(group.reason)},
          {"words", words},
          {"merchants", group.merchants},
          {"claims", group.sum.claims},
          {"asked_mg", group.sum.asked_mg},
          {"oldest", group.sum.oldest}};
}

Json claim_json(const HeldClaim& claim) {
  return {{"claim", claim.id},
          {"device", claim.device},
          {"chain", to_hex(claim.chain)},
          {"seq", claim.seq},
          {"merchant", claim.merchant},
          {"activity", claim.activity.empty() ? Json() : Json(claim.activity)},
          {"asked_mg", claim.asked_mg},
          {"ended_at", claim.ended_at},
          {"reversal", claim.is_reversal},
          {"reasons", reasons_of(claim.decision.holds)},
          {"arrived", claim.decision.arrived},
          {"since", claim.decision.since}};
}

std::string what_of(const HeldClaim& claim) {
  if (claim.is_reversal) return "reversal";
  return claim.activity.empty() ? "chain" : claim.activity;
}

/// A list in each of its forms.
struct HeldList {
  Json json = Json::array();
  std::string csv, text;
};

Result<HeldList> groups_answer(Books& books, const HeldFilter& filter, const Calendar& calendar) {
  const auto groups = group_held(books, filter, calendar);
  if (!groups) return Failure{groups.error()};
  const auto screened = books.screened(filter.device);
  if (!screened) return Failure{screened.error()};
  tools::Table table({{"device"}, {"day"}, {"reason"}, {"claims", Align::right}, {"asked for", Align::right}, {"oldest"}});
  HeldList answer;
  answer.csv = tools::csv_record({"device", "day", "reason", "merchants", "claims", "asked_mg", "oldest", "words"});
  std::map<std::string, std::string> sentences;
  for (const HeldGroup& one : *groups) {
    const std::string words = sentence_of(one, *screened);
    const std::string reason(to_string(one.reason));
    answer.json.push_back(group_json(one, words));
    answer.csv +=
        tools::csv_record({one.device, day_text(one.day), reason, tools::joined(one.merchants), std::to_string(one.sum.claims),
                           std::to_string(one.sum.asked_mg), std::to_string(one.sum.oldest), words});
    table.add({one.device, day_text(one.day), reason, tools::count_text(one.sum.claims), tools::grams_text(one.sum.asked_mg),
               tools::time_text(one.sum.oldest)});
    sentences[one.reason == Reason::screening ? reason + " (" + one.device + ")" : reason] = words;
  }
  answer.text = table.empty() ? "no claim is held\n" : table.text() + '\n';
  for (const auto& [reason, words] : sentences) answer.text += printable(reason) + ": " + printable(words) + '\n';
  return answer;
}

Result<HeldList> claims_answer(Books& books, const HeldFilter& filter) {
  tools::Table table({{"claim", Align::right},
                      {"device"},
                      {"chain"},
                      {"seq", Align::right},
                      {"what"},
                      {"asked for", Align::right},
                      {"act ended"},
                      {"reasons"},
                      {"arrived"},
                      {"since"}});
  HeldList answer;
  answer.csv = tools::csv_record({"claim", "device", "chain", "seq", "merchant", "activity", "asked_mg", "ended_at", "reversal",
                                  "reasons", "arrived", "since"});
  const Status read = books.held(filter, [&](const HeldClaim& one) -> Status {
    const std::string reasons = tools::joined(reasons_of(one.decision.holds));
    answer.json.push_back(claim_json(one));
    answer.csv +=
        tools::csv_record({std::to_string(one.id), one.device, to_hex(one.chain), std::to_string(one.seq), one.merchant,
                           one.activity, std::to_string(one.asked_mg), std::to_string(one.ended_at), one.is_reversal ? "1" : "0",
                           reasons, std::to_string(one.decision.arrived), std::to_string(one.decision.since)});
    table.add({std::to_string(one.id), one.device, to_hex(one.chain), std::to_string(one.seq), what_of(one),
               tools::grams_text(one.asked_mg), tools::time_text(one.ended_at), reasons, tools::time_text(one.decision.arrived),
               tools::time_text(one.decision.since)});
    return Done{};
  });
  if (!read) return Failure{read.error()};
  answer.text = table.empty() ? "no claim is held\n" : table.text();
  return answer;
}

/// What screening found of the claim's device and activity; empty where it does not hold the claim.
std::string found_of(const HeldClaim& claim, const std::vector<Screened>& screened) {
  std::string text;
  for (const Screened& one : screened) {
    if (claim.decision.holds.has(Reason::screening) && one.activity == claim.activity) {
      text += (text.empty() ? "" : "; ") + one.words;
    }
  }
  return text;
}

std::string text_of(const HeldClaim& claim, const std::string& found) {
  std::string text = "claim " + std::to_string(claim.id) + ": " + printable(claim.device) + ", chain " + to_hex(claim.chain) +
                     ", seq " + std::to_string(claim.seq) + ": " + printable(what_of(claim)) + " of merchant " +
                     printable(claim.merchant) + ", ended " + tools::time_text(claim.ended_at) + ", arrived " +
                     tools::time_text(claim.decision.arrived) + '\n';
  if (!claim.activity.empty()) text += "asks for " + tools::grams_text(claim.asked_mg) + '\n';
  if (claim.decision.reason != Reason::none) {
    text += "it is not held, but refused: " + std::string(in_words(claim.decision.reason)) + '\n';
  } else if (claim.decision.holds.empty()) {
    text += "it is not held\n";
  }
  for (const Reason reason : kHoldReasons) {
    if (!claim.decision.holds.has(reason)) continue;
    const bool is_found = reason == Reason::screening && !found.empty();
    text += "held since " + tools::time_text(claim.decision.since) + " as " + std::string(to_string(reason)) + ": " +
            (is_found ? printable(found) : std::string(in_words(reason))) + '\n';
  }
  return text;
}

}  // namespace

Status list_held(const std::filesystem::path& config, const HeldRequest& request, const Output& output) {
  if (request.csv && output.json) return fail(ErrorCode::invalid, "--csv and --json exclude each other");
  const auto reading = Reading::open(config);
  if (!reading) return Failure{reading.error()};
  const auto programme = load_programme((*reading)->config, (*reading)->hasher);
  if (!programme) return Failure{programme.error()};
  const auto filter = filter_of(request, programme->calendar());
  if (!filter) return Failure{filter.error()};
  Books& books = *(*reading)->books;
  const auto answer = request.claims ? claims_answer(books, *filter) : groups_answer(books, *filter, programme->calendar());
  if (!answer) return Failure{answer.error()};
  if (request.csv) {
    output.out << answer->csv;
    return Done{};
  }
  output.answer({{request.claims ? "claims" : "groups", answer->json}}, answer->text);
  return Done{};
}

Status show_held(const std::filesystem::path& config, std::int64_t id, const Output& output) {
  const auto reading = Reading::open(config);
  if (!reading) return Failure{reading.error()};
  const auto claim = (*reading)->books->claim(id);
  if (!claim) return Failure{claim.error()};
  if (!*claim) return fail(ErrorCode::not_found, "claim " + std::to_string(id) + ": the ledger has none of that number");
  const auto screened = (*reading)->books->screened((*claim)->device);
  if (!screened) return Failure{screened.error()};
  const std::string found = found_of(**claim, *screened);
  Json json = claim_json(**claim);
  json["refused"] = (*claim)->decision.reason == Reason::none ? Json() : Json(to_string((*claim)->decision.reason));
  json["granted_mg"] = (*claim)->decision.granted ? Json(*(*claim)->decision.granted) : Json();
  json["found"] = found.empty() ? Json() : Json(found);
  output.answer(json, text_of(**claim, found));
  return Done{};
}

}  // namespace greentill::credit

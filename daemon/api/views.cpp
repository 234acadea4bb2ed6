// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/views.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "daemon/api/health.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/local_time.hpp"
#include "daemon/base/time_text.hpp"
#include "daemon/claim/message.hpp"
#include "daemon/event/transaction.hpp"
#include "daemon/outbox/stored_claim.hpp"

namespace greentill::api {
namespace {

using nlohmann::ordered_json;

ordered_json quantities_to_json(const claim::Quantities& quantities) {
  ordered_json json = ordered_json::object();
  for (const claim::Quantity& quantity : quantities) json[std::string(quantity.unit)] = quantity.value;
  return json;
}

constexpr std::array<const char*, 3> kClocks{"synchronised", "free-running", "never-set"};
constexpr std::array<const char*, 3> kAttributions{"none", "account", "bearer"};
constexpr std::array<const char*, 5> kChainStandings{"open", "waiting", "on-probation", "held", "closed"};
constexpr std::array<const char*, 6> kStarts{"new-chain",       "new-key",         "recovered-store",
                                             "replaced-device", "store-went-back", "other-assignment"};

template <std::size_t N, typename E>
const char* name(const std::array<const char*, N>& names, E value) {
  return names[static_cast<std::size_t>(value)];
}

ordered_json nullifiers_to_json(const claim::Nullifiers& nullifiers) {
  ordered_json json = ordered_json::array();
  for (const claim::Nullifier& one : nullifiers) {
    json.push_back({{"version", one.key_version}, {"root", one.root}, {"digest", to_hex(one.mac)}});
  }
  return json;
}

struct EntryToJson {
  ordered_json operator()(const claim::Reduction& r) const {
    ordered_json json{
        {"kind", "reduction"},
        {"begin", r.begin},
        {"end", r.end},
        {"activity", r.activity},
        {"quantities", quantities_to_json(r.quantities)},
        {"methodology", {{"id", r.methodology.id}, {"version", r.methodology.version}, {"sha256", to_hex(r.methodology.sha256)}}},
        {"estimate_mg", r.estimate_mg},
        {"credited_mg", r.credited_mg},
        {"attribution", name(kAttributions, r.attribution.kind)},
        {"nullifiers", nullifiers_to_json(r.nullifiers)},
        {"plugin", {{"name", r.plugin_name}, {"version", r.plugin_version}}}};
    if (r.evidence) {
      const bool embedded = r.evidence->kind == claim::Evidence::Kind::embedded;
      json["evidence"] = {{"kind", embedded ? "embedded" : "sha256"}, {"hex", to_hex(r.evidence->bytes)}};
    }
    if (r.replaces) json["replaces"] = to_hex(*r.replaces);
    return json;
  }

  ordered_json operator()(const claim::Reversal& r) const {
    ordered_json json{{"kind", "reversal"},
                      {"nullifiers", nullifiers_to_json(r.nullifiers)},
                      {"reason", event::kReasonNames[static_cast<std::size_t>(r.reason)]}};
    if (r.claim) json["claim"] = to_hex(*r.claim);
    if (!r.taken_back.empty()) json["taken_back"] = quantities_to_json(r.taken_back);
    return json;
  }

  ordered_json operator()(const claim::Gap& gap) const {
    return {{"kind", "gap"}, {"chain", to_hex(gap.chain)}, {"first", gap.first}, {"last", gap.last}, {"cause", gap.cause}};
  }

  ordered_json operator()(const claim::Start& start) const {
    ordered_json json{{"kind", "start"}, {"reason", name(kStarts, start.reason)}, {"assignment", start.assignment}};
    if (start.predecessor) {
      const claim::Predecessor& before = *start.predecessor;
      json["predecessor"] = {{"device", before.device},
                             {"chain", to_hex(before.chain)},
                             {"last_seq", before.last_seq},
                             {"payload_sha256", to_hex(before.payload_hash)}};
    }
    if (!start.consent.empty()) json["consent"] = to_hex(start.consent);
    return json;
  }
};

/// Adds what the store knows beside the claims: which claim a reversal takes back, and whether a reduction was taken back.
Status add_taken_back(const claim::Claim& claim, outbox::Reader& reader, ordered_json& json) {
  const auto* reversal = std::get_if<claim::Reversal>(&claim.entry);
  const auto* reduction = std::get_if<claim::Reduction>(&claim.entry);
  if (reversal == nullptr && reduction == nullptr) return Done{};
  for (const claim::Nullifier& nullifier : reversal != nullptr ? reversal->nullifiers : reduction->nullifiers) {
    const auto taken = reader.taken_back(nullifier.mac);
    if (!taken) return Failure{taken.error()};
    for (const outbox::TakenBack& part : *taken) {
      if (reversal != nullptr && part.of_seq != 0) json["of_seq"] = part.of_seq;
      if (reduction != nullptr && json["reversed"] != "all") json["reversed"] = part.unit.empty() ? "all" : "part";
    }
  }
  return Done{};
}

ordered_json period_to_json(std::span<const outbox::Totals> totals, std::int64_t from_day, std::int64_t to_day) {
  const Sums sums = sum_totals(totals, from_day, to_day);
  const auto amounts = [](const outbox::Totals& t) {
    return ordered_json{{"claims", t.claims}, {"estimate_mg", t.estimate_mg}, {"credited_mg", t.credited_mg}};
  };
  ordered_json json = amounts(sums.all);
  json["transactions"] = sums.transactions;
  json["by_activity"] = ordered_json::object();
  for (const auto& [activity, part] : sums.by_activity) json["by_activity"][activity] = amounts(part);
  return json;
}

}  // namespace

ordered_json sale_to_json(const outbox::Sale& sale) {
  return {{"till", sale.till},
          {"receipt_number", sale.receipt_number.empty() ? ordered_json() : ordered_json(sale.receipt_number)},
          {"begin", sale.begin},
          {"local_time", local_rfc3339(sale.begin)}};
}

Result<ordered_json> claim_to_json(const outbox::StoredClaim& stored, outbox::Reader& reader, bool with_sale) {
  const auto opened = outbox::open_claim(stored.seq, stored.message);
  if (!opened) return Failure{opened.error()};
  const claim::Claim& c = opened->claim;
  ordered_json json{{"seq", stored.seq},
                    {"id", to_hex(c.id)},
                    {"chain", to_hex(c.chain)},
                    {"recorded_at", stored.recorded_at},
                    {"delivery", outbox::to_string(stored.delivery)},
                    {"reason", nullptr},
                    {"granted_mg", nullptr},
                    {"changed_at", nullptr},
                    {"anew", nullptr},
                    {"of_seq", nullptr},
                    {"reversed", nullptr},
                    {"device", c.device},
                    {"issued_at", c.issued_at},
                    {"clock", name(kClocks, c.clock)},
                    {"boot", c.boot},
                    {"uptime_s", c.uptime_s},
                    {"merchant", c.merchant},
                    {"site", c.site},
                    {"prev", to_hex(c.prev)},
                    {"certificate_sha256", to_hex(opened->message.thumbprint)},
                    {"entry", std::visit(EntryToJson{}, c.entry)}};
  if (!stored.reason.empty()) json["reason"] = stored.reason;
  if (stored.granted_mg) json["granted_mg"] = *stored.granted_mg;
  if (stored.changed_at) json["changed_at"] = *stored.changed_at;
  if (stored.anew) json["anew"] = {{"chain", to_hex(stored.anew->chain)}, {"seq", stored.anew->seq}};
  if (with_sale) json["sale"] = stored.sale ? sale_to_json(*stored.sale) : ordered_json();
  if (Status added = add_taken_back(c, reader, json); !added) return Failure{added.error()};
  return json;
}

Status append_stripped(const outbox::StoredClaim& stored, std::string& into) {
  const auto opened = outbox::open_claim(stored.seq, stored.message);
  if (!opened) return Failure{opened.error()};
  Bytes<claim::kMaxClaimBytes> buffer;
  const auto length = claim::strip_account(opened->message, buffer);
  if (!length) return fail(ErrorCode::bug, std::string("a stored claim cannot be stripped: ") + length.error().reason);
  into += as_text(ByteView(buffer).first(*length));
  return Done{};
}

ordered_json guarded_to_json(const outbox::GuardedAct& act, bool with_sale) {
  ordered_json json{{"id", act.id}, {"recorded_at", act.recorded_at}, {"begin", act.begin}, {"activity", act.activity}};
  if (act.line != 0) json["line"] = act.line;
  json["quantities"] = act.quantities;
  json["reason"] = act.reason;
  if (with_sale) json["sale"] = act.sale ? sale_to_json(*act.sale) : ordered_json();
  return json;
}

ordered_json record_to_json(const outbox::StoredRecord& record) {
  return {{"id", record.id},
          {"source", record.source},
          {"where", record.where},
          {"recorded_at", record.recorded_at},
          {"fate", outbox::to_string(record.fate)},
          {"reason", record.reason.empty() ? ordered_json() : ordered_json(record.reason)}};
}

namespace {

ordered_json nullable(std::optional<std::int64_t> value) { return value ? ordered_json(*value) : ordered_json(nullptr); }

ordered_json renewal_json(const std::optional<DaemonStatus::Renewal>& renewal) {
  if (!renewal) return nullptr;
  const auto or_null = [](std::int64_t time) { return time == 0 ? ordered_json() : ordered_json(time); };
  return {{"due_from", renewal->due_from},
          {"renewed_at", or_null(renewal->renewed_at)},
          {"rekey_from", or_null(renewal->rekey_from)},
          {"rekeyed_at", or_null(renewal->rekeyed_at)},
          {"tried_at", or_null(renewal->tried_at)},
          {"next_try_at", or_null(renewal->next_try_at)},
          {"last_error", renewal->last_error.empty() ? ordered_json() : ordered_json(renewal->last_error)}};
}

ordered_json data_json(const uplink::DataUse& data) {
  const std::string month = uplink::month_text(data.count.month);
  return {{"month", month.empty() ? ordered_json() : ordered_json(month)},
          {"bytes", data.count.bytes},
          {"cap_bytes", data.cap == 0 ? ordered_json() : ordered_json(data.cap)},
          {"stage", uplink::to_string(data.stage)}};
}

ordered_json parts_json(const std::vector<detect::Part>& parts) {
  ordered_json json = ordered_json::array();
  for (const detect::Part& part : parts) {
    ordered_json fields = ordered_json::object();
    for (const auto& field : part.fields)
      fields[field.name] = field.number ? ordered_json(*field.number) : ordered_json(field.text);
    json.push_back({{"kind", part.kind},
                    {"name", part.name},
                    {"told_at", part.told_at},
                    {"fault", part.fault.empty() ? ordered_json() : ordered_json(part.fault)},
                    {"fields", std::move(fields)}});
  }
  return json;
}

/// What waits, and what was refused and why.
void add_claims(const DaemonStatus& status, ordered_json& json) {
  json["backlog"] = {{"claims", status.backlog.claims},
                     {"waiting", status.backlog.waiting},
                     {"held", status.backlog.held},
                     {"refused_retry", status.backlog.refused_retry},
                     {"refused_final", status.backlog.refused_final},
                     {"oldest_at", nullable(status.waiting_since)},
                     {"overdue_after_s", status.overdue_after_s}};
  json["refusals"] = ordered_json::array();
  for (const outbox::ReasonCount& count : status.reasons) {
    json["refusals"].push_back({{"reason", count.reason}, {"kind", kind_of(count.delivery)}, {"claims", count.claims}});
  }
}

}  // namespace

ordered_json status_to_json(const DaemonStatus& status, std::int64_t now) {
  ordered_json json{{"device", status.device_id},
                    {"version", status.version},
                    {"merchant", status.merchant},
                    {"site", status.site},
                    {"assignment", status.assignment},
                    {"settings", status.settings},
                    {"methodologies", status.methodologies},
                    {"roots", ordered_json::array()},
                    {"started_at", status.started_at},
                    {"now", now},
                    {"log_lines_lost", status.log_lines_lost},
                    {"trouble", nullptr},
                    {"overdue", nullptr},
                    {"warnings", status.warnings},
                    {"clock_ahead_s", nullable(status.clock_ahead_s)},
                    {"chain", nullptr}};
  for (const DaemonStatus::Root& root : status.roots) {
    json["roots"].push_back({{"number", root.number}, {"name", root.name}, {"reversals_only", root.reversals_only}});
  }
  if (!status.trouble.empty()) json["trouble"] = status.trouble;
  if (std::string why = why_overdue(status, now); !why.empty()) json["overdue"] = std::move(why);
  if (status.chain) {
    json["chain"] = {{"id", to_hex(status.chain->head.chain)},
                     {"seq", status.chain->head.seq},
                     {"payload_sha256", to_hex(status.chain->head.payload_hash)},
                     {"delivered_seq", status.chain->delivered_seq},
                     {"ledger_epoch", status.chain->epoch}};
  }
  add_claims(status, json);
  json["certificates"] = {{"device_end", nullable(status.certificate_end)},
                          {"receipts_end", nullable(status.receipt_certificate_end)}};
  json["renewal"] = renewal_json(status.renewal);
  json["link"] = {{"connected", status.link.connected},
                  {"since", status.link.since},
                  {"connects", status.link.connects},
                  {"failures", status.link.failures},
                  {"batches_sent", status.link.batches_sent},
                  {"batches_resent", status.link.batches_resent},
                  {"receipts", status.link.receipts},
                  {"receipts_refused", status.link.receipts_refused},
                  {"repairs", status.link.repairs},
                  {"broker", status.link.broker.empty() ? ordered_json() : ordered_json(status.link.broker)},
                  {"moving", status.link.moving.empty() ? ordered_json() : ordered_json(status.link.moving)},
                  {"chain", nullptr},
                  {"chain_words", nullptr},
                  {"ledger_went_back", nullptr},
                  {"left_behind", nullptr},
                  {"paused_until", nullptr},
                  {"last_delivery", nullptr},
                  {"data", data_json(status.link.data)},
                  {"last_error", nullptr}};
  if (status.link.chain) json["link"]["chain"] = name(kChainStandings, *status.link.chain);
  if (!status.link.chain_words.empty()) json["link"]["chain_words"] = status.link.chain_words;
  if (!status.link.ledger_went_back.empty()) json["link"]["ledger_went_back"] = status.link.ledger_went_back;
  if (!status.link.left_behind.empty()) json["link"]["left_behind"] = status.link.left_behind;
  if (status.link.paused_until != 0) json["link"]["paused_until"] = status.link.paused_until;
  if (status.link.last_delivery != 0) json["link"]["last_delivery"] = status.link.last_delivery;
  if (!status.link.last_error.empty()) json["link"]["last_error"] = status.link.last_error;
  json["plugins"] = ordered_json::array();
  for (const detect::PluginStatus& plugin : status.plugins) {
    json["plugins"].push_back({{"name", plugin.name},
                               {"version", plugin.version},
                               {"state", plugin.state},
                               {"calls", plugin.calls},
                               {"faults", plugin.faults},
                               {"last_fault", plugin.last_fault.empty() ? ordered_json() : ordered_json(plugin.last_fault)},
                               {"parts", parts_json(plugin.parts)}});
  }
  json["records"] = ordered_json::array();
  for (const outbox::RecordCount& count : status.records) {
    json["records"].push_back({{"source", count.source},
                               {"fate", outbox::to_string(count.fate)},
                               {"reason", count.reason.empty() ? ordered_json() : ordered_json(count.reason)},
                               {"records", count.records},
                               {"last_at", count.last_at}});
  }
  return json;
}

Sums sum_totals(std::span<const outbox::Totals> totals, std::int64_t from_day, std::int64_t to_day) {
  Sums sums;
  for (const outbox::Totals& part : totals) {
    if (part.day < from_day || part.day > to_day) continue;
    if (part.activity.empty()) {
      sums.transactions += part.claims;
      continue;
    }
    for (outbox::Totals* into : {&sums.all, &sums.by_activity[part.activity]}) {
      into->claims += part.claims;
      into->estimate_mg += part.estimate_mg;
      into->credited_mg += part.credited_mg;
    }
  }
  return sums;
}

ordered_json stats_to_json(std::span<const outbox::Totals> totals, std::int64_t today) {
  return {{"date", date_text(today)},
          {"today", period_to_json(totals, today, today)},
          {"last_30_days", period_to_json(totals, today - 29, today)},
          {"total", period_to_json(totals, 0, INT64_MAX)}};
}

}  // namespace greentill::api

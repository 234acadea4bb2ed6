// SPDX-License-Identifier: Apache-2.0
// Vouchers, budgets and closed years. Who proposes and who approves is who their tokens are for.
#include <array>

#include "daemon/base/text.hpp"
#include "tools/credit-service/api/call.hpp"

namespace greentill::credit {
namespace {

constexpr std::int64_t kLastSecond = std::int64_t{1} << 40;

Result<std::int64_t, Problem> voucher_of(const Call& call) {
  const auto no = parse_integer<std::int64_t>(call.names[0]);
  if (no && *no > 0) return *no;
  return refuse(404, "not-found", "there is no voucher " + call.names[0]);
}

ApiResult tell_voucher(const Result<Voucher>& voucher, int status = 200) {
  if (!voucher) return refuse(voucher.error());
  const std::string no = std::to_string(voucher->no);
  return ApiAnswer{status, to_json(*voucher), "/v1/vouchers/" + no, "voucher " + no, {{"state", to_words(voucher->state)}}};
}

ApiResult list_vouchers(Call& call) {
  Fields fields(call.body);
  const auto kind = fields.choice("kind", {"any", "correction", "payout", "funding"}, 0);
  const auto state = fields.choice("state", {"any", "proposed", "booked", "rejected", "paid", "returned"}, 0);
  const auto page = page_of(call, fields);
  if (!page) return Failure{page.error()};
  const auto after = page->after.empty() ? std::optional<std::int64_t>(0) : parse_integer<std::int64_t>(page->after);
  if (!after) return refuse_field("after", "must be a voucher's number");
  const auto all = call.counter.store.bookkeeping().vouchers(
      kind == 0 ? std::nullopt : std::optional(static_cast<Voucher::Kind>(kind - 1)),
      state == 0 ? std::nullopt : std::optional(static_cast<Voucher::State>(state - 1)), *after, page->limit);
  if (!all) return refuse(all.error());
  Json list = Json::array();
  for (const Voucher& one : *all) list.push_back(to_json(one));
  Json json{{"vouchers", std::move(list)}};
  if (all->size() == page->limit) json["next"] = std::to_string(all->back().no);
  return ApiAnswer{200, std::move(json)};
}

ApiResult propose_voucher(Call& call) {
  Fields fields(call.body);
  const auto kind = static_cast<Voucher::Kind>(fields.choice("kind", {"correction", "payout", "funding"}));
  const std::string from = fields.text("from");
  const std::string to = kind == Voucher::Kind::payout ? "" : fields.text("to");
  const std::int64_t mg = fields.integer("mg", 1, Vouchers::kMostMg);
  const std::string why = read_why(fields);
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  return tell_voucher(call.counter.vouchers.propose(kind, from, to, mg, why, call.token.subject), 201);
}

ApiResult show_voucher(Call& call) {
  const auto no = voucher_of(call);
  return no ? tell_voucher(call.counter.vouchers.find(*no)) : ApiResult(Failure{no.error()});
}

ApiResult approve_voucher(Call& call) {
  const auto no = voucher_of(call);
  if (!no) return Failure{no.error()};
  Fields fields(call.body);
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  return tell_voucher(call.counter.vouchers.approve(*no, call.token.subject));
}

ApiResult reject_voucher(Call& call) {
  const auto no = voucher_of(call);
  if (!no) return Failure{no.error()};
  Fields fields(call.body);
  read_why(fields);
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  return tell_voucher(call.counter.vouchers.reject(*no, call.token.subject));
}

ApiResult note_payment(Call& call) {
  const auto no = voucher_of(call);
  if (!no) return Failure{no.error()};
  Fields fields(call.body);
  const std::string reference = fields.text("reference", 140);
  const std::int64_t at = fields.integer_or("paid_at", 0, kLastSecond, call.counter.now);
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  return tell_voucher(call.counter.vouchers.paid(*no, reference, at, call.token.subject));
}

ApiResult propose_return(Call& call) {
  const auto no = voucher_of(call);
  if (!no) return Failure{no.error()};
  Fields fields(call.body);
  const std::string why = read_why(fields);
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  return tell_voucher(call.counter.vouchers.propose_return(*no, why, call.token.subject), 201);
}

ApiResult list_budgets(Call& call) {
  const auto all = call.counter.store.bookkeeping().budgets();
  if (!all) return refuse(all.error());
  Json list = Json::array();
  for (const Budget& budget : *all) list.push_back({{"budget", budget.name}, {"mg", budget.mg}});
  return ApiAnswer{200, {{"budgets", std::move(list)}}};
}

ApiResult list_years(Call& call) {
  const auto all = call.counter.store.bookkeeping().closes();
  if (!all) return refuse(all.error());
  Json list = Json::array();
  for (const YearClose& close : *all) list.push_back(to_json(close));
  return ApiAnswer{200, {{"years", std::move(list)}}};
}

constexpr std::array kBookkeepingRoutes{
    Route{"GET", "/v1/vouchers", kService | kBookkeeper, list_vouchers, false, "kind state after limit"},
    Route{"POST", "/v1/vouchers", kBookkeeper, propose_voucher},
    Route{"GET", "/v1/vouchers/{voucher}", kService | kBookkeeper, show_voucher},
    Route{"POST", "/v1/vouchers/{voucher}/approval", kBookkeeper, approve_voucher},
    Route{"POST", "/v1/vouchers/{voucher}/rejection", kBookkeeper, reject_voucher},
    Route{"POST", "/v1/vouchers/{voucher}/payment", kBookkeeper, note_payment},
    Route{"POST", "/v1/vouchers/{voucher}/return", kBookkeeper, propose_return},
    Route{"GET", "/v1/budgets", kService | kBookkeeper, list_budgets},
    Route{"GET", "/v1/years", kService | kBookkeeper, list_years},
};

}  // namespace

std::span<const Route> bookkeeping_routes() { return kBookkeepingRoutes; }

}  // namespace greentill::credit

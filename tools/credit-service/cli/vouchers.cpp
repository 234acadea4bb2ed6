// SPDX-License-Identifier: Apache-2.0
// voucher correct, approve, reject, show and list; budget fund and list; payout propose, list, paid and return.
#include "daemon/base/wall_time.hpp"
#include "tools/common/text.hpp"
#include "tools/credit-service/cli/bookkeeping.hpp"
#include "tools/credit-service/cli/csv_rows.hpp"
#include "tools/credit-service/cli/holdings.hpp"
#include "tools/credit-service/cli/listing.hpp"
#include "tools/credit-service/cli/opening.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kMostInFile = 10'000'000;
constexpr std::int64_t kMostNumber = std::int64_t{1} << 39;

std::string text_of(const Voucher& voucher) {
  std::string text = "voucher " + std::to_string(voucher.no) + ", " + std::string(to_words(voucher.is)) + ": " +
                     tools::grams_text(voucher.mg) + " from " + printable(voucher.from) + " to " + printable(voucher.to) + ", " +
                     std::string(to_words(voucher.state)) + '\n';
  text += "  proposed " + tools::time_text(voucher.proposed_at) + " by " + printable(voucher.proposed_by) + ": " +
          printable(voucher.why) + '\n';
  if (voucher.decided_at) {
    text += std::string("  ") + (voucher.state == Voucher::State::rejected ? "rejected " : "approved ") +
            tools::time_text(*voucher.decided_at) + " by " + printable(voucher.decided_by) + '\n';
  }
  if (!voucher.reference.empty()) {
    text += "  paid as " + printable(voucher.reference) + ", noted by " + printable(voucher.settled_by) + '\n';
  }
  return text;
}

Deed told(const Voucher& voucher) {
  return {{to_json(voucher), text_of(voucher)},
          "voucher " + std::to_string(voucher.no),
          {{"state", to_words(voucher.state)}, {"kind", to_words(voucher.is)}, {"mg", voucher.mg}}};
}

Result<std::int64_t> number_of(const Given& given) { return read_number("VOUCHER", given["voucher"], 1, kMostNumber); }

/// Payments that a file says were made: all of them, or none.
Result<Deed> note_paid(Counter& counter, const Given& given) {
  const auto rows = read_rows(given["file"], {"voucher", "reference"}, {"paid_at"});
  if (!rows) return Failure{rows.error()};
  Json noted = Json::array();
  for (const Row& row : *rows) {
    const std::string where = given["file"] + ": row " + std::to_string(row.line);
    const auto no = read_number("voucher", row["voucher"], 1, kMostNumber);
    const auto at = row["paid_at"].empty() ? std::optional(counter.now) : parse_rfc3339(row["paid_at"]);
    if (!at) return fail(ErrorCode::invalid, where + ": paid_at: a time with its offset");
    const auto paid =
        no ? counter.vouchers.paid(*no, row["reference"], *at, operator_person()) : Result<Voucher>(Failure{no.error()});
    if (!paid) return Failure{paid.error().with_context(where)};
    noted.push_back({{"voucher", *no}, {"reference", row["reference"]}});
  }
  return Deed{
      {{{"paid", rows->size()}}, tools::counted(rows->size(), "payout") + " noted\n"}, "payouts", {{"paid", std::move(noted)}}};
}

Result<std::optional<Voucher::State>> read_state(const std::string& word) {
  using State = Voucher::State;
  for (const State state : {State::proposed, State::booked, State::rejected, State::paid, State::returned}) {
    if (to_words(state) == word) return std::optional(state);
  }
  if (word.empty()) return std::optional<State>();
  return fail(ErrorCode::invalid, "--state: proposed, booked, rejected, paid or returned");
}

}  // namespace

Status propose_voucher(const std::filesystem::path& config, const Given& given, const Output& output) {
  return do_at_counter(config, given, output, [&](Counter& counter) -> Result<Deed> {
    const auto mg = read_grams("--grams", given["grams"]);
    if (!mg) return Failure{mg.error()};
    auto kind = Voucher::Kind::correction;
    std::string from = given["from"];
    std::string to = given["to"];
    if (given.command == "budget fund") {
      kind = Voucher::Kind::funding;
      to = "budget/" + given["name"];
    } else if (given.command == "payout propose") {
      kind = Voucher::Kind::payout;
      from = "merchant/" + given["merchant"];
    }
    const auto voucher = counter.vouchers.propose(kind, from, to, *mg, given["why"], operator_person());
    if (!voucher) return Failure{voucher.error()};
    Deed deed = told(*voucher);
    deed.outcome.text += "another person books it: greentill-credit voucher approve " + std::to_string(voucher->no) + '\n';
    return deed;
  });
}

Status decide_voucher(const std::filesystem::path& config, const Given& given, const Output& output) {
  return do_at_counter(config, given, output, [&](Counter& counter) -> Result<Deed> {
    const auto no = number_of(given);
    if (!no) return Failure{no.error()};
    const auto voucher = given.command == "voucher approve" ? counter.vouchers.approve(*no, operator_person())
                         : given.command == "voucher reject"
                             ? counter.vouchers.reject(*no, operator_person())
                             : counter.vouchers.propose_return(*no, given["why"], operator_person());
    return voucher ? Result<Deed>(told(*voucher)) : Failure{voucher.error()};
  });
}

Status note_payouts(const std::filesystem::path& config, const Given& given, const Output& output) {
  return do_at_counter(config, given, output, [&](Counter& counter) { return note_paid(counter, given); });
}

Status show_voucher(const std::filesystem::path& config, const Given& given, const Output& output) {
  return look_at_counter(config, output, [&](Counter& counter) -> Result<Outcome> {
    const auto no = number_of(given);
    const auto voucher = no ? counter.vouchers.find(*no) : Result<Voucher>(Failure{no.error()});
    if (!voucher) return Failure{voucher.error()};
    return Outcome{to_json(*voucher), text_of(*voucher)};
  });
}

Status list_vouchers(const std::filesystem::path& config, const Given& given, const Output& output) {
  return look_at_counter(config, output, [&](Counter& counter) -> Result<Outcome> {
    const bool payouts_alone = given.command == "payout list";
    const auto kind = payouts_alone ? std::optional(Voucher::Kind::payout) : std::nullopt;
    if (given.open && !given["state"].empty()) return fail(ErrorCode::invalid, "--unpaid and --state exclude each other");
    const auto state = read_state(given.open ? "booked" : given["state"]);
    if (!state) return Failure{state.error()};
    const auto after = given["after"].empty() ? Result<std::int64_t>(0) : read_number("--after", given["after"], 0, kMostNumber);
    if (!after) return Failure{after.error()};
    // A file is for whoever pays: it has all of them.
    auto all = counter.store.bookkeeping().vouchers(kind, *state, *after, given.to_csv ? kMostInFile : kMostListed);
    if (!all) return Failure{all.error()};
    std::string csv =
        tools::csv_record({"voucher", "kind", "state", "from", "to", "mg", "proposed_by", "decided_by", "reference"});
    using Align = Listing::Align;
    Listing listing("vouchers", {{"voucher", Align::right},
                                 {"kind"},
                                 {"state"},
                                 {"amount", Align::right},
                                 {"from"},
                                 {"to"},
                                 {"proposed by"},
                                 {"decided by"}});
    for (const Voucher& one : *all) {
      const std::string no = std::to_string(one.no);
      const std::string is(to_words(one.is));
      const std::string stands(to_words(one.state));
      csv += tools::csv_record(
          {no, is, stands, one.from, one.to, std::to_string(one.mg), one.proposed_by, one.decided_by, one.reference});
      listing.add(to_json(one), {no, is, stands, tools::grams_text(one.mg), printable(one.from), printable(one.to),
                                 printable(one.proposed_by), printable(one.decided_by)});
    }
    Outcome told = listing.page("there is no such voucher\n", all->size(), "--after",
                                all->empty() ? std::string() : std::to_string(all->back().no));
    if (all->size() == kMostListed) told.json["next"] = all->back().no;
    if (given.to_csv) told.text = std::move(csv);
    return told;
  });
}

Status list_budgets(const std::filesystem::path& config, const Given&, const Output& output) {
  return look_at_counter(config, output, [&](Counter& counter) -> Result<Outcome> {
    const auto all = counter.store.bookkeeping().budgets();
    if (!all) return Failure{all.error()};
    Listing listing("budgets", {{"budget"}, {"left", Listing::Align::right}});
    for (const Budget& budget : *all) {
      listing.add({{"budget", budget.name}, {"mg", budget.mg}}, {budget.name, tools::grams_text(budget.mg)});
    }
    return listing.outcome("nothing was paid into a budget\n");
  });
}

}  // namespace greentill::credit

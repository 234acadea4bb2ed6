// SPDX-License-Identifier: Apache-2.0
// year close, show and list.
#include "daemon/base/hex.hpp"
#include "tools/common/table.hpp"
#include "tools/common/text.hpp"
#include "tools/credit-service/bookkeeping/closing.hpp"
#include "tools/credit-service/cli/bookkeeping.hpp"
#include "tools/credit-service/cli/holdings.hpp"
#include "tools/credit-service/cli/listing.hpp"
#include "tools/credit-service/cli/opening.hpp"
#include "tools/credit-service/config/opening.hpp"

namespace greentill::credit {
namespace {

Result<std::int64_t> year_of(const Given& given) { return read_number("YEAR", given["year"], 2000, 9998); }

std::string text_of(const YearClose& close) {
  std::string text = std::to_string(close.year) + ": " + tools::counted(static_cast<std::uint64_t>(close.bookings), "booking") +
                     ", closed " + tools::time_text(close.closed_at) + " by " + printable(close.closed_by) + "\n  SHA-256 " +
                     to_hex(close.digest) + '\n';
  const Json content = Json::parse(close.content, nullptr, false);
  if (!content.is_object() || !content.contains("kinds")) return text;
  tools::Table table({{"account"},
                      {"opening", tools::Table::Align::right},
                      {"moved", tools::Table::Align::right},
                      {"closing", tools::Table::Align::right}});
  for (const auto& [kind, sums] : content["kinds"].items()) {
    const std::int64_t opening = sums.value("opening", std::int64_t{0});
    const std::int64_t closing = sums.value("closing", std::int64_t{0});
    table.add({kind, tools::grams_text(opening), tools::grams_text(closing - opening), tools::grams_text(closing)});
  }
  return text + table.text();
}

Status check_open(Counter& counter, std::int64_t year) {
  const auto before = counter.store.bookkeeping().close_of(year);
  if (!before) return Failure{before.error()};
  if (!*before) return Done{};
  return fail(ErrorCode::conflict,
              std::to_string(year) + " was closed " + tools::time_text((*before)->closed_at) + " by " + (*before)->closed_by);
}

Result<Deed> store_close(Counter& counter, const YearClose& close) {
  if (Status open = check_open(counter, close.year); !open) return Failure{open.error()};
  if (Status added = counter.store.bookkeeping().add(close); !added) return Failure{added.error()};
  return Deed{{to_json(close), text_of(close)},
              "year " + std::to_string(close.year),
              {{"closed", close.bookings}, {"sha256", to_hex(close.digest)}}};
}

}  // namespace

Status close_a_year(const std::filesystem::path& config, const Given& given, const Output& output) {
  const auto year = year_of(given);
  if (!year) return Failure{year.error()};
  const auto reading = Reading::open(config);
  if (!reading) return Failure{reading.error()};
  const auto programme = load_programme((*reading)->config, (*reading)->hasher);
  if (!programme) return Failure{programme.error()};
  // Asked first: what follows reads the whole ledger.
  std::optional<YearClose> after;
  Status open = look_within((*reading)->config, [&](Counter& counter) -> Status {
    if (Status not_yet = check_open(counter, *year); !not_yet) return not_yet;
    auto before = counter.store.bookkeeping().close_of(*year - 1);
    if (!before) return Failure{before.error()};
    after = std::move(*before);
    return Done{};
  });
  if (!open) return open;
  const auto close =
      close_year(*(*reading)->books, programme->calendar(), *year, after, operator_person(), SystemClock().unix_seconds());
  if (!close) return Failure{close.error()};
  return do_at_counter(config, given, output, [&](Counter& counter) { return store_close(counter, *close); });
}

Status show_year(const std::filesystem::path& config, const Given& given, const Output& output) {
  return look_at_counter(config, output, [&](Counter& counter) -> Result<Outcome> {
    const auto year = year_of(given);
    if (!year) return Failure{year.error()};
    const auto close = counter.store.bookkeeping().close_of(*year);
    if (!close) return Failure{close.error()};
    if (!*close) return fail(ErrorCode::not_found, std::to_string(*year) + " is not closed");
    return Outcome{to_json(**close), text_of(**close)};
  });
}

Status list_years(const std::filesystem::path& config, const Given&, const Output& output) {
  return look_at_counter(config, output, [&](Counter& counter) -> Result<Outcome> {
    const auto all = counter.store.bookkeeping().closes();
    if (!all) return Failure{all.error()};
    Listing listing("years", {{"year"}, {"bookings", Listing::Align::right}, {"closed"}, {"by"}});
    for (const YearClose& close : *all) {
      listing.add(to_json(close), {std::to_string(close.year), std::to_string(close.bookings), tools::time_text(close.closed_at),
                                   printable(close.closed_by)});
    }
    return listing.outcome("no year is closed\n");
  });
}

}  // namespace greentill::credit

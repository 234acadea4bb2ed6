// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/cli/holdings.hpp"

#include "daemon/base/decimal.hpp"
#include "daemon/base/text.hpp"
#include "tools/credit-service/config/opening.hpp"
#include "tools/credit-service/trees/ending.hpp"

namespace greentill::credit {
namespace {

constexpr std::int64_t kMgAGram = 1'000;
constexpr std::int64_t kMostGrams = 1'000'000'000'000;
constexpr std::size_t kExpiredAtOnce = 1'000;

Status with_counter(const std::filesystem::path& path, const std::function<Status(Counter&)>& work) {
  const auto config = load_config(path);
  return config ? look_within(*config, work) : Status(Failure{config.error()});
}

}  // namespace

Status look_within(const Config& config, const std::function<Status(Counter&)>& look) {
  const auto store = open_store(config);
  if (!store) return Failure{store.error()};
  Counter counter(config, **store, SystemClock().unix_seconds());
  return look(counter);
}

Status do_at_counter(const std::filesystem::path& path, const Given& given, const Output& output,
                     const std::function<Result<Deed>(Counter&)>& work) {
  Outcome outcome;
  Status done = with_counter(path, [&](Counter& counter) -> Status {
    // By themselves, so that they have ended also where what is asked is refused.
    const auto expired = expire_orders(counter.store, counter.now, kExpiredAtOnce);
    if (!expired) return Failure{expired.error()};
    return counter.store.transact([&]() -> Status {
      auto deed = work(counter);
      if (!deed) return Failure{deed.error()};
      outcome = std::move(deed->outcome);
      return change_within(counter.store, counter.config.database, given, [&](Registry& registry) {
        return registry.note_decision(deed->subject, deed->noted.dump(-1, ' ', false, Json::error_handler_t::replace));
      });
    });
  });
  if (done) output.answer(outcome.json, outcome.text);
  return done;
}

Status look_at_counter(const std::filesystem::path& path, const Output& output,
                       const std::function<Result<Outcome>(Counter&)>& look) {
  return with_counter(path, [&](Counter& counter) -> Status {
    const auto found = look(counter);
    if (!found) return Failure{found.error()};
    output.answer(found->json, found->text);
    return Done{};
  });
}

Result<std::int64_t> read_grams(const std::string& option, const std::string& text) {
  const auto mg = parse_in_units(text, 3, Rounding::exact);
  if (mg && !text.starts_with('+') && *mg > 0 && *mg <= kMostGrams * kMgAGram) return *mg;
  return fail(ErrorCode::invalid, option + ": \"" + text + "\" is no number of grams above 0 with at most three decimals");
}

std::string amount_text(std::int64_t hundredths) {
  const std::string cents = std::to_string(hundredths % 100);
  return std::to_string(hundredths / 100) + '.' + (cents.size() < 2 ? "0" : "") + cents;
}

Result<std::int64_t> read_number(const std::string& option, const std::string& text, std::int64_t least, std::int64_t most) {
  const auto number = parse_integer<std::int64_t>(text);
  if (number && *number >= least && *number <= most) return *number;
  return fail(ErrorCode::invalid, option + ": a number from " + std::to_string(least) + " to " + std::to_string(most));
}

}  // namespace greentill::credit

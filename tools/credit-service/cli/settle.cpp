// SPDX-License-Identifier: Apache-2.0
// settle: a year's acts under several programmes side by side.
#include <unordered_map>

#include "tools/common/table.hpp"
#include "tools/common/text.hpp"
#include "tools/credit-service/cli/commands.hpp"
#include "tools/credit-service/cli/opening.hpp"
#include "tools/credit-service/config/opening.hpp"
#include "tools/credit-service/ledger/standing_acts.hpp"
#include "tools/credit-service/programme/settlement.hpp"
#include "tools/credit-service/registry/methodologies.hpp"

namespace greentill::credit {
namespace {

constexpr std::int64_t kDaysOfAYear = 10'000;  // of a day's digits, 20261124

/// Whose limits hold for an account of the ledger: the same text for all accounts of one participant, empty where none do.
class Holders {
 public:
  explicit Holders(Store& store) : store_(store) {}

  Result<std::string> of(const std::optional<std::int64_t>& account) {
    if (!account) return std::string();
    const auto known = known_.find(*account);
    if (known != known_.end()) return known->second;
    const auto name = store_.account_name(*account);
    if (!name) return Failure{name.error()};
    std::string holder;
    if (name->first == "customer" || name->first == "erased") {
      const auto owner = store_.owner(*account);
      if (!owner) return Failure{owner.error()};
      holder = owner->empty() ? "account " + std::to_string(*account) : *owner;
    }
    return known_.emplace(*account, std::move(holder)).first->second;
  }

 private:
  Store& store_;
  std::unordered_map<std::int64_t, std::string> known_;
};

Result<std::vector<Programme>> load_programmes(const Config& config, const std::vector<std::string>& more,
                                               const claim::Hasher& hasher) {
  std::vector<Programme> all;
  auto own = load_programme(config, hasher);
  if (!own) return Failure{own.error()};
  all.push_back(std::move(*own));
  for (const std::string& file : more) {
    Config other;
    other.programme = file;
    auto programme = load_programme(other, hasher);
    if (!programme) return Failure{programme.error().with_context("--programme")};
    all.push_back(std::move(*programme));
  }
  return all;
}

using Lines = std::map<std::string, Settlement::Line>;

Settlement::Line total_of(const Lines& lines) {
  Settlement::Line total;
  for (const auto& [activity, line] : lines) {
    total.acts += line.acts;
    total.granted_mg += line.granted_mg;
    total.cut_mg += line.cut_mg;
  }
  return total;
}

Json line_json(const Settlement::Line& line) {
  return {{"acts", line.acts}, {"granted_mg", line.granted_mg}, {"cut_mg", line.cut_mg}};
}

struct Measured {
  std::uint64_t acts = 0;
  std::int64_t mg = 0;
};

void tell(const std::map<std::string, Measured>& measured, const std::vector<std::string>& names,
          const std::vector<Settlement>& settled, const SettleRequest& request, const Output& output) {
  std::vector<tools::Table::Column> columns{
      {"activity"}, {"acts", tools::Table::Align::right}, {"measured", tools::Table::Align::right}};
  std::vector<std::string> head{"activity", "acts", "measured_mg"};
  Json json{{"year", request.year}, {"programmes", Json::array()}, {"activities", Json::object()}};
  std::vector<Lines> lines;
  for (std::size_t i = 0; i < settled.size(); ++i) {
    lines.push_back(settled[i].lines());
    columns.push_back({names[i], tools::Table::Align::right});
    columns.push_back({"cut by limits", tools::Table::Align::right});
    head.push_back(names[i] + "_granted_mg");
    head.push_back(names[i] + "_cut_mg");
    const Settlement::Line total = total_of(lines.back());
    const Split split = settled[i].programme().split(total.granted_mg);
    Json one = line_json(total);
    one.update({{"programme", names[i]},
                {"customers_mg", split.customer},
                {"merchants_mg", split.merchant},
                {"operator_mg", split.operator_share}});
    json["programmes"].push_back(std::move(one));
  }
  tools::Table table(std::move(columns));
  std::string csv = tools::csv_record(head);
  for (const auto& [activity, one] : measured) {
    std::vector<std::string> cells{activity, tools::count_text(one.acts), tools::grams_text(one.mg)};
    std::vector<std::string> record{activity, std::to_string(one.acts), std::to_string(one.mg)};
    Json entry{{"acts", one.acts}, {"measured_mg", one.mg}, {"programmes", Json::array()}};
    for (const Lines& programme : lines) {
      const auto found = programme.find(activity);
      const Settlement::Line line = found == programme.end() ? Settlement::Line() : found->second;
      cells.push_back(tools::grams_text(line.granted_mg));
      cells.push_back(tools::grams_text(line.cut_mg));
      record.push_back(std::to_string(line.granted_mg));
      record.push_back(std::to_string(line.cut_mg));
      entry["programmes"].push_back(line_json(line));
    }
    table.add(cells);
    csv += tools::csv_record(record);
    json["activities"][activity] = std::move(entry);
  }
  std::string text =
      "Acts that ended in " + std::to_string(request.year) + " and stand, as each programme would grant for them\n\n";
  text += measured.empty() ? "there is none\n" : table.text();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Json& one = json["programmes"][i];
    text += '\n' + names[i] + ": " + tools::grams_text(one["granted_mg"]) + ", of which customers " +
            tools::grams_text(one["customers_mg"]) + ", merchants " + tools::grams_text(one["merchants_mg"]) + ", operator " +
            tools::grams_text(one["operator_mg"]) + '\n';
  }
  if (request.csv) {
    output.out << csv;
  } else {
    output.answer(json, text);
  }
}

}  // namespace

Status settle(const std::filesystem::path& path, const SettleRequest& request, const Output& output) {
  if (request.csv && output.json) return fail(ErrorCode::invalid, "--csv and --json exclude each other");
  const auto reading = Reading::open(path);
  if (!reading) return Failure{reading.error()};
  const Config& config = (*reading)->config;
  const auto programmes = load_programmes(config, request.programmes, (*reading)->hasher);
  if (!programmes) return Failure{programmes.error()};
  auto library = measure::Library::load(config.methodologies, (*reading)->hasher);
  if (!library) return Failure{library.error()};
  const auto store = open_store(config);
  if (!store) return Failure{store.error()};
  if (Status published = publish_into(*library, (*store)->registry(), (*reading)->hasher); !published) return published;
  std::vector<std::string> names{config.programme.stem().string()};
  for (const std::string& file : request.programmes) names.push_back(std::filesystem::path(file).stem().string());
  std::vector<Settlement> settled(programmes->begin(), programmes->end());
  std::map<std::string, Measured> measured;
  Holders holders(**store);
  const Calendar& calendar = programmes->front().calendar();
  Status read = (*reading)->books->in_one_snapshot([&] {
    return for_each_standing(*(*reading)->books, *library, [&](const StandingAct& act) -> Status {
      if (calendar.local(act.ended).day / kDaysOfAYear != request.year) return Done{};
      // What was redeemed of a printed secret and forgotten since is `erased` too, and had no limit.
      const auto holder = act.of_account ? holders.of(act.customer) : Result<std::string>(std::string());
      if (!holder) return Failure{holder.error()};
      Measured& sum = measured[std::string(act.activity)];
      ++sum.acts;
      sum.mg += act.measured_mg;
      for (Settlement& one : settled) one.add(act.activity, act.measured_mg, act.ended, *holder);
      return Done{};
    });
  });
  if (!read) return read;
  tell(measured, names, settled, request, output);
  return Done{};
}

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
// tree planted, approve, reject, fail, replace, show and list; tree payments and paid.
#include <algorithm>

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/wall_time.hpp"
#include "tools/common/table.hpp"
#include "tools/common/text.hpp"
#include "tools/credit-service/cli/csv_rows.hpp"
#include "tools/credit-service/cli/holdings.hpp"
#include "tools/credit-service/cli/listing.hpp"
#include "tools/credit-service/trees/place.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kMostPhotoBytes = std::size_t{64} << 20;

Result<Evidence> read_evidence(const Given& given) {
  Evidence evidence;
  evidence.who = given["by"];
  evidence.why = given["why"];
  if (!given["photo"].empty()) {
    const auto photo = read_file(given["photo"], kMostPhotoBytes);
    if (!photo) return Failure{photo.error()};
    evidence.photo = crypto::hasher().sha256({as_bytes(*photo)});
  }
  if (!given["taken"].empty()) {
    evidence.taken_at = parse_rfc3339(given["taken"]);
    if (!evidence.taken_at) return fail(ErrorCode::invalid, "--taken: a time with its offset, as 2026-11-24T10:00:00+08:00");
  }
  if (!given["at"].empty()) {
    const auto place = read_place("--at", given["at"]);
    if (!place) return Failure{place.error()};
    evidence.latitude = place->latitude;
    evidence.longitude = place->longitude;
  }
  return evidence;
}

Result<Tree> say(Planting& planting, const std::string& verb, const std::string& number, const Evidence& evidence) {
  if (verb == "planted") return planting.planted(number, evidence);
  if (verb == "approve") return planting.approve(number, evidence);
  if (verb == "reject") return planting.reject(number, evidence);
  if (verb == "fail") return planting.failed(number, evidence);
  return planting.replace(number, evidence.who);
}

/// Payments that a file says were made: all of them, or none.
Result<Deed> pay(Counter& counter, const Given& given) {
  const auto rows = read_rows(given["file"], {"tree", "reference"}, {"paid_at"});
  if (!rows) return Failure{rows.error()};
  for (const Row& row : *rows) {
    std::int64_t at = counter.now;
    if (!row["paid_at"].empty()) {
      const auto read = parse_rfc3339(row["paid_at"]);
      if (!read) {
        return fail(ErrorCode::invalid,
                    given["file"] + ": row " + std::to_string(row.line) + ": paid_at: a time with its offset");
      }
      at = *read;
    }
    if (Status paid = counter.planting.paid(row["tree"], row["reference"], at); !paid) {
      return Failure{paid.error().with_context(given["file"] + ": row " + std::to_string(row.line))};
    }
  }
  return Deed{
      {{{"paid", rows->size()}}, tools::counted(rows->size(), "payment") + " noted\n"}, "payments", {{"paid", rows->size()}}};
}

}  // namespace

Status say_of_tree(const std::filesystem::path& config, const Given& given, const Output& output) {
  const std::string verb = given.command.substr(given.command.rfind(' ') + 1);
  return do_at_counter(config, given, output, [&](Counter& counter) -> Result<Deed> {
    const auto evidence = read_evidence(given);
    if (!evidence) return Failure{evidence.error()};
    const auto tree = say(counter.planting, verb, given["number"], *evidence);
    if (!tree) return Failure{tree.error()};
    std::string text = "tree " + tree->number + " is " + std::string(to_words(tree->state)) + '\n';
    if (!tree->replaces.empty() && verb == "replace")
      text = "tree " + tree->number + " is ordered in the place of " + tree->replaces + '\n';
    return Deed{{to_json(*tree), text}, tree->number, {{verb, evidence->who}}};
  });
}

Status show_tree(const std::filesystem::path& config, const Given& given, const Output& output) {
  return look_at_counter(config, output, [&](Counter& counter) -> Result<Outcome> {
    const auto tree = counter.planting.find(given["number"]);
    if (!tree) return Failure{tree.error()};
    auto json = view_of(counter, *tree);
    if (!json) return Failure{json.error()};
    std::string text =
        "tree " + tree->number + " is " + std::string(to_words(tree->state)) + " since " + tools::time_text(tree->since) + '\n';
    for (const Json& event : (*json)["events"]) {
      text += "  " + tools::time_text(event["at"].get<std::int64_t>()) + ' ' + event["what"].get<std::string>() + ", " +
              printable(event["by"].get<std::string>()) +
              (event.contains("why") ? ": " + printable(event["why"].get<std::string>()) : "") + '\n';
    }
    return Outcome{std::move(*json), std::move(text)};
  });
}

Status list_trees(const std::filesystem::path& config, const Given& given, const Output& output) {
  return look_at_counter(config, output, [&](Counter& counter) -> Result<Outcome> {
    std::optional<Tree::State> state;
    for (const auto one :
         {Tree::State::ordered, Tree::State::planted, Tree::State::standing, Tree::State::failed, Tree::State::replaced}) {
      if (to_words(one) == given["state"]) state = one;
    }
    if (!state && !given["state"].empty()) {
      return fail(ErrorCode::invalid, "--state: ordered, planted, standing, failed or replaced");
    }
    const auto all = counter.trees.trees(given["site"], state, given["after"], kMostListed);
    if (!all) return Failure{all.error()};
    Listing listing("trees", {{"tree"}, {"state"}, {"since"}, {"order", Listing::Align::right}});
    for (const Tree& tree : *all) {
      listing.add(to_json(tree),
                  {tree.number, std::string(to_words(tree.state)), tools::time_text(tree.since), std::to_string(tree.order)});
    }
    return listing.page("there is no such tree\n", all->size(), "--after", all->empty() ? "" : all->back().number);
  });
}

Status list_payments(const std::filesystem::path& config, const Given& given, const Output& output) {
  return look_at_counter(config, output, [&](Counter& counter) -> Result<Outcome> {
    const auto all = counter.trees.payments(given["planter"], given.open);
    if (!all) return Failure{all.error()};
    std::string csv = tools::csv_record({"tree", "planter", "amount", "currency", "due_at", "paid_at", "reference"});
    Listing listing("payments",
                    {{"tree"}, {"planter"}, {"amount", Listing::Align::right}, {""}, {"due"}, {"paid"}, {"reference"}});
    for (const TreePayment& one : *all) {
      const std::vector<std::string> cells{one.tree,
                                           one.planter,
                                           amount_text(one.amount),
                                           one.currency,
                                           tools::time_text(one.due_at),
                                           one.paid_at ? tools::time_text(*one.paid_at) : "",
                                           one.reference};
      csv += tools::csv_record(cells);
      listing.add(to_json(one), cells);
    }
    Outcome told = listing.outcome("no planter is owed anything\n");
    if (given.to_csv) told.text = csv;
    return told;
  });
}

Status pay_trees(const std::filesystem::path& config, const Given& given, const Output& output) {
  return do_at_counter(config, given, output, [&](Counter& counter) { return pay(counter, given); });
}

}  // namespace greentill::credit

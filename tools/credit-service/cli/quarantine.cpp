// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "daemon/base/system.hpp"
#include "tools/common/table.hpp"
#include "tools/credit-service/cli/commands.hpp"
#include "tools/credit-service/cli/opening.hpp"
#include "tools/credit-service/ledger/sqlite/store.hpp"
#include "tools/credit-service/registry/names.hpp"

namespace greentill::credit {
namespace {

Json quarantined_json(const Quarantined& one) {
  return {{"device", one.device}, {"since", one.since}, {"cause", one.cause}, {"refused", one.refused}};
}

Json released_json(const Released& one) {
  return {{"device", one.device}, {"since", one.since},     {"cause", one.cause},
          {"at", one.release.at}, {"who", one.release.who}, {"why", one.release.why}};
}

std::string released_text(const Released& one) {
  return "released " + tools::time_text(one.release.at) + " by " + printable(one.release.who) + ": " +
         printable(one.release.why) + "\n  it was quarantined " + tools::time_text(one.since) + ": " + printable(one.cause) +
         '\n';
}

std::string what_comes_of_it(std::uint64_t refused) {
  return "What was booked before stands. " + tools::counted(refused, "claim") +
         (refused == 1 ? " is refused for that and is" : " are refused for that and are") + " booked when the device sends " +
         (refused == 1 ? "it" : "them") +
         " again, which it does by itself once it is released.\n"
         "Only one of two twins can go on in the chain; what the other sends of it puts the device into quarantine again.\n";
}

struct Known {
  std::vector<Quarantined> quarantined;  ///< of the device: one or none
  std::vector<Released> released;
};

/// not_found where the device never sent anything.
Result<Known> look_up(Books& books, const std::string& device) {
  const auto states = books.devices(device);
  if (!states) return Failure{states.error()};
  if (states->empty()) return fail(ErrorCode::not_found, device + ": the ledger knows no such device");
  auto quarantined = books.quarantined();
  if (!quarantined) return Failure{quarantined.error()};
  auto released = books.releases(device);
  if (!released) return Failure{released.error()};
  std::erase_if(*quarantined, [&](const Quarantined& one) { return one.device != device; });
  return Known{std::move(*quarantined), std::move(*released)};
}

void tell_nothing_to_release(const std::string& device, const std::vector<Released>& before, const Output& output) {
  std::string text = printable(device) + " is not quarantined; there is nothing to release\n";
  if (!before.empty()) text += released_text(before.front());
  output.answer(
      {{"device", device}, {"released", false}, {"last_release", before.empty() ? Json() : released_json(before.front())}}, text);
}

}  // namespace

Status list_quarantined(const std::filesystem::path& config, const Output& output) {
  const auto reading = Reading::open(config);
  if (!reading) return Failure{reading.error()};
  const auto quarantined = (*reading)->books->quarantined();
  if (!quarantined) return Failure{quarantined.error()};
  tools::Table table({{"device"}, {"since"}, {"claims refused for it", tools::Table::Align::right}, {"cause"}});
  Json list = Json::array();
  for (const Quarantined& one : *quarantined) {
    list.push_back(quarantined_json(one));
    table.add({one.device, tools::time_text(one.since), tools::count_text(one.refused), one.cause});
  }
  std::string text = "no device is quarantined\n";
  if (!table.empty()) text = table.text() + "\nWhat comes of a release: greentill-credit quarantine show DEVICE\n";
  output.answer({{"quarantined", list}}, text);
  return Done{};
}

Status show_quarantine(const std::filesystem::path& config, const std::string& device, const Output& output) {
  const auto reading = Reading::open(config);
  if (!reading) return Failure{reading.error()};
  const auto known = look_up(*(*reading)->books, device);
  if (!known) return Failure{known.error()};
  std::string text = printable(device) + " is not quarantined\n";
  Json released = Json::array();
  Json current;
  if (!known->quarantined.empty()) {
    const Quarantined& one = known->quarantined.front();
    current = quarantined_json(one);
    text = printable(device) + " is quarantined since " + tools::time_text(one.since) + ": " + printable(one.cause) + '\n' +
           what_comes_of_it(one.refused);
  }
  for (const Released& one : known->released) {
    released.push_back(released_json(one));
    text += released_text(one);
  }
  output.answer({{"device", device}, {"quarantine", current}, {"releases", released}}, text);
  return Done{};
}

Status release(const std::filesystem::path& path, const std::string& device, const std::string& why, const Output& output) {
  if (Status said = check_why(why); !said) return said;
  const auto reading = Reading::open(path);
  if (!reading) return Failure{reading.error()};
  const auto known = look_up(*(*reading)->books, device);
  if (!known) return Failure{known.error()};
  auto store = open_sqlite_store((*reading)->config.database);
  if (!store) return Failure{store.error()};
  const Release release{SystemClock().unix_seconds(), operator_name(), why};
  bool ended = false;
  Status done = (*store)->transact([&]() -> Status {
    const auto released = (*store)->release(device, release);
    ended = released && *released;
    return released ? Status(Done{}) : Status(Failure{released.error()});
  });
  if (!done) return done;
  if (!ended) {
    tell_nothing_to_release(device, known->released, output);
    return Done{};
  }
  const std::uint64_t refused = known->quarantined.empty() ? 0 : known->quarantined.front().refused;
  output.answer({{"device", device}, {"released", true}, {"at", release.at}, {"who", release.who}, {"refused", refused}},
                printable(device) + " is released by " + printable(release.who) + ".\n" + what_comes_of_it(refused));
  return Done{};
}

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/ledger/played/service.hpp"

#include "daemon/base/calendar.hpp"
#include "daemon/sqlite/sqlite.hpp"
#include "tests/integration/ledger/played/must.hpp"
#include "tests/support/postgres_server.hpp"
#include "tools/credit-service/cli/registry_change.hpp"
#include "tools/credit-service/holdings/account_store.hpp"
#include "tools/credit-service/holdings/tree_store.hpp"
#include "tools/credit-service/ledger/sqlite/store.hpp"

namespace greentill::played {
namespace {

std::filesystem::path copy_named(const test::Office& office, const std::string& name) { return office.folder / ("copy-" + name); }

}  // namespace

Service::Service(const Json& schedule, Messages& messages, Keys& keys, Workers& workers)
    : world_(schedule.at("world")),
      messages_(messages),
      keys_(keys),
      workers_(workers),
      office_(workers.office),
      random_(schedule.at("seed").get<std::uint32_t>()) {
  office_.clock.now = schedule.at("events").empty() ? 0 : schedule.at("events").front().at(0).get<std::int64_t>();
  change([&](credit::Registry& registry, credit::RegistryStore& put) -> Status {
    for (const Json& id : world_.at("merchants")) {
      credit::Merchant merchant;
      merchant.id = merchant.name = text(id);
      merchant.zone = text(world_.at("programme").at("zone"));
      if (Status added = registry.add_merchant(merchant); !added) return added;
    }
    for (std::size_t number = 1; number <= world_.at("roots").size(); ++number) {
      const Json& root = world_.at("roots").at(std::to_string(number));
      const auto added = registry.add_root("root-" + std::to_string(number), text(root.at("owner")));
      if (!added) return Failure{added.error()};
      const Json begins = root.value("begins", Json::array({0}));
      for (std::size_t version = 2; version <= begins.size(); ++version) {
        const credit::RootVersion next{static_cast<std::uint32_t>(version), begins[version - 1].get<std::int64_t>(), 0, {}};
        if (Status done = put.put(added->number, next); !done) return done;
      }
    }
    for (const auto& [device, table] : world_.at("devices").items()) {
      if (Status done = enrol(device, table, registry, put); !done) return done;
    }
    return Done{};
  });
}

test::Desk& Service::any() { return *workers_.desks[random_() % workers_.desks.size()]; }

void Service::hear(std::int64_t time, const Json& event) {
  office_.clock.now = time;
  if (event.is_array()) {
    arrive(event);
  } else if (event.contains("op")) {
    decide(event);
  } else {
    arrive(Json::array({event}));
  }
}

/// The hour counts, and what was on probation for long enough is open.
void Service::pass_hour(std::int64_t time) {
  office_.clock.now = time;
  if (time / kSecondsAnHour == std::exchange(hour_, time / kSecondsAnHour)) return;
  test::Desk& desk = any();
  static_cast<void>(must(desk.clerk().take(kClock, {}, {}, {})));
  while (must(desk.ledger().tick())) {
  }
}

void Service::arrive(const Json& batch) {
  pass_hour(office_.clock.now);
  Bytestring bytes;
  for (const Json& event : batch) {
    const Bytestring& message = messages_.of(event);
    bytes.insert(bytes.end(), message.begin(), message.end());
  }
  static_cast<void>(must(any().clerk().take(text(batch.at(0).at("device")), bytes, {1}, {})));
}

void Service::finish() {
  // Each device asks once more: what waits for a person's decision is decided then.
  for (const auto& [device, table] : world_.at("devices").items())
    static_cast<void>(must(any().clerk().take(device, {}, {}, {})));
  office_.clock.now = office_.clock.now + 1;
  while (must(any().ledger().tick())) {
  }
}

void Service::decide(const Json& change) {
  const std::string& op = text(change.at("op"));
  if (op == "elapse") {
    const auto hours = change.at("hours").get<std::int64_t>();
    const std::int64_t until = office_.clock.now;
    std::int64_t left = change.at("served").get<bool>() ? hours : 0;
    if (must(store().chains_on_probation()).empty()) {  // nothing ends at any of them
      must(store().transact([&]() -> Status {
        for (Status noted = Done{}; left > 1; --left) {
          noted = store().note_hour(until / kSecondsAnHour - left + 1);
          if (!noted) return noted;
        }
        return Done{};
      }));
    }
    for (; left > 0; --left) pass_hour(until - (left - 1) * kSecondsAnHour);
    office_.clock.now = until;
  } else if (op == "backup") {
    back_up(text(change.at("name")));
  } else if (op == "restore") {
    restore(text(change.at("name")));
  } else if (op == "spend") {
    spend(change);
  } else if (op == "release" || op == "dismiss" || op == "chain") {
    decide_held(op, change);
  } else if (op.starts_with("key-") || op == "consent") {
    change_key(op, change);
  } else {
    change_device(op, change);
  }
}

void Service::spend(const Json& event) {
  const std::string& kind = text(event.at("account").at(0));
  std::string name = text(event.at("account").at(1));
  for (const auto& [hash, known] : messages_.names()) {
    if (kind != "customer" && known == name) name = hash;
  }
  must(store().transact([&]() -> Status {
    const auto account = must(store().account(kind, name, 0));
    const auto mg = std::min(event.at("mg").get<std::int64_t>(), must(store().spendable(account, office_.clock.now)));
    if (mg == 0) return Done{};
    const std::int64_t now = office_.clock.now;
    credit::TreeStore& trees = store().trees();
    const auto confirmed = credit::TreeOrder::State::confirmed;
    const std::string key = "spent-" + std::to_string(++orders_);
    const auto order = must(trees.add_order({0, key, "played", "nowhere", 1, mg, 2026, confirmed, now, now, now}));
    if (Status put = trees.add(credit::Tree{key, order, "nowhere", credit::Tree::State::ordered, now, now, "", ""}); !put)
      return put;
    const credit::Spend spend{0, "", order, mg, credit::Spend::State::spent, now, now};
    const auto no = must(store().accounts().add_spend(spend));
    const auto spent = must(store().account("spent", "", 0));
    return store().book({-no, credit::BookingKind::spent, now, now, {{account, -mg}, {spent, mg}}});
  }));
}

void Service::back_up(const std::string& name) {
  if (!office_.url().empty()) {
    workers_.close();  // who is copied may have no visitors
    test::copy_database(office_.url(), name);
    return workers_.open();
  }
  std::filesystem::remove(copy_named(office_, name));
  auto database = must(sqlite::Database::open(office_.database(), {}));
  must(database.execute(("VACUUM INTO '" + copy_named(office_, name).string() + "'").c_str()));
}

/// As `run --new-epoch` does.
void Service::restore(const std::string& name) {
  has_restored_ = true;
  workers_.close();  // the last one to go leaves no log beside the database
  if (office_.url().empty()) {
    std::filesystem::copy_file(copy_named(office_, name), office_.database(), std::filesystem::copy_options::overwrite_existing);
  } else {
    test::restore_database(office_.url(), name);
  }
  workers_.store = must(office_.open_store(credit::WentBack::taken_by_a_new_epoch));
  hour_ = 0;
  {
    auto owned = std::exchange(workers_.store, nullptr);
    credit::Store& database = *owned;
    const auto ledger = must(credit::Ledger::open(std::move(owned), office_.programme, office_.library,
                                                  credit::Consents(office_.hasher), office_.hasher, office_.clock, office_.log));
    static_cast<void>(must(credit::replay_missing(database, ledger->desk(), office_.database())));
    must(ledger->begin_epoch());
  }
  workers_.open();
}

}  // namespace greentill::played

// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/ledger/played/service.hpp"

#include "daemon/base/calendar.hpp"
#include "tools/credit-service/cli/registry_change.hpp"
#include "tools/credit-service/ledger/sqlite/store.hpp"
#include "tools/credit-service/registry/journal.hpp"

namespace greentill::played {
namespace {

constexpr std::size_t kWorkers = 2;
constexpr const char* kClock = "clock";  // a device that nobody asks for: it asks, so that an hour counts

void must(const Status& done) {
  if (!done) give_up(done.error().message);
}
template <typename T>
T must(Result<T> made) {
  if (!made) give_up(made.error().message);
  return std::move(*made);
}

credit::Assignment assignment_of(const Json& table, std::uint32_t number, std::int64_t at) {
  credit::Assignment made{number, text(table.at("merchant")), text(table.at("site")), at, {}};
  for (const auto& [root, marked] : table.at("roots").items()) {
    made.roots.push_back({static_cast<std::uint32_t>(std::stoul(root)), marked.get<int>() != 0});
  }
  std::ranges::sort(made.roots, {}, &credit::AssignedRoot::number);
  return made;
}

}  // namespace

Service::Service(const Json& schedule, Messages& messages, Keys& keys)
    : world_(schedule.at("world")),
      messages_(messages),
      keys_(keys),
      office_(programme_text(world_.at("programme")).c_str(), library_of(world_.at("programme"))),
      random_(schedule.at("seed").get<std::uint32_t>()) {
  office_.consent_authorities = keys.consent_authorities();
  office_.consent_certificates = keys.consent_certificates();
  office_.clock.now = schedule.at("events").empty() ? 0 : schedule.at("events").front().at(0).get<std::int64_t>();
  for (const auto& [device, table] : world_.at("devices").items()) {
    office_.authorities += keys.of(device, text(table.at("key"))).certificate_pem();
  }
  for (const Json& timed : schedule.at("events")) {
    const Json& event = timed.at(1);
    if (event.is_object() && event.value("op", "") == "key-replace") {
      office_.authorities += keys.of(text(event.at("device")), text(event.at("key"))).certificate_pem();
    }
  }
  store_ = must(credit::open_sqlite_store(office_.database()));
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
    return Done{};
  });
  for (const auto& [device, table] : world_.at("devices").items()) enrol(device, table);
  open();
}

void Service::enrol(const std::string& device, const Json& table) {
  change([&](credit::Registry& registry, credit::RegistryStore& put) -> Status {
    credit::Device made;
    made.id = device;
    made.is = table.at("class") == "till" ? credit::Device::Class::till : credit::Device::Class::kiosk;
    if (Status done = put.put(made); !done) return done;
    std::uint32_t number = 0;
    for (const Json& one : table.at("assignments")) {
      if (Status done = put.add_assignment(device, assignment_of(one, ++number, 0)); !done) return done;
    }
    const auto key = registry.add_key(device, keys_.of(device, text(table.at("key"))).certificate_pem());
    return key ? Status(Done{}) : Status(Failure{key.error()});
  });
}

void Service::open() {
  if (!store_) store_ = must(credit::open_sqlite_store(office_.database()));
  while (desks_.size() < kWorkers) desks_.push_back(std::make_unique<test::Desk>(office_));
}

void Service::close() {
  desks_.clear();
  store_.reset();
}

test::Desk& Service::any() { return *desks_[random_() % desks_.size()]; }

/// As the commands do it: noted in the file beside the ledger. What the registry holds against it is not done.
void Service::change(const std::function<Status(credit::Registry&, credit::RegistryStore&)>& work) {
  const Status done = store().transact([&] { return change_within(work); });
  if (!done && done.error().code != ErrorCode::conflict) give_up(done.error().message);
}

Status Service::change_within(const std::function<Status(credit::Registry&, credit::RegistryStore&)>& work) {
  credit::RecordingStore recording(store().registry());
  credit::Registry registry(recording, {office_.clock.now, "somebody", "some command", "some reason"});
  if (Status done = work(registry, recording); !done) return done;
  if (recording.puts().empty()) return Done{};
  const auto step = recording.registry_step();
  const auto ledger = recording.ledger_id();
  if (!step) return Failure{step.error()};
  if (!ledger) return Failure{ledger.error()};
  return credit::RegistryJournal(office_.database()).append({*step, recording.puts()}, *ledger);
}

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

void Service::change_device(const std::string& op, const Json& event) {
  if (op == "successor") {
    return change([&](credit::Registry&, credit::RegistryStore& put) -> Status {
      auto merchant = must(put.merchant(text(event.at("old"))));
      merchant->successor = text(event.at("new"));
      merchant->successor_from = event.at("from").get<std::int64_t>();
      if (Status done = put.put(*merchant); !done) return done;
      return put.add({office_.clock.now, "somebody", "merchant successor", merchant->id, "{}", ""});
    });
  }
  if (op == "withdraw") {
    return change([&](credit::Registry& registry, credit::RegistryStore&) -> Status {
      const auto done =
          registry.withdraw_version(std::to_string(event.at("root").get<int>()), event.at("version").get<std::uint32_t>());
      return done ? Status(Done{}) : Status(Failure{done.error()});
    });
  }
  const std::string& device = text(event.at("device"));
  if (op == "assign") {
    return change([&](credit::Registry&, credit::RegistryStore& put) -> Status {
      const auto known = must(put.device(device));
      const auto number = static_cast<std::uint32_t>(known->assignments.size() + 1);
      if (Status done = put.add_assignment(device, assignment_of(event, number, office_.clock.now)); !done) return done;
      return put.add({office_.clock.now, "somebody", "device assign", device, "{}", ""});
    });
  }
  const auto work = [&](credit::Registry& registry) {
    if (op == "ceiling") return registry.set_ceiling(device, text(event.at("activity")), event.at("mg").get<std::int64_t>());
    if (op == "retire") return registry.retire(device);
    if (op == "trust") return registry.trust(device);
    if (op != "revoke") give_up("an op that nobody knows: " + op);
    const Json since = event.value("since", Json());
    return registry.revoke(device, since.is_null() ? std::nullopt : std::optional(since.get<std::int64_t>()));
  };
  const auto do_it = [&](credit::Registry& registry, credit::RegistryStore&) -> Status {
    const auto done = work(registry);
    return done ? Status(Done{}) : Status(Failure{done.error()});
  };
  if (op != "trust" && op != "revoke") return change(do_it);
  change(do_it);
  credit::Desk& desk = any().ledger().desk();
  must(op == "trust" ? desk.trusted(device) : desk.revoked(device));
}

void Service::change_key(const std::string& op, const Json& event) {
  const std::string& key = text(event.at("key"));
  const std::string& device = event.contains("device") ? text(event.at("device")) : keys_.device_of(key);
  if (op == "key-revoke") {
    return change([&](credit::Registry& registry, credit::RegistryStore&) -> Status {
      const auto done = registry.revoke_key(keys_.of(device, key).certificate().key_hash());
      return done ? Status(Done{}) : Status(Failure{done.error()});
    });
  }
  if (op == "key-replace") {
    return change([&](credit::Registry& registry, credit::RegistryStore&) -> Status {
      const auto done = registry.replace_key(device, keys_.of(device, key).certificate_pem());
      return done ? Status(Done{}) : Status(Failure{done.error()});
    });
  }
  const Json place = Json::array({event.at("chain"), event.at("seq"), event.at("hash")});
  change([&](credit::Registry& registry, credit::RegistryStore&) -> Status {
    const auto done = registry.take_consent(messages_.consent(device, key, place));
    return done ? Status(Done{}) : Status(Failure{done.error()});
  });
  must(any().ledger().desk().consented(device));
}

void Service::decide_held(const std::string& op, const Json& event) {
  credit::Desk& desk = any().ledger().desk();
  const std::string& device = text(event.at("device"));
  const auto chain_named = [&] { return bytes_of<claim::ChainId>(text(event.at("chain"))); };
  const auto not_held = [](const Status& done) { return !done && done.error().code == ErrorCode::conflict; };
  if (op == "chain") {
    const auto verdict = event.at("verdict") == "release" ? credit::Desk::Verdict::release : credit::Desk::Verdict::dismiss;
    const Status done = desk.decide_chain(device, chain_named(), verdict,
                                          verdict == credit::Desk::Verdict::release && event.value("open", false));
    return not_held(done) ? void() : must(done);
  }
  credit::Desk::Selection selection{device, "", {}, {}, {}};
  if (event.contains("reason")) {
    for (const credit::Reason reason : credit::kHoldReasons) {
      if (verify::to_string(reason) == text(event.at("reason"))) selection.reason = reason;
    }
    if (!selection.reason) give_up("no reason to hold: " + event.dump());
  }
  if (event.contains("seq")) {
    const auto chains = must(store().chains(device));
    const auto chain = std::ranges::find(chains, chain_named(), &credit::Chain::id);
    if (chain == chains.end()) give_up("a held claim is of no chain: " + event.dump());
    selection.claim = chain->claim_id(event.at("seq").get<std::uint64_t>());
  }
  static_cast<void>(
      must(desk.decide(selection, op == "release" ? credit::Desk::Verdict::release : credit::Desk::Verdict::dismiss)));
}

/// Until trees come nothing but tests spends.
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
    const auto spent = must(store().account("spent", "", 0));
    return store().book(
        {--spent_, credit::BookingKind::spent, office_.clock.now, office_.clock.now, {{account, -mg}, {spent, mg}}});
  }));
}

void Service::back_up(const std::string& name) {
  close();  // the last one to go leaves no log beside the database
  std::filesystem::copy_file(office_.database(), office_.folder / name);
  open();
}

/// As `run --new-epoch` does.
void Service::restore(const std::string& name) {
  close();
  std::filesystem::copy_file(office_.folder / name, office_.database(), std::filesystem::copy_options::overwrite_existing);
  store_ = must(credit::open_sqlite_store(office_.database(), credit::WentBack::taken_by_a_new_epoch));
  hour_ = 0;
  {
    auto owned = std::exchange(store_, nullptr);
    credit::Store& database = *owned;
    const auto ledger = must(credit::Ledger::open(std::move(owned), office_.programme, office_.library,
                                                  credit::Consents(office_.hasher), office_.hasher, office_.clock, office_.log));
    static_cast<void>(must(credit::replay_missing(database, ledger->desk(), office_.database())));
    must(ledger->begin_epoch());
  }
  open();
}

}  // namespace greentill::played

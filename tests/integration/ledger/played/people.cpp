// SPDX-License-Identifier: Apache-2.0
// What people do: they change the registry, and decide of what is held.
#include <algorithm>

#include "tests/integration/ledger/played/must.hpp"
#include "tests/integration/ledger/played/service.hpp"
#include "tools/credit-service/registry/journal.hpp"

namespace greentill::played {
namespace {

credit::Assignment assignment_of(const Json& table, std::uint32_t number, std::int64_t at) {
  credit::Assignment made{number, text(table.at("merchant")), text(table.at("site")), at, {}};
  for (const auto& [root, marked] : table.at("roots").items()) {
    made.roots.push_back({static_cast<std::uint32_t>(std::stoul(root)), marked.get<int>() != 0});
  }
  std::ranges::sort(made.roots, {}, &credit::AssignedRoot::number);
  return made;
}

}  // namespace

Status Service::enrol(const std::string& device, const Json& table, credit::Registry& registry, credit::RegistryStore& put) {
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
}

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
  if (op == "methodology") return withdraw_methodology(event);
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

/// The schedule's methodologies have no files: what the registry would read of one is put as it would.
void Service::withdraw_methodology(const Json& event) {
  credit::PublishedMethodology is = messages_.methodology(text(event.at("methodology")));
  is.until = event.at("from").get<std::int64_t>();
  is.changed_at = office_.clock.now;
  is.number = 1;
  std::int64_t earliest = *is.until;
  for (const credit::PublishedMethodology& one : must(store().registry().methodologies())) {
    is.number = std::max(is.number, one.number + 1);
    if (one.id == is.id) earliest = std::min(earliest, *one.until);
  }
  change([&](credit::Registry&, credit::RegistryStore& put) -> Status {
    if (Status done = put.put(is); !done) return done;
    return put.add({office_.clock.now, "somebody", "methodology withdraw", is.id, "{}", ""});
  });
  must(any().ledger().desk().methodologies_changed(earliest));
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

}  // namespace greentill::played

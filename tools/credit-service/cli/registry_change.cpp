// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/cli/registry_change.hpp"

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/system.hpp"
#include "daemon/base/text.hpp"
#include "daemon/base/wall_time.hpp"
#include "tools/common/text.hpp"
#include "tools/credit-service/cli/held_decide.hpp"
#include "tools/credit-service/cli/opening.hpp"
#include "tools/credit-service/config/opening.hpp"
#include "tools/credit-service/registry/changing.hpp"
#include "tools/credit-service/registry/journal.hpp"
#include "tools/credit-service/registry/json.hpp"
#include "tools/credit-service/registry/names.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kMostFileBytes = 1u << 20;

template <typename T>
Result<Outcome> outcome(const Result<T>& made, const std::function<std::string(const T&)>& text) {
  if (!made) return Failure{made.error()};
  return Outcome{to_json(*made), text(*made) + '\n'};
}

std::string names_in_a_row(const std::vector<std::string>& names) {
  std::string row;
  for (const std::string& name : names) row += (row.empty() ? "" : ", ") + name;
  return row;
}

Result<Outcome> change_merchant(Registry& registry, const std::string& verb, const Given& given,
                                const std::filesystem::path& config) {
  if (verb == "close") {
    const auto retired = registry.close_merchant(given["id"]);
    if (!retired) return Failure{retired.error()};
    return Outcome{{{"merchant", given["id"]}, {"state", "closed"}, {"retired", *retired}},
                   printable(given["id"]) + " is closed" +
                       (retired->empty() ? "" : "; its devices are retired: " + names_in_a_row(*retired)) + '\n'};
  }
  const auto from = read_time(config, "--from", given["from"]);
  if (!from) return Failure{from.error()};
  const auto assigned = registry.set_successor(given["old"], given["new"], *from);
  if (!assigned) return Failure{assigned.error()};
  return Outcome{
      {{"merchant", given["old"]}, {"successor", given["new"]}, {"successor_from", *from}, {"assigned", *assigned}},
      printable(given["new"]) + " follows " + printable(given["old"]) + " from " + tools::time_text(*from) + " on" +
          (assigned->empty() ? ""
                             : "; these have a further assignment, for what is to be taken back: " + names_in_a_row(*assigned)) +
          '\n'};
}

Result<Outcome> change_root(Registry& registry, const std::string& verb, const Given& given,
                            const std::filesystem::path& config) {
  if (verb == "reporter") {
    return outcome<Root>(registry.set_reporter(given["root"], given["merchant"], !given.remove), [&](const Root& root) {
      return printable(given["merchant"]) + (given.remove ? " may no longer report under " : " may report under ") +
             printable(root.name);
    });
  }
  if (verb == "version") {
    const auto from = read_time(config, "--from", given["from"]);
    if (!from) return Failure{from.error()};
    return outcome<RootVersion>(registry.add_version(given["root"], *from), [](const RootVersion& made) {
      return "version " + std::to_string(made.version) + " is in force from " + tools::time_text(made.begins) + " on";
    });
  }
  const auto version = parse_integer<std::uint32_t>(given["version"]);
  if (!version) return fail(ErrorCode::invalid, "VERSION: it is a number, as greentill-credit root show has them");
  return outcome<Root>(registry.withdraw_version(given["root"], *version), [&](const Root& root) {
    return "version " + given["version"] + " of " + printable(root.name) +
           " is withdrawn; claims under it that come from now on are held";
  });
}

constexpr std::int64_t kMostCeilingMg = std::int64_t{1} << 53;

Result<Outcome> change_ceiling(Registry& registry, const Given& given) {
  const auto mg = parse_integer<std::int64_t>(given["mg"]);
  if (given["mg"] != "none" && (!mg || *mg < 0 || *mg > kMostCeilingMg)) {
    return fail(ErrorCode::invalid, "MG: milligrams a day, from 0 to 2^53, or none, where its class's ceiling is to hold again");
  }
  const auto made = registry.set_ceiling(given["id"], given["activity"], mg);
  return outcome<Device>(made, [&](const Device& device) {
    return printable(device.id) + (mg ? " may be granted " + tools::grams_text(*mg) + " of " : " has its class's ceiling for ") +
           printable(given["activity"]) + (mg ? " a day" : "");
  });
}

Result<Outcome> change_device(Registry& registry, const std::string& verb, const Given& given,
                              const std::filesystem::path& config) {
  if (verb == "assign") {
    return outcome<Assignment>(registry.assign(given["id"], {given["merchant"], given["site"], given.roots}),
                               [&](const Assignment& made) {
                                 return printable(given["id"]) + " works for " + printable(made.merchant) + " at " +
                                        printable(made.site) + " by its assignment " + std::to_string(made.number);
                               });
  }
  if (verb == "ceiling") return change_ceiling(registry, given);
  std::optional<std::int64_t> since;
  if (!given["since"].empty()) {
    const auto read = read_time(config, "--since", given["since"]);
    if (!read) return Failure{read.error()};
    since = *read;
  }
  const auto made = verb == "retire"   ? registry.retire(given["id"])
                    : verb == "revoke" ? registry.revoke(given["id"], since)
                                       : registry.trust(given["id"]);
  return outcome<Device>(made, [](const Device& device) {
    return printable(device.id) + " is " + std::string(to_words(device.state)) +
           (device.revoked_since ? " since " + tools::time_text(*device.revoked_since) : "");
  });
}

Result<Outcome> change_key(Registry& registry, const std::string& verb, const Given& given) {
  const auto tell = [](const std::string& what) {
    return [what](const DeviceKey& key) { return printable(key.device) + ": " + what + ' ' + to_hex(key.hash); };
  };
  if (verb == "revoke") {
    const auto hash = from_hex(given["key"]);
    Digest digest{};
    if (!hash || hash->size() != digest.size()) {
      return fail(ErrorCode::invalid, "KEY: 64 hexadecimal digits, as greentill-credit key list has them");
    }
    std::copy(hash->begin(), hash->end(), digest.begin());
    return outcome<DeviceKey>(registry.revoke_key(digest), tell("revoked is its key"));
  }
  const auto pem = read_named(given["file"]);
  if (!pem) return Failure{pem.error()};
  auto made = registry.replace_key(given["device"], *pem);
  if (!made) return Failure{made.error().with_context(given["file"])};
  auto done = outcome<DeviceKey>(made, tell("from now on its key is"));
  done->text += "how far the one before is good, a consent says: greentill-credit key sign-consent " +
                printable(given["device"]) + " makes one where its chain stands now\n";
  return done;
}

Result<Outcome> change_lock(Registry& registry, const std::string& verb, const Given& given) {
  const auto made = verb == "retire" ? registry.retire_lock(given["id"]) : registry.revoke_lock(given["id"]);
  return outcome<Lock>(made, [](const Lock& lock) { return printable(lock.id) + " is " + std::string(to_words(lock.state)); });
}

}  // namespace

Result<std::string> read_named(const std::string& file) { return read_file(file, kMostFileBytes); }

Result<std::int64_t> read_time(const std::filesystem::path& path, const std::string& option, const std::string& text) {
  if (const auto time = parse_rfc3339(text)) return *time;
  const auto config = load_config(path);
  if (!config) return Failure{config.error()};
  const crypto::Hasher hasher;
  const auto programme = load_programme(*config, hasher);
  if (!programme) return Failure{programme.error()};
  const auto day = parse_day(text, option, programme->calendar());
  if (!day) return Failure{day.error()};
  return *programme->calendar().begin_of(*day);
}

Status change(const std::filesystem::path& path, const Given& given, const std::function<Status(Registry&)>& work) {
  const auto config = load_config(path);
  if (!config) return Failure{config.error()};
  auto store = open_store(*config);
  if (!store) return Failure{store.error()};
  return (*store)->transact([&] { return change_within(**store, config->database, given, work); });
}

Status change_within(Store& store, const std::filesystem::path& database, const Given& given,
                     const std::function<Status(Registry&)>& work) {
  return change_registry_within(store.registry(), RegistryJournal(database),
                                {SystemClock().unix_seconds(), operator_name(), given.command, given["why"]}, work);
}

Status replay_registry(const std::filesystem::path& path, const Output& output) {
  const auto config = load_config(path);
  if (!config) return Failure{config.error()};
  Replayed made;
  Status done = with_desk(*config, [&](Store& store, Desk& desk) -> Status {
    auto replayed = replay_missing(store, desk, config->database);
    if (!replayed) return Failure{replayed.error()};
    made = std::move(*replayed);
    return Done{};
  });
  if (done) output.answer({{"replayed", made.changes}}, tools::counted(made.changes, "change") + " of the registry made again\n");
  return done;
}

Status change_registry(const std::filesystem::path& config, const Given& given, const Output& output) {
  // A field is there for every option of any command.
  if (given.fields.contains("why") && given.command != "device assign") {
    if (Status why = check_why(given["why"]); !why) return why;
  }
  const std::size_t space = given.command.find(' ');
  const std::string thing = given.command.substr(0, space);
  const std::string verb = given.command.substr(space + 1);
  Outcome done;
  const auto work = [&](Registry& registry) -> Status {
    auto made = thing == "merchant" ? change_merchant(registry, verb, given, config)
                : thing == "root"   ? change_root(registry, verb, given, config)
                : thing == "device" ? change_device(registry, verb, given, config)
                : thing == "key"    ? change_key(registry, verb, given)
                                    : change_lock(registry, verb, given);
    if (!made) return Failure{made.error()};
    done = std::move(*made);
    return Done{};
  };
  // What came of a device that was, or is, in doubt is decided in the same go.
  const bool is_followed = given.command == "device trust" || (given.command == "device revoke" && !given["since"].empty());
  Status changed = is_followed ? change_and_follow(config, given, work) : change(config, given, work);
  if (changed) output.answer(done.json, done.text);
  return changed;
}

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
// lock export: the file of locks, for docks and for whoever checks claims; lock trust.
#include "daemon/base/file.hpp"
#include "daemon/base/system.hpp"
#include "daemon/verify/lock_file.hpp"
#include "tools/common/text.hpp"
#include "tools/credit-service/cli/opening.hpp"
#include "tools/credit-service/cli/registry_change.hpp"
#include "tools/credit-service/config/opening.hpp"
#include "tools/credit-service/registry/json.hpp"
#include "tools/credit-service/registry/names.hpp"

namespace greentill::credit {
namespace {

Result<std::vector<verify::ListedLock>> listed(RegistryReader& registry) {
  const auto locks = registry.locks();
  if (!locks) return Failure{locks.error()};
  const auto roots = registry.roots();
  if (!roots) return Failure{roots.error()};
  std::map<std::uint32_t, std::string> names;
  for (const Root& one : *roots) names[one.number] = one.name;
  std::vector<verify::ListedLock> all;
  for (const Lock& one : *locks) all.push_back({one.id, one.key, one.root, names[one.root], std::string(to_words(one.state))});
  return all;
}

}  // namespace

Status export_locks(const std::filesystem::path& config, const Given& given, const Output& output) {
  const auto reading = Reading::open(config);
  if (!reading) return Failure{reading.error()};
  const auto all = listed((*reading)->books->registry());
  if (!all) return Failure{all.error()};
  const std::string text = verify::write_lock_file(*all);
  const std::string& file = given["out"];
  Json json{{"locks", all->size()}};
  if (file.empty()) {
    json["text"] = text;
    output.answer(json, text);
    return Done{};
  }
  if (Status written = write_file_durably(file, text, 0644); !written) return written;
  json["file"] = file;
  output.answer(json,
                tools::counted(all->size(), "lock") + (all->size() == 1 ? " is" : " are") + " in " + printable(file) + '\n');
  return Done{};
}

Status trust_lock(const std::filesystem::path& path, const Given& given, const Output& output) {
  if (Status why = check_why(given["why"]); !why) return why;
  const auto config = load_config(path);
  if (!config) return Failure{config.error()};
  auto store = open_store(*config);
  if (!store) return Failure{store.error()};
  const std::string& id = given["id"];
  Lock lock;
  std::uint64_t lifted = 0;
  const auto work = [&](Registry& registry) -> Status {
    const auto was = (*store)->registry().lock(id);
    if (!was) return Failure{was.error()};
    auto trusted = registry.trust_lock(id);
    if (!trusted) return Failure{trusted.error()};
    lock = std::move(*trusted);
    const auto count = (*store)->lift_lock_faults(id, SystemClock().unix_seconds());
    if (!count) return Failure{count.error()};
    lifted = *count;
    if (lifted > 0) return registry.note_decision(id, Json({{"lifted", lifted}}).dump());
    if (*was && (*was)->state != lock.state) return Done{};
    return fail(ErrorCode::conflict, "lock " + id + ": it is active, and nothing contradicts its rides");
  };
  Status changed = (*store)->transact([&] { return change_within(**store, config->database, given, work); });
  if (!changed) return changed;
  Json json = to_json(lock);
  json["lifted"] = lifted;
  output.answer(json, printable(id) + " is active" +
                          (lifted == 0 ? ""
                                       : ", and its rides pass again; those that are held stay so until held release or dismiss "
                                         "decides them") +
                          '\n');
  return Done{};
}

}  // namespace greentill::credit

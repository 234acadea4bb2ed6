// SPDX-License-Identifier: Apache-2.0
// Single things of the registry, in lines or as JSON.
#include <algorithm>

#include "daemon/base/hex.hpp"
#include "tools/common/table.hpp"
#include "tools/common/text.hpp"
#include "tools/credit-service/cli/chain_words.hpp"
#include "tools/credit-service/cli/opening.hpp"
#include "tools/credit-service/cli/registry_words.hpp"
#include "tools/credit-service/registry/json.hpp"

namespace greentill::credit {
namespace {

/// A page of "name: value" lines, with the values below one another.
class Page {
 public:
  void add(const std::string& name, const std::string& value) {
    if (!value.empty())
      text_ += name + ':' + std::string(name.size() < kWidth ? kWidth - name.size() : 1, ' ') + printable(value) + '\n';
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  static constexpr std::size_t kWidth = 16;
  std::string text_;
};

/// What is shown of one thing.
struct Shown {
  Json json;
  std::string text;
};

Error not_there(const std::string& kind, const std::string& id) {
  return {ErrorCode::not_found, "the registry has no " + kind + " \"" + id + "\""};
}

Result<Shown> show_merchant(RegistryReader& registry, const std::string& id) {
  const auto found = registry.merchant(id);
  const auto devices = registry.devices();
  const auto roots = registry.roots();
  if (!found) return Failure{found.error()};
  if (!devices) return Failure{devices.error()};
  if (!roots) return Failure{roots.error()};
  if (!*found) return Failure{not_there("merchant", id)};
  Shown shown{to_json(**found), {}};
  Cells own, reported, working;
  for (const Root& one : *roots) {
    if (one.owner == id) own.push_back(one.name);
    if (std::ranges::find(one.reporters, id) != one.reporters.end()) reported.push_back(one.name);
  }
  for (const Device& one : *devices) {
    if (one.assignments.back().merchant == id) working.push_back(one.id);
  }
  shown.json["roots"] = own;
  shown.json["reports_under"] = reported;
  shown.json["devices"] = working;
  Page page;
  page.add("merchant", id);
  page.add("name", (*found)->name);
  page.add("zone", (*found)->zone);
  page.add("state", std::string(to_words((*found)->state)));
  if (!(*found)->successor.empty()) {
    page.add("successor", (*found)->successor + ", from " + tools::time_text((*found)->successor_from) + " on");
  }
  page.add("roots", tools::joined(own));
  page.add("reports under", tools::joined(reported));
  page.add("devices", tools::joined(working));
  shown.text = page.text();
  return shown;
}

Result<Shown> show_root(RegistryReader& registry, const std::string& name) {
  const auto all = registry.roots();
  if (!all) return Failure{all.error()};
  const auto found =
      std::ranges::find_if(*all, [&](const Root& one) { return one.name == name || std::to_string(one.number) == name; });
  if (found == all->end()) return Failure{not_there("root", name)};
  Page page;
  page.add("root", std::to_string(found->number));
  page.add("name", found->name);
  page.add("owner", found->owner);
  page.add("reporters", tools::joined(found->reporters));
  for (const RootVersion& one : found->versions) {
    page.add("version " + std::to_string(one.version),
             (one.begins == 0 ? std::string("from ever") : "from " + tools::time_text(one.begins)) +
                 (one.withdrawn_at ? ", withdrawn " + tools::time_text(*one.withdrawn_at) : ""));
  }
  return Shown{to_json(*found), page.text()};
}

/// What the ledger has of its chains, into both forms.
Status add_chains(Books& books, const std::string& device, Json& json, Page& page) {
  const auto heard = books.devices(device);
  if (!heard) return Failure{heard.error()};
  json["chains"] = Json::array();
  for (const DeviceState& one : *heard) {
    for (const ChainState& chain : one.chains) {
      json["chains"].push_back(chain_json(chain));
      page.add("chain", chain_text(chain));
    }
  }
  return Done{};
}

Result<Shown> show_device(Books& books, const std::string& id) {
  RegistryReader& registry = books.registry();
  const auto found = registry.device(id);
  const auto keys = registry.keys(id);
  if (!found) return Failure{found.error()};
  if (!keys) return Failure{keys.error()};
  if (!*found) return Failure{not_there("device", id)};
  Shown shown{to_json(**found), {}};
  shown.json["keys"] = Json::array();
  Page page;
  page.add("device", id);
  page.add("class", std::string(to_words((*found)->is)));
  page.add("state", std::string(to_words((*found)->state)));
  page.add("revoked since", time_or_nothing((*found)->revoked_since));
  page.add("retired", time_or_nothing((*found)->retired_at));
  page.add("settings", (*found)->settings == 0 ? "" : std::to_string((*found)->settings));
  for (const DeviceCeiling& one : (*found)->ceilings) {
    page.add("ceiling", one.activity + ", " + tools::grams_text(one.per_day_mg) + " a day");
  }
  for (const Assignment& one : (*found)->assignments) {
    page.add("assignment " + std::to_string(one.number),
             one.merchant + " at " + one.site + ", roots " + roots_of(one) + ", since " + tools::time_text(one.made_at));
  }
  for (const DeviceKey& one : *keys) {
    shown.json["keys"].push_back(to_json(one));
    page.add("key", to_hex(one.hash) + ", " + state_of(one));
    page.add("  is good", end_of(one));
    for (const IssuedCertificate& issued : one.certificates) {
      page.add("  certificate", to_hex(issued.thumbprint) + ", until " + tools::time_text(issued.not_after));
    }
  }
  if (Status added = add_chains(books, id, shown.json, page); !added) return Failure{added.error()};
  shown.text = page.text();
  return shown;
}

Result<Shown> show_key(RegistryReader& registry, const std::string& hash) {
  const auto all = registry.keys("");
  if (!all) return Failure{all.error()};
  const auto found = std::ranges::find_if(*all, [&](const DeviceKey& one) { return to_hex(one.hash) == hash; });
  if (found == all->end()) return Failure{not_there("key", hash)};
  Page page;
  page.add("key", hash);
  page.add("device", found->device);
  page.add("state", state_of(*found));
  page.add("revoked", time_or_nothing(found->revoked_at));
  page.add("successor", found->successor ? to_hex(*found->successor) : "");
  page.add("is good", end_of(*found));
  for (const IssuedCertificate& one : found->certificates) {
    page.add("certificate",
             to_hex(one.thumbprint) + ", " + tools::time_text(one.not_before) + " to " + tools::time_text(one.not_after));
  }
  return Shown{to_json(*found), page.text()};
}

Json json_of(const LockFault& fault) {
  return {{"counter", fault.counter},
          {"kind", fault.kind == LockFaultKind::two_rides ? "two-rides" : "broken-link"},
          {"claim", fault.claim},
          {"at", fault.at},
          {"lifted_at", fault.lifted_at ? Json(*fault.lifted_at) : Json()}};
}

void add_rides(const LockState& state, Page& page, Json& json) {
  page.add("settled", "up to ride " + std::to_string(state.settled));
  page.add("rides", tools::count_text(state.rides) + " came" +
                        (state.rides == 0 ? ""
                                          : ", the highest is " + std::to_string(state.highest) + ", the latest on " +
                                                tools::time_text(state.last_came.value_or(0))));
  if (state.open > 0) {
    page.add("not settled",
             tools::count_text(state.open) + ", the first of which came on " + tools::time_text(state.first_open.value_or(0)));
  }
  Json faults = Json::array();
  for (const LockFault& one : state.faults) {
    faults.push_back(json_of(one));
    page.add("contradicted", std::string(one.kind == LockFaultKind::two_rides ? "there are two rides " : "ride ") +
                                 std::to_string(one.counter) +
                                 (one.kind == LockFaultKind::two_rides ? "" : " does not link to its neighbours") + ", since " +
                                 tools::time_text(one.at) + ", by claim " + std::to_string(one.claim) +
                                 (one.lifted_at ? "; lifted " + tools::time_text(*one.lifted_at)
                                                : "; its rides from there on are held until greentill-credit lock trust"));
  }
  const auto or_null = [](const std::optional<std::int64_t>& time) { return time ? Json(*time) : Json(); };
  json["rides"] = state.rides;
  json["highest"] = state.highest;
  json["open"] = state.open;
  json["first_open"] = or_null(state.first_open);
  json["last_came"] = or_null(state.last_came);
  json["faults"] = faults;
}

Result<Shown> show_lock(Books& books, const std::string& id) {
  const auto found = books.registry().lock(id);
  if (!found) return Failure{found.error()};
  if (!*found) return Failure{not_there("lock", id)};
  const auto root = books.registry().root((*found)->root);
  if (!root) return Failure{root.error()};
  const auto rides = books.lock(id);
  if (!rides) return Failure{rides.error()};
  Page page;
  page.add("lock", id);
  page.add("owner", (*found)->owner);
  page.add("root", std::to_string((*found)->root) + (*root ? ", " + (*root)->name : ""));
  page.add("state", std::string(to_words((*found)->state)));
  page.add("key", to_hex((*found)->key));
  Json json = to_json(**found);
  if (*rides) add_rides(**rides, page, json);
  return Shown{std::move(json), page.text()};
}

}  // namespace

Status show_registered(const std::filesystem::path& config, const Given& given, const Output& output) {
  const auto reading = Reading::open(config);
  if (!reading) return Failure{reading.error()};
  RegistryReader& registry = (*reading)->books->registry();
  const std::string kind = kind_of(given);
  const std::string& id = given["id"];
  const auto shown = kind == "merchant" ? show_merchant(registry, id)
                     : kind == "root"   ? show_root(registry, id)
                     : kind == "device" ? show_device(*(*reading)->books, id)
                     : kind == "key"    ? show_key(registry, id)
                                        : show_lock(*(*reading)->books, id);
  if (!shown) return Failure{shown.error()};
  output.answer(shown->json, shown->text);
  return Done{};
}

}  // namespace greentill::credit

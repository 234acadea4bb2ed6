// SPDX-License-Identifier: Apache-2.0
// What the registry holds: lists as tables, CSV or JSON, single things in lines.
#include <algorithm>

#include "daemon/base/hex.hpp"
#include "tools/common/table.hpp"
#include "tools/common/text.hpp"
#include "tools/credit-service/cli/opening.hpp"
#include "tools/credit-service/cli/registry_change.hpp"
#include "tools/credit-service/registry/json.hpp"

namespace greentill::credit {
namespace {

using Cells = std::vector<std::string>;

/// A list in each of its forms.
struct List {
  std::string name;  ///< of its member in JSON
  Cells head;
  std::vector<Cells> rows;
  Json json = Json::array();
};

std::string time_or_nothing(const std::optional<std::int64_t>& time) { return time ? tools::time_text(*time) : ""; }

/// "4", and "7 (reversals)".
std::string roots_of(const Assignment& assignment) {
  Cells words;
  for (const AssignedRoot& root : assignment.roots) {
    words.push_back(std::to_string(root.number) + (root.reversals_only ? " (reversals)" : ""));
  }
  return tools::joined(words);
}

Cells cells_of(const Merchant& one) {
  return {one.id,        one.name,
          one.zone,      std::string(to_words(one.state)),
          one.successor, one.successor.empty() ? "" : tools::time_text(one.successor_from)};
}

Cells cells_of(const Root& one) {
  return {std::to_string(one.number), one.name, one.owner, tools::joined(one.reporters), std::to_string(one.versions.size())};
}

Cells cells_of(const Device& one) {
  const Assignment& now = one.assignments.back();
  return {one.id,
          std::string(to_words(one.is)),
          std::string(to_words(one.state)),
          now.merchant,
          now.site,
          roots_of(now),
          std::to_string(now.number),
          time_or_nothing(one.revoked_since),
          time_or_nothing(one.retired_at)};
}

Cells cells_of(const DeviceKey& one) {
  const bool has_one = !one.certificates.empty();
  return {to_hex(one.hash), one.device,
          one.successor    ? "replaced"
          : one.revoked_at ? "revoked"
                           : "in use",
          std::to_string(one.certificates.size()), has_one ? tools::time_text(one.certificates.back().not_after) : ""};
}

Cells cells_of(const Lock& one) { return {one.id, one.owner, std::string(to_words(one.state)), std::to_string(one.counter)}; }

template <typename T>
Result<List> list_of(const std::string& name, Cells head, const Result<std::vector<T>>& all) {
  if (!all) return Failure{all.error()};
  List list{name, std::move(head), {}, Json::array()};
  for (const T& one : *all) {
    list.rows.push_back(cells_of(one));
    list.json.push_back(to_json(one));
  }
  return list;
}

Result<List> list_of(RegistryReader& registry, const std::string& kind, const std::string& device) {
  if (kind == "merchant") {
    return list_of("merchants", {"merchant", "name", "zone", "state", "successor", "successor from"}, registry.merchants());
  }
  if (kind == "root") return list_of("roots", {"root", "name", "owner", "reporters", "versions"}, registry.roots());
  if (kind == "device") {
    return list_of("devices", {"device", "class", "state", "merchant", "site", "roots", "assignment", "revoked since", "retired"},
                   registry.devices());
  }
  if (kind == "key") return list_of("keys", {"key", "device", "state", "certificates", "last one ends"}, registry.keys(device));
  return list_of("locks", {"lock", "owner", "state", "counter"}, registry.locks());
}

/// "up to seq 5 of chain 0102030405060708".
std::string end_of(const DeviceKey& key) {
  if (!key.end) return "";
  return key.end->seq == 0 ? "up to nothing"
                           : "up to seq " + std::to_string(key.end->seq) + " of chain " + to_hex(key.end->chain);
}

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

Result<Shown> show_device(RegistryReader& registry, const std::string& id) {
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
    page.add("key", to_hex(one.hash) + ", " + cells_of(one)[2]);
    page.add("  is good", end_of(one));
    for (const IssuedCertificate& issued : one.certificates) {
      page.add("  certificate", to_hex(issued.thumbprint) + ", until " + tools::time_text(issued.not_after));
    }
  }
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
  page.add("state", cells_of(*found)[2]);
  page.add("revoked", time_or_nothing(found->revoked_at));
  page.add("successor", found->successor ? to_hex(*found->successor) : "");
  page.add("is good", end_of(*found));
  for (const IssuedCertificate& one : found->certificates) {
    page.add("certificate",
             to_hex(one.thumbprint) + ", " + tools::time_text(one.not_before) + " to " + tools::time_text(one.not_after));
  }
  return Shown{to_json(*found), page.text()};
}

Result<Shown> show_lock(RegistryReader& registry, const std::string& id) {
  const auto found = registry.lock(id);
  if (!found) return Failure{found.error()};
  if (!*found) return Failure{not_there("lock", id)};
  Page page;
  page.add("lock", id);
  page.add("owner", (*found)->owner);
  page.add("state", std::string(to_words((*found)->state)));
  page.add("key", to_hex((*found)->key));
  page.add("counter", std::to_string((*found)->counter));
  return Shown{to_json(**found), page.text()};
}

std::string kind_of(const Given& given) { return given.command.substr(0, given.command.find(' ')); }

std::string csv_of(const List& list) {
  std::string text = tools::csv_record(list.head);
  for (const Cells& row : list.rows) text += tools::csv_record(row);
  return text;
}

}  // namespace

Status list_registry(const std::filesystem::path& config, const Given& given, const Output& output) {
  const auto reading = Reading::open(config);
  if (!reading) return Failure{reading.error()};
  const auto list = list_of((*reading)->books->registry(), kind_of(given), given["device"]);
  if (!list) return Failure{list.error()};
  if (given.to_csv && !output.json) {
    output.out << csv_of(*list);
    return Done{};
  }
  std::vector<tools::Table::Column> columns;
  for (const std::string& name : list->head) columns.push_back({name});
  tools::Table table(std::move(columns));
  for (const Cells& row : list->rows) table.add(row);
  output.answer({{list->name, list->json}}, table.empty() ? "the registry has no " + list->name + '\n' : table.text());
  return Done{};
}

Status show_registered(const std::filesystem::path& config, const Given& given, const Output& output) {
  const auto reading = Reading::open(config);
  if (!reading) return Failure{reading.error()};
  RegistryReader& registry = (*reading)->books->registry();
  const std::string kind = kind_of(given);
  const std::string& id = given["id"];
  const auto shown = kind == "merchant" ? show_merchant(registry, id)
                     : kind == "root"   ? show_root(registry, id)
                     : kind == "device" ? show_device(registry, id)
                     : kind == "key"    ? show_key(registry, id)
                                        : show_lock(registry, id);
  if (!shown) return Failure{shown.error()};
  output.answer(shown->json, shown->text);
  return Done{};
}

Status show_audit(const std::filesystem::path& config, const Given& given, const Output& output) {
  AuditFilter filter{std::nullopt, given["about"], 0};
  if (!given["since"].empty()) {
    const auto since = read_time(config, "--since", given["since"]);
    if (!since) return Failure{since.error()};
    filter.since = *since;
  }
  const auto reading = Reading::open(config);
  if (!reading) return Failure{reading.error()};
  const auto entries = (*reading)->books->registry().audit(filter);
  if (!entries) return Failure{entries.error()};
  tools::Table table({{"when"}, {"who"}, {"what"}, {"about"}, {"why"}});
  Json list = Json::array();
  for (const AuditEntry& one : *entries) {
    list.push_back(to_json(one));
    table.add({tools::time_text(one.at), one.who, one.command, one.subject, one.why});
  }
  output.answer({{"audit", list}},
                table.empty() ? "nothing was changed\n" : table.text() + "\n--json shows what each was and is\n");
  return Done{};
}

}  // namespace greentill::credit

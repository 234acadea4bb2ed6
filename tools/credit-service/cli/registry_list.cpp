// SPDX-License-Identifier: Apache-2.0
// What the registry holds, in lists: as tables, CSV or JSON.
#include "daemon/base/hex.hpp"
#include "tools/common/table.hpp"
#include "tools/common/text.hpp"
#include "tools/credit-service/cli/listing.hpp"
#include "tools/credit-service/cli/opening.hpp"
#include "tools/credit-service/cli/registry_change.hpp"
#include "tools/credit-service/cli/registry_words.hpp"
#include "tools/credit-service/registry/json.hpp"

namespace greentill::credit {
namespace {

/// A list in each of its forms.
struct List {
  std::string name;  ///< of its member in JSON
  Cells head;
  std::vector<Cells> rows;
  Json json = Json::array();
};

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
  return {to_hex(one.hash), one.device, state_of(one), std::to_string(one.certificates.size()),
          has_one ? tools::time_text(one.certificates.back().not_after) : ""};
}

Cells cells_of(const Lock& one) {
  return {one.id, one.owner, std::to_string(one.root), std::string(to_words(one.state)), std::to_string(one.counter)};
}

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
  return list_of("locks", {"lock", "owner", "root", "state", "settled"}, registry.locks());
}

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
  Listing listing("audit", {{"when"}, {"who"}, {"what"}, {"about"}, {"why"}});
  for (const AuditEntry& one : *entries) {
    listing.add(to_json(one), {tools::time_text(one.at), one.who, one.command, one.subject, one.why});
  }
  listing.answer(output, "nothing was changed\n", "\n--json shows what each was and is\n");
  return Done{};
}

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
// Adds one thing, or the many of a CSV file: all of them, or none.
#include <algorithm>

#include "daemon/base/hex.hpp"
#include "tools/common/text.hpp"
#include "tools/credit-service/cli/csv_rows.hpp"
#include "tools/credit-service/cli/registry_change.hpp"
#include "tools/credit-service/registry/json.hpp"
#include "tools/credit-service/registry/names.hpp"

namespace greentill::credit {
namespace {

struct Thing {
  std::vector<std::string> columns;  ///< in the file all are needed
  std::vector<std::string> others;   ///< which it may have, all of them; and no other
  std::function<Result<Json>(Registry&, const Row&)> add;
};

template <typename T>
Result<Json> json_of(const Result<T>& made) {
  if (!made) return Failure{made.error()};
  return to_json(*made);
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(at, begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

Result<Json> add_merchant(Registry& registry, const Row& row) {
  Merchant merchant;
  merchant.id = row["id"];
  merchant.name = row["name"];
  merchant.zone = row["zone"];
  const Status added = registry.add_merchant(merchant);
  return added ? Result<Json>(to_json(merchant)) : Result<Json>(Failure{added.error()});
}

Result<Json> add_device(Registry& registry, const Row& row) {
  const auto is = class_of(row["class"]);
  if (!is) return fail(ErrorCode::invalid, "class: \"" + row["class"] + "\" is none of till, kiosk, gateway, dock");
  return json_of(registry.add_device(row["id"], *is, {row["merchant"], row["site"], split(row["root"], ';')}));
}

/// Of what a file of the row's has.
template <typename Add>
Result<Json> add_from_file(const Row& row, const Add& add) {
  const auto text = read_named(row["file"]);
  if (!text) return Failure{text.error()};
  auto made = add(*text);
  if (!made) return Failure{made.error().with_context(row["file"])};
  return to_json(*made);
}

const std::map<std::string, Thing>& things() {
  static const std::map<std::string, Thing> all{
      {"merchant", {{"id", "name", "zone"}, {}, add_merchant}},
      {"root",
       {{"name", "owner"},
        {},
        [](Registry& registry, const Row& row) { return json_of(registry.add_root(row["name"], row["owner"])); }}},
      {"device", {{"id", "class", "merchant", "site", "root"}, {}, add_device}},
      {"key",
       {{"device", "file"},
        {},
        [](Registry& registry, const Row& row) {
          return add_from_file(row, [&](const std::string& pem) { return registry.add_key(row["device"], pem); });
        }}},
      {"lock",
       {{"id", "file", "owner"},
        {"root"},
        [](Registry& registry, const Row& row) {
          return add_from_file(
              row, [&](const std::string& pem) { return registry.add_lock(row["id"], pem, row["owner"], row["root"]); });
        }}},
  };
  return all;
}

/// What became of rows.
struct Added {
  Json things = Json::array();
  Json wrong = Json::array();  ///< texts that name file and row
};

/// Adds all rows, or as many as the database takes. A row that cannot be added is named.
Status add_rows(Registry& registry, const Thing& thing, const std::string& file, const std::vector<Row>& rows, Added& into) {
  for (const Row& row : rows) {
    auto made = thing.add(registry, row);
    if (made) {
      into.things.push_back(std::move(*made));
      continue;
    }
    const ErrorCode code = made.error().code;
    const bool is_the_row_s = code == ErrorCode::invalid || code == ErrorCode::conflict || code == ErrorCode::not_found;
    if (row.line == 0 || !is_the_row_s) return Failure{made.error()};
    into.wrong.push_back(file + ": row " + std::to_string(row.line) + ": " + made.error().message);
  }
  if (into.wrong.empty()) return Done{};
  return fail(ErrorCode::invalid, file + ": " + tools::counted(into.wrong.size(), "row") + " cannot be added, and so none is");
}

}  // namespace

Status add_to_registry(const std::filesystem::path& config, const Given& given, const Output& output) {
  const std::string kind = given.command.substr(0, given.command.find(' '));
  const Thing& thing = things().at(kind);
  if (!given["why"].empty()) {
    if (Status why = check_why(given["why"]); !why) return why;
  }
  std::vector<Row> rows{{0, given.fields}};
  if (!given.csv.empty()) {
    auto read = read_rows(given.csv, thing.columns, thing.others);
    if (!read) return Failure{read.error()};
    rows = std::move(*read);
  } else {
    std::string roots;
    for (const std::string& root : given.roots) roots += root + ';';
    if (!roots.empty()) rows.front().fields["root"] = roots;
    for (const std::string& column : thing.columns) {
      if (rows.front()[column].empty())
        return fail(ErrorCode::invalid, given.command + ": its " + column + " is missing, or --csv FILE");
    }
  }
  Added added;
  Status done = change(config, given, [&](Registry& registry) { return add_rows(registry, thing, given.csv, rows, added); });
  if (!done && !added.wrong.empty()) {
    std::string text;
    for (const Json& one : added.wrong) text += printable(one.get<std::string>()) + '\n';
    output.answer({{"added", Json::array()}, {"wrong", added.wrong}}, text);
  }
  if (!done) return done;
  if (rows.front().line != 0) {
    output.answer({{"added", added.things}}, tools::counted(added.things.size(), kind) + " added\n");
    return Done{};
  }
  const Json& one = added.things.front();
  const std::string named = kind == "root" ? one["name"].get<std::string>() : rows.front()[thing.columns.front()];
  output.answer(one, printable(named) + ": added" +
                         (kind == "root" ? ", with the number " + std::to_string(one["root"].get<std::uint32_t>()) : "") + '\n');
  return Done{};
}

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
// methodology publish, withdraw and list. docs/registry.md, "Methodologies".
#include <algorithm>

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/text.hpp"
#include "tools/common/text.hpp"
#include "tools/credit-service/cli/held_decide.hpp"
#include "tools/credit-service/cli/listing.hpp"
#include "tools/credit-service/cli/opening.hpp"
#include "tools/credit-service/cli/registry_change.hpp"
#include "tools/credit-service/cli/registry_words.hpp"
#include "tools/credit-service/registry/json.hpp"
#include "tools/credit-service/registry/methodologies.hpp"
#include "tools/credit-service/registry/names.hpp"

namespace greentill::credit {
namespace {

std::string name_of(const PublishedMethodology& one) { return printable(one.id) + " version " + std::to_string(one.version); }

std::string standing_of(const PublishedMethodology& one) {
  return (one.from ? " from " + tools::time_text(*one.from) + " on" : std::string()) +
         (one.until ? " until " + tools::time_text(*one.until) + ", when it is withdrawn" : "");
}

/// The version's file in the service's folder; nothing where it has none.
Result<std::optional<PublishedMethodology>> of_folder(const std::filesystem::path& folder, const std::string& id,
                                                      std::uint64_t version) {
  // All must be sound, as for a worker.
  if (const auto library = measure::Library::load(folder, crypto::hasher()); !library) return Failure{library.error()};
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".toml") continue;
    auto bytes = read_named(entry.path().string());
    if (!bytes) return Failure{bytes.error()};
    const auto parsed = measure::parse_methodology(*bytes, entry.path().filename().string(), crypto::hasher());
    if (!parsed) return Failure{parsed.error()};
    if (parsed->id != id || parsed->version != version) continue;
    return std::optional(PublishedMethodology{id, version, parsed->sha256, std::move(*bytes), {}, {}, 0, 0});
  }
  return std::optional<PublishedMethodology>();
}

/// Who claims by a version already must not be told that it begins only now: what was claimed before would be held.
Status check_beginning(const Config& config, const std::string& file, const std::string& bytes, const std::string& from) {
  const auto parsed = measure::parse_methodology(bytes, file, crypto::hasher());
  if (!parsed) return Failure{parsed.error()};
  const auto known = of_folder(config.methodologies, parsed->id, parsed->version);
  if (!known) return Failure{known.error()};
  if (!*known) return Done{};
  if ((*known)->sha256 != parsed->sha256) {
    return fail(ErrorCode::conflict, file + ": the service's folder has this version with other bytes; give it the next version");
  }
  if (from.empty()) return Done{};
  return fail(ErrorCode::conflict,
              file + ": the service's folder has this version, so devices may claim by it already: leave out --from");
}

}  // namespace

Status publish_methodologies(const std::filesystem::path& path, const Given& given, const Output& output) {
  if (Status why = check_why(given["why"]); !why) return why;
  const auto config = load_config(path);
  if (!config) return Failure{config.error()};
  std::optional<std::int64_t> from;
  if (!given["from"].empty()) {
    const auto read = read_time(path, "--from", given["from"]);
    if (!read) return Failure{read.error()};
    from = *read;
  }
  std::vector<std::string> files;
  for (const std::string& file : given.files) {
    auto bytes = read_named(file);
    if (!bytes) return Failure{bytes.error()};
    if (Status free = check_beginning(*config, file, *bytes, given["from"]); !free) return free;
    files.push_back(std::move(*bytes));
  }
  std::vector<PublishedMethodology> made;
  Status changed = change(path, given, [&](Registry& registry) -> Status {
    auto published = registry.publish(files, from, crypto::hasher());
    if (!published) return Failure{published.error()};
    made = std::move(*published);
    return Done{};
  });
  if (!changed) return changed;
  Json list = Json::array();
  std::string text;
  for (const PublishedMethodology& one : made) {
    list.push_back(to_json(one));
    text += name_of(one) + " is published" + standing_of(one) + '\n';
  }
  if (made.empty()) text = "all of it was published before\n";
  if (!made.empty()) text += "devices are told it under the number " + std::to_string(made.front().number) + '\n';
  if (!config->signer) text += "but by nobody: the configuration has no [signer], who signs what devices are told\n";
  output.answer({{"published", list}}, text);
  return Done{};
}

Status withdraw_methodology(const std::filesystem::path& path, const Given& given, const Output& output) {
  if (Status why = check_why(given["why"]); !why) return why;
  const auto config = load_config(path);
  if (!config) return Failure{config.error()};
  const auto from = read_time(path, "--from", given["from"]);
  if (!from) return Failure{from.error()};
  const auto version = parse_integer<std::uint64_t>(given["version"]);
  if (!version) return fail(ErrorCode::invalid, "VERSION: it is a number, as greentill-credit methodology list has them");
  const std::string& id = given["id"];
  const auto loaded = of_folder(config->methodologies, id, *version);
  if (!loaded) return Failure{loaded.error()};
  return with_desk(*config, [&](Store& store, Desk& desk) -> Status {
    const auto all = store.registry().methodologies();
    if (!all) return Failure{all.error()};
    const auto known =
        std::ranges::find_if(*all, [&](const PublishedMethodology& one) { return one.id == id && one.version == *version; });
    const PublishedMethodology* was = known != all->end() ? &*known : *loaded ? &**loaded : nullptr;
    if (was == nullptr) {
      return fail(ErrorCode::not_found, "methodology " + id + " version " + given["version"] +
                                            ": it was not published, and is not in the service's folder of methodologies");
    }
    const std::int64_t since = was->from ? std::max(*was->from, *from) : *from;
    const auto affected = desk.would_be_held({id, *version, was->sha256}, since);
    if (!affected) return Failure{affected.error()};
    const std::string what = tools::counted(affected->claims, "claim") + " of " + tools::counted(affected->devices, "device") +
                             ", granted " + tools::grams_text(affected->granted_mg);
    Json json{{"held", {{"claims", affected->claims}, {"devices", affected->devices}, {"granted_mg", affected->granted_mg}}}};
    if (given.dry_run) {
      json["dry_run"] = true;
      output.answer(json, what + ": these would be held, and what they were granted taken back\n");
      return Done{};
    }
    if (affected->claims > 0 && !given.yes) {
      return fail(ErrorCode::conflict,
                  what + ": these would be held, and what they were granted taken back; say --yes where that is meant");
    }
    PublishedMethodology is;
    desk.begin_with([&] {
      return change_within(store, config->database, given, [&](Registry& registry) -> Status {
        auto done = registry.withdraw(id, *version, *from, *loaded ? (*loaded)->file : "", crypto::hasher());
        if (!done) return Failure{done.error()};
        is = std::move(*done);
        return Done{};
      });
    });
    const std::int64_t earliest = was->until ? std::min(*was->until, since) : since;
    if (Status followed = desk.methodologies_changed(earliest); !followed) return followed;
    json["withdrawn"] = to_json(is);
    output.answer(json, name_of(is) + " holds" + standing_of(is) + '\n' +
                            (affected->claims > 0 ? what + ": these are held now\n" : "") +
                            "devices are told it under the number " + std::to_string(is.number) + '\n');
    return Done{};
  });
}

Status list_methodologies(const std::filesystem::path& path, const Given&, const Output& output) {
  const auto reading = Reading::open(path);
  if (!reading) return Failure{reading.error()};
  const auto all = (*reading)->books->registry().methodologies();
  if (!all) return Failure{all.error()};
  Listing listing("methodologies", {{"methodology"}, {"version"}, {"from"}, {"withdrawn from"}, {"number"}, {"SHA-256"}});
  for (const PublishedMethodology& one : *all) {
    listing.add(to_json(one), {one.id, std::to_string(one.version), time_or_nothing(one.from), time_or_nothing(one.until),
                               std::to_string(one.number), to_hex(one.sha256)});
  }
  listing.answer(output, "nothing was published\n");
  return Done{};
}

}  // namespace greentill::credit

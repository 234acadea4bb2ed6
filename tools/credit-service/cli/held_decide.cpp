// SPDX-License-Identifier: Apache-2.0
// held release, held dismiss and device chain: what a person decides.
#include "tools/credit-service/cli/held_decide.hpp"

#include <algorithm>

#include "daemon/base/hex.hpp"
#include "daemon/base/stderr_log.hpp"
#include "daemon/base/system.hpp"
#include "daemon/base/text.hpp"
#include "tools/common/text.hpp"
#include "tools/credit-service/cli/opening.hpp"
#include "tools/credit-service/config/opening.hpp"
#include "tools/credit-service/ledger/ledger.hpp"
#include "tools/credit-service/registry/methodologies.hpp"
#include "tools/credit-service/registry/names.hpp"

namespace greentill::credit {
namespace {

std::string verb_of(const Given& given) { return given.command.substr(given.command.rfind(' ') + 1); }

Result<Reason> hold_reason(const std::string& name) {
  const auto* found =
      std::find_if(std::begin(kHoldReasons), std::end(kHoldReasons), [&](Reason one) { return verify::to_string(one) == name; });
  if (found != std::end(kHoldReasons)) return *found;
  return fail(ErrorCode::invalid, "--reason: \"" + name + "\" is none for which a claim is held");
}

Status read_day(const std::filesystem::path& path, const std::string& text, std::optional<std::int64_t>& into) {
  const auto config = load_config(path);
  if (!config) return Failure{config.error()};
  const auto programme = load_programme(*config, crypto::hasher());
  if (!programme) return Failure{programme.error()};
  const auto day = parse_day(text, "--day", programme->calendar());
  if (!day) return Failure{day.error()};
  into = *day;
  return Done{};
}

Result<Desk::Selection> selection_of(const std::filesystem::path& config, const Given& given) {
  Desk::Selection selection{given["device"], given["merchant"], {}, {}, {}};
  const bool is_a_group =
      !given["device"].empty() || !given["merchant"].empty() || !given["day"].empty() || !given["reason"].empty();
  if (!given["claim"].empty()) {
    if (is_a_group) return fail(ErrorCode::invalid, "CLAIM names one: --device, --merchant, --day and --reason go without it");
    selection.claim = parse_integer<std::int64_t>(given["claim"]);
    if (selection.claim && *selection.claim > 0) return selection;
    return fail(ErrorCode::invalid, "CLAIM: a number, as greentill-credit held list has them");
  }
  if (!is_a_group) {
    return fail(ErrorCode::invalid, "say which: CLAIM, or --device, --merchant, --day, --reason, or several of them");
  }
  if (!given["day"].empty()) {
    if (Status day = read_day(config, given["day"], selection.day); !day) return Failure{day.error()};
  }
  if (!given["reason"].empty()) {
    const auto reason = hold_reason(given["reason"]);
    if (!reason) return Failure{reason.error()};
    selection.reason = *reason;
  }
  return selection;
}

Json json_of(const Desk::Selection& selection) {
  Json json = Json::object();
  if (!selection.device.empty()) json["device"] = selection.device;
  if (!selection.merchant.empty()) json["merchant"] = selection.merchant;
  if (selection.day) json["day"] = *selection.day;
  if (selection.reason) json["reason"] = verify::to_string(*selection.reason);
  if (selection.claim) json["claim"] = *selection.claim;
  return json;
}

/// By what the audit trail finds it.
std::string subject_of(const Desk::Selection& selection) {
  if (selection.claim) return std::to_string(*selection.claim);
  if (!selection.device.empty()) return selection.device;
  return selection.merchant.empty() ? "all" : selection.merchant;
}

Result<claim::ChainId> chain_id(const std::string& digits) {
  const auto bytes = from_hex(digits);
  claim::ChainId id{};
  if (!bytes || bytes->size() != id.size()) {
    return fail(ErrorCode::invalid, "CHAIN: 16 hexadecimal digits, as greentill-credit devices has them");
  }
  std::copy(bytes->begin(), bytes->end(), id.begin());
  return id;
}

}  // namespace

Status with_desk(const Config& config, const std::function<Status(Store&, Desk&)>& work) {
  const claim::Hasher& hasher = crypto::hasher();
  auto library = measure::Library::load(config.methodologies, hasher);
  if (!library) return Failure{library.error()};
  const auto programme = load_programme(config, hasher);
  if (!programme) return Failure{programme.error()};
  auto store = open_store(config);
  if (!store) return Failure{store.error()};
  SystemClock clock;
  StderrLog log(LogLevel::warning);
  Store& database = **store;
  if (Status published = publish_into(*library, database.registry(), hasher); !published) return published;
  const auto ledger = Ledger::open(std::move(*store), *programme, *library, Consents(hasher), hasher, clock, log);
  if (!ledger) return Failure{ledger.error()};
  return work(database, (*ledger)->desk());
}

Status decide_at_desk(const std::filesystem::path& path, const Given& given, const std::function<Status(Registry&)>& first,
                      const std::function<Status(Desk&)>& decide) {
  const auto config = load_config(path);
  if (!config) return Failure{config.error()};
  return with_desk(*config, [&](Store& store, Desk& desk) {
    desk.begin_with([&] { return change_within(store, config->database, given, first); });
    return decide(desk);
  });
}

Status change_and_follow(const std::filesystem::path& config, const Given& given, const std::function<Status(Registry&)>& work) {
  return decide_at_desk(config, given, work, [&](Desk& desk) {
    return verb_of(given) == "trust" ? desk.trusted(given["id"]) : desk.revoked(given["id"]);
  });
}

Status decide_held(const std::filesystem::path& config, const Given& given, const Output& output) {
  if (Status why = check_why(given["why"]); !why) return why;
  const auto selection = selection_of(config, given);
  if (!selection) return Failure{selection.error()};
  const std::string verb = verb_of(given);
  const auto verdict = verb == "release" ? Desk::Verdict::release : Desk::Verdict::dismiss;
  std::uint64_t decided = 0;
  const auto note = [&](Registry& registry) {
    return registry.note_decision(subject_of(*selection), Json({{verb, json_of(*selection)}}).dump());
  };
  Status done = decide_at_desk(config, given, note, [&](Desk& desk) -> Status {
    const auto count = desk.decide(*selection, verdict);
    if (!count) return Failure{count.error()};
    decided = *count;
    return Done{};
  });
  const char* participle = verdict == Desk::Verdict::release ? "released" : "dismissed";
  if (done) output.answer({{participle, decided}}, tools::counted(decided, "claim") + ' ' + participle + '\n');
  return done;
}

Status decide_chain(const std::filesystem::path& config, const Given& given, const Output& output) {
  if (Status why = check_why(given["why"]); !why) return why;
  const auto chain = chain_id(given["chain"]);
  if (!chain) return Failure{chain.error()};
  const bool releases = given["verdict"] == "release";
  if (!releases && given["verdict"] != "dismiss") return fail(ErrorCode::invalid, "say release or dismiss");
  if (!releases && given.open) return fail(ErrorCode::invalid, "--open goes with release: a dismissed chain is closed");
  const auto note = [&](Registry& registry) {
    return registry.note_decision(
        given["id"],
        Json({{given["verdict"], {{"device", given["id"]}, {"chain", to_hex(*chain)}, {"open", given.open}}}}).dump());
  };
  Status done = decide_at_desk(config, given, note, [&](Desk& desk) {
    return desk.decide_chain(given["id"], *chain, releases ? Desk::Verdict::release : Desk::Verdict::dismiss, given.open);
  });
  if (done) {
    const std::string text = std::string(releases ? "released" : "dismissed") + (given.open ? ", and the open one" : "");
    output.answer({{"device", given["id"]}, {"chain", to_hex(*chain)}, {"verdict", given["verdict"]}, {"open", given.open}},
                  printable(given["id"]) + ": its chain " + to_hex(*chain) + " is " + text + '\n');
  }
  return done;
}

}  // namespace greentill::credit

// SPDX-License-Identifier: Apache-2.0
// code add, list, show, withdraw and confirm.
#include "tools/credit-service/registry/codes.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/system.hpp"
#include "daemon/base/text.hpp"
#include "daemon/crypto/enrolment_code.hpp"
#include "daemon/crypto/fingerprint.hpp"
#include "tools/common/table.hpp"
#include "tools/credit-service/authority/authority.hpp"
#include "tools/credit-service/cli/csv_rows.hpp"
#include "tools/credit-service/cli/enrolment.hpp"
#include "tools/credit-service/cli/labels.hpp"
#include "tools/credit-service/cli/opening.hpp"
#include "tools/credit-service/cli/registry_change.hpp"
#include "tools/credit-service/registry/json.hpp"
#include "tools/credit-service/registry/names.hpp"

namespace greentill::credit {
namespace {

constexpr std::int64_t kDays = 14;
constexpr std::int64_t kMostDays = 365;

Result<std::vector<Row>> devices_of_command(const Given& given) {
  if (!given.csv.empty() || !given["csv"].empty()) return read_rows(given["csv"], {"device"});
  if (given["device"].empty()) return fail(ErrorCode::invalid, "code add: its DEVICE is missing, or --csv FILE");
  return std::vector<Row>{{0, given.fields}};
}

Result<std::int64_t> days_of(const Given& given) {
  if (given["days"].empty()) return kDays;
  const auto days = parse_integer<std::int64_t>(given["days"]);
  if (days && *days >= 1 && *days <= kMostDays) return *days;
  return fail(ErrorCode::invalid, "--days: a number from 1 to 365");
}

/// What labels say besides a device and its code.
Result<LabelPlace> place_of(const Config& config) {
  if (!config.est || config.est->url.empty()) {
    return fail(ErrorCode::invalid, "--labels: est.url is not set, by which devices reach the service; labels say it");
  }
  const auto anchors = load_anchors(config.est->authority);
  if (!anchors) return Failure{anchors.error().with_context("est.authority")};
  return LabelPlace{config.est->url, crypto::fingerprint_of(digest_of(*anchors))};
}

/// Adds a code for each row; those that cannot have one are named in `wrong`.
Status add_rows(Registry& registry, const Given& given, const std::vector<Row>& rows, const CodeTerms& terms,
                std::vector<Label>& labels, Json& wrong) {
  SystemRandom random;
  for (const Row& row : rows) {
    CodeTerms of_row = terms;
    of_row.device = row["device"];
    const std::string code = make_code(random);
    const auto digits = crypto::read_code(code);
    if (!digits) return Failure{digits.error()};
    const auto added = registry.add_code(crypto::code_hash(of_row.device, *digits, crypto::hasher()), of_row);
    if (!added && row.line == 0) return Failure{added.error()};
    if (!added) wrong.push_back(given["csv"] + ": row " + std::to_string(row.line) + ": " + added.error().message);
    if (added) labels.push_back({of_row.device, code, of_row.expires_at});
  }
  if (wrong.empty()) return Done{};
  return fail(ErrorCode::invalid,
              given["csv"] + ": " + tools::counted(wrong.size(), "row") + " can have no code, and so none has");
}

Status write_labels(const std::string& file, const std::vector<Label>& labels, const LabelPlace& place) {
  const auto page = labels_page(labels, place);
  if (!page) return Failure{page.error()};
  return write_file_durably(file, *page, 0600);
}

Json label_json(const Label& label) { return {{"device", label.device}, {"code", label.code}, {"expires_at", label.expires_at}}; }

void tell_added(const Given& given, const std::vector<Label>& labels, const Output& output) {
  Json all = Json::array();
  std::string text;
  for (const Label& one : labels) {
    all.push_back(label_json(one));
    text += printable(one.device) + ": " + one.code + ", good until " + tools::time_text(one.expires_at) + '\n';
  }
  if (!given["labels"].empty())
    text += "labels to print are in " + printable(given["labels"]) + "; they are as secret as the codes\n";
  output.answer(given["csv"].empty() ? all.front() : Json({{"added", all}}), text);
}

std::string when(const std::optional<std::int64_t>& time) { return time ? tools::time_text(*time) : ""; }

std::string fingerprint_or_nothing(const EnrolmentCode& code) { return code.key ? crypto::fingerprint_of(*code.key) : ""; }

/// As it is now, for people and programs.
Json shown(const EnrolmentCode& code, std::int64_t now) {
  Json json = to_json(code);
  json["standing"] = standing_of(code, now);
  json["fingerprint"] = code.key ? Json(crypto::fingerprint_of(*code.key)) : Json();
  return json;
}

}  // namespace

Status add_codes(const std::filesystem::path& path, const Given& given, const Output& output) {
  if (given.replace || !given["why"].empty()) {
    if (Status why = check_why(given["why"]); !why) return why;
  }
  const auto rows = devices_of_command(given);
  if (!rows) return Failure{rows.error()};
  const auto days = days_of(given);
  if (!days) return Failure{days.error()};
  const auto config = load_config(path);
  if (!config) return Failure{config.error()};
  const auto place = given["labels"].empty() ? Result<LabelPlace>(LabelPlace{}) : place_of(*config);
  if (!place) return Failure{place.error()};
  const CodeTerms terms{"", SystemClock().unix_seconds() + *days * kSecondsADay, given.confirm, given.replace};
  std::vector<Label> labels;
  Json wrong = Json::array();
  // The labels are there before the codes are good: codes that nobody knows would be of no use.
  Status done = change(path, given, [&](Registry& registry) -> Status {
    if (Status added = add_rows(registry, given, *rows, terms, labels, wrong); !added) return added;
    return given["labels"].empty() ? Status(Done{}) : write_labels(given["labels"], labels, *place);
  });
  if (done) tell_added(given, labels, output);
  if (!done && !wrong.empty()) {
    std::string text;
    for (const Json& one : wrong) text += printable(one.get<std::string>()) + '\n';
    output.answer({{"added", Json::array()}, {"wrong", wrong}}, text);
  }
  return done;
}

Status list_codes(const std::filesystem::path& path, const Given& given, const Output& output) {
  const auto reading = Reading::open(path);
  if (!reading) return Failure{reading.error()};
  const auto codes = (*reading)->books->registry().codes(given["device"]);
  if (!codes) return Failure{codes.error()};
  const std::int64_t now = SystemClock().unix_seconds();
  tools::Table table({{"device"}, {"standing"}, {"made"}, {"good until"}, {"confirm"}, {"replaces"}, {"fingerprint of its key"}});
  Json all = Json::array();
  for (const EnrolmentCode& one : *codes) {
    all.push_back(shown(one, now));
    table.add({one.device, std::string(standing_of(one, now)), tools::time_text(one.made_at), tools::time_text(one.expires_at),
               !one.confirm       ? ""
               : one.confirmed_at ? "confirmed"
                                  : "asked",
               one.replaces ? "yes" : "", fingerprint_or_nothing(one)});
  }
  output.answer({{"codes", all}}, table.empty() ? "no codes\n" : table.text());
  return Done{};
}

Status show_code(const std::filesystem::path& path, const Given& given, const Output& output) {
  const auto reading = Reading::open(path);
  if (!reading) return Failure{reading.error()};
  const auto codes = (*reading)->books->registry().codes(given["device"]);
  if (!codes) return Failure{codes.error()};
  if (given["device"].empty() || codes->empty()) {
    return fail(ErrorCode::not_found, "device " + given["device"] + ": it never had a code");
  }
  const EnrolmentCode& code = codes->front();
  const std::int64_t now = SystemClock().unix_seconds();
  std::string text = printable(code.device) + ": " + std::string(standing_of(code, now)) + ", made " +
                     tools::time_text(code.made_at) + ", good until " + tools::time_text(code.expires_at) + '\n';
  if (code.replaces) text += "its key may replace the one that the device has\n";
  if (code.key) {
    text += "presented " + when(code.presented_at) + " with the key " + to_hex(*code.key) + "\nfingerprint " +
            fingerprint_or_nothing(code) + '\n';
  }
  if (code.confirm)
    text +=
        code.confirmed_at ? "confirmed " + when(code.confirmed_at) + '\n' : "to be confirmed: greentill-credit code confirm\n";
  if (code.certificate) text += "certificate " + to_hex(*code.certificate) + '\n';
  output.answer(shown(code, now), text);
  return Done{};
}

Status change_code(const std::filesystem::path& path, const Given& given, const Output& output) {
  const bool confirms = given.command == "code confirm";
  if (!confirms) {
    if (Status why = check_why(given["why"]); !why) return why;
  }
  EnrolmentCode code;
  Status done = change(path, given, [&](Registry& registry) -> Status {
    auto changed =
        confirms ? registry.confirm_code(given["device"], given["fingerprint"]) : registry.withdraw_code(given["device"]);
    if (!changed) return Failure{changed.error()};
    code = std::move(*changed);
    return Done{};
  });
  if (done) {
    output.answer(shown(code, SystemClock().unix_seconds()),
                  printable(code.device) + (confirms ? ": its key is confirmed; it gets its certificate when it asks again\n"
                                                     : ": its code does nothing more\n"));
  }
  return done;
}

}  // namespace greentill::credit

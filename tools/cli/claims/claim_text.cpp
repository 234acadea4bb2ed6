// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/claims/claim_text.hpp"

#include <initializer_list>
#include <string_view>

namespace greentill::cli {
namespace {

constexpr std::size_t kLabelWidth = 14;

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string right(const std::string& text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

const Json& at(const Json& json, std::initializer_list<const char*> path) {
  static const Json kNothing;
  const Json* here = &json;
  for (const char* step : path) {
    if (!here->is_object() || !here->contains(step)) return kNothing;
    here = &(*here)[step];
  }
  return *here;
}

std::string text(const Json& value) {
  if (value.is_null()) return {};
  return printable(value.is_string() ? value.get<std::string>() : dump(value));
}

std::string time(const Json& value) { return value.is_number_integer() ? time_text(value.get<std::int64_t>()) : std::string(); }

std::string grams(const Json& value) { return value.is_number_integer() ? grams_text(value.get<std::int64_t>()) : std::string(); }

std::string quantities(const Json& value) {
  std::string all;
  if (!value.is_object()) return all;
  for (const auto& [unit, amount] : value.items()) {
    if (!all.empty()) all += ", ";
    all += text(amount) + " " + printable(unit);
  }
  return all;
}

/// Lines of "label  value"; a line without a value is left out.
class Page {
 public:
  void line(std::string_view label, const std::string& value) {
    if (value.empty()) return;
    text_ += padded(std::string(label), kLabelWidth) + value + '\n';
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

void add_reduction(Page& page, const Json& entry) {
  page.line("activity", text(at(entry, {"activity"})));
  page.line("when", time(at(entry, {"begin"})) + " to " + time(at(entry, {"end"})));
  page.line("quantities", quantities(at(entry, {"quantities"})));
  page.line("methodology", text(at(entry, {"methodology", "id"})) + " version " + text(at(entry, {"methodology", "version"})) +
                               ", SHA-256 " + text(at(entry, {"methodology", "sha256"})));
  page.line("estimate", grams(at(entry, {"estimate_mg"})) + " CO2e");
  page.line("credited", grams(at(entry, {"credited_mg"})) + " CO2e (95 % lower bound)");
  page.line("attribution", text(at(entry, {"attribution"})));
  page.line("nullifier",
            text(at(entry, {"nullifier", "mac"})) + ", key version " + text(at(entry, {"nullifier", "key_version"})));
  page.line("detector", text(at(entry, {"plugin", "name"})) + " " + text(at(entry, {"plugin", "version"})));
  const Json& evidence = at(entry, {"evidence"});
  if (evidence.is_object()) page.line("evidence", text(at(evidence, {"kind"})) + " " + text(at(evidence, {"hex"})));
  page.line("replaces", text(at(entry, {"replaces"})));
}

void add_other_entry(Page& page, const Json& entry) {
  page.line("why", text(at(entry, {"reason"})));
  page.line("nullifier", text(at(entry, {"nullifier_mac"})));
  page.line("of claim", text(at(entry, {"claim"})));
  page.line("quantities", quantities(at(entry, {"taken_back"})));
  const Json& first = at(entry, {"first"});
  if (!first.is_null()) {
    page.line("lost", "seq " + text(first) + " to " + text(at(entry, {"last"})) + " of chain " + text(at(entry, {"chain"})));
  }
  page.line("cause", text(at(entry, {"cause"})));
  const Json& before = at(entry, {"predecessor"});
  if (before.is_object()) {
    page.line("goes on from", "device " + text(at(before, {"device"})) + ", chain " + text(at(before, {"chain"})) + ", seq " +
                                  text(at(before, {"last_seq"})));
  }
  page.line("consent", text(at(entry, {"consent"})));
}

std::string delivery(const Json& claim) {
  std::string all = text(at(claim, {"delivery"}));
  if (const std::string reason = text(at(claim, {"reason"})); !reason.empty()) all += " (" + reason + ")";
  if (const std::string granted = grams(at(claim, {"granted_mg"})); !granted.empty()) all += ", granted " + granted;
  return all;
}

/// What the daemon knows beside what was signed; empty of a claim that stands.
std::string taken_back(const Json& claim) {
  const std::string reversed = text(at(claim, {"reversed"}));
  return reversed == "all" ? "taken back" : reversed == "part" ? "taken back in part" : "";
}

std::string what(const Json& claim) {
  if (const Json& of = at(claim, {"of_seq"}); !of.is_null()) return "takes back claim " + text(of);
  const Json& activity = at(claim, {"entry", "activity"});
  return text(activity.is_null() ? at(claim, {"entry", "kind"}) : activity);
}

std::string line_state(const Json& link) {
  if (at(link, {"since"}) == 0) return "never connected";
  return (at(link, {"connected"}) == true ? "up since " : "down since ") + time(at(link, {"since"}));
}

void add_plugins(Page& page, const Json& plugins) {
  if (!plugins.is_array()) return;
  for (const Json& plugin : plugins) {
    std::string what = text(at(plugin, {"name"})) + " " + text(at(plugin, {"version"})) + ": " + text(at(plugin, {"state"}));
    if (const std::string fault = text(at(plugin, {"last_fault"})); !fault.empty()) what += ", last fault: " + fault;
    page.line("plugin", what);
  }
}

}  // namespace

std::string claim_row_head() {
  return right("SEQ", 10) + "  " + padded("RECORDED", 20) + "  " + padded("WHAT", 28) + right("ESTIMATE", 16) +
         right("CREDITED", 16) + "  DELIVERY";
}

std::string claim_row(const Json& claim) {
  const Json& entry = at(claim, {"entry"});
  const std::string back = taken_back(claim);
  return right(text(at(claim, {"seq"})), 10) + "  " + padded(time(at(claim, {"recorded_at"})), 20) + "  " +
         padded(what(claim), 28) + right(grams(at(entry, {"estimate_mg"})), 16) + right(grams(at(entry, {"credited_mg"})), 16) +
         "  " + delivery(claim) + (back.empty() ? "" : ", ") + back;
}

std::string claim_page(const Json& claim) {
  Page page;
  page.line("claim", text(at(claim, {"seq"})) + " of chain " + text(at(claim, {"chain"})));
  page.line("id", text(at(claim, {"id"})));
  page.line("device", text(at(claim, {"device"})));
  page.line("merchant", text(at(claim, {"merchant"})) + ", site " + text(at(claim, {"site"})));
  page.line("recorded", time(at(claim, {"recorded_at"})));
  page.line("clock",
            text(at(claim, {"clock"})) + ", boot " + text(at(claim, {"boot"})) + ", up " + text(at(claim, {"uptime_s"})) + " s");
  page.line("delivery", delivery(claim));
  page.line("certificate", "SHA-256 " + text(at(claim, {"certificate_sha256"})));
  page.line("previous", "SHA-256 " + text(at(claim, {"prev"})));
  const Json& entry = at(claim, {"entry"});
  page.line("entry", text(at(entry, {"kind"})));
  if (!at(claim, {"of_seq"}).is_null()) page.line("takes back", "claim " + text(at(claim, {"of_seq"})));
  page.line("state", taken_back(claim));
  if (at(entry, {"kind"}) == "reduction") {
    add_reduction(page, entry);
  } else {
    add_other_entry(page, entry);
  }
  return page.text();
}

std::string status_page(const Json& status) {
  Page page;
  page.line("device", text(at(status, {"device"})) + ", greentilld " + text(at(status, {"version"})));
  page.line("merchant", text(at(status, {"merchant"})) + ", site " + text(at(status, {"site"})));
  page.line("started", time(at(status, {"started_at"})));
  page.line("trouble", text(at(status, {"trouble"})));
  const Json& chain = at(status, {"chain"});
  if (chain.is_object()) {
    page.line("chain", text(at(chain, {"id"})) + ", head " + text(at(chain, {"seq"})) + ", delivered up to " +
                           text(at(chain, {"delivered_seq"})));
  }
  page.line("backlog", text(at(status, {"backlog", "waiting"})) + " waiting, " + text(at(status, {"backlog", "refused_retry"})) +
                           " refused for now, " + text(at(status, {"backlog", "refused_final"})) + " refused for good; " +
                           text(at(status, {"backlog", "claims"})) + " stored");
  const Json& link = at(status, {"link"});
  page.line("line", line_state(link));
  page.line("last error", text(at(link, {"last_error"})));
  add_plugins(page, at(status, {"plugins"}));
  return page.text();
}

}  // namespace greentill::cli

// SPDX-License-Identifier: Apache-2.0
// A rule file, a NUL, and a transaction in the API's JSON; without a NUL the whole is a text to fold. Any text is rules or a
// refusal with its place; what rules find, the host takes; and the explanation finds the same acts as the detector.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "daemon/base/utf8.hpp"
#include "daemon/event/abi_view.hpp"
#include "daemon/event/check.hpp"
#include "daemon/event/json_reader.hpp"
#include "plugins/rules/explain.hpp"

namespace {

using namespace greentill;
using rules::RuleSet;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_fold(std::string_view text) {
  static rules::Folder folder(rules::Folder::Chinese::simplified);
  const std::string folded = folder.folded(text);
  require(is_utf8(folded));
  require(folded.empty() || (folded.front() != ' ' && folded.back() != ' '));
  const std::string words = folder.words_of(folded);
  require(words.empty() || (words.size() > 2 && words.front() == ' ' && words.back() == ' '));
  require(words.find("  ") == std::string::npos);
  std::string clauses;
  folder.clauses(folded, clauses);
  require(clauses.front() == ' ' && clauses.back() == ' ' && clauses.find("  ") == std::string::npos);
  require(clauses.find(" , , ") == std::string::npos && clauses.find(" : : ") == std::string::npos);
}

std::optional<RuleSet> parse(std::string_view text) {
  try {
    return RuleSet::parse(text, "rules");
  } catch (const std::runtime_error& error) {
    require(std::string_view(error.what()).starts_with("rules:"));
    return std::nullopt;
  }
}

using Act = std::tuple<const rules::Rule*, std::uint64_t, std::int64_t>;

std::vector<Act> found_by(RuleSet& set, const gt_transaction& transaction) {
  std::vector<Act> acts;
  for (const auto& [rule, match] : set.find(transaction)) {
    const gt_quantity quantity = plugin::quantity(rule->quantity.unit, match.amount);
    const gt_activity activity{sizeof(gt_activity), plugin::text(rule->activity), &quantity, 1, match.line, nullptr, 0};
    require(match.amount > 0);
    require(!event::beyond_limits(activity) && match.line <= transaction.line_count);
    acts.emplace_back(rule, match.line, match.amount);
  }
  return acts;
}

void check(RuleSet& set, const gt_transaction& transaction) {
  const std::vector<Act> found = found_by(set, transaction);
  std::vector<Act> explained;
  for (const rules::Explanation& one : rules::explain(set, transaction)) {
    if (one.found()) explained.emplace_back(one.rule, one.match.line, one.match.amount);
  }
  require(found == explained);
  require(found_by(set, transaction) == found);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\0');
  if (end == std::string_view::npos) {
    check_fold(input);
    return 0;
  }
  std::optional<RuleSet> set = parse(input.substr(0, end));
  if (!set) return 0;
  const auto transaction = event::parse_transaction(input.substr(end + 1));
  event::AbiView view;
  if (transaction) check(*set, view.of(*transaction, event::Audience::detector));
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/rules/try_rules.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>

#include "daemon/base/file.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/event/abi_view.hpp"
#include "daemon/event/json_reader.hpp"
#include "daemon/event/refund_signs.hpp"
#include "daemon/event/standing.hpp"
#include "plugins/rules/explain.hpp"
#include "tools/cli/rules/unmeasured.hpp"
#include "tools/cli/submit/documents.hpp"

namespace greentill::cli {
namespace {

using rules::Explanation;
using rules::Judged;

constexpr std::size_t kShownTexts = 3;

/// Removes acts of the whole sale: like the daemon, it leaves them claimed when only a part of the sale comes back.
void leave_whole_standing(std::vector<Explanation>& explanations) {
  for (Explanation& one : explanations) {
    if (!one.found() || one.match.line != 0) continue;
    one.match.amount = 0;
    one.note = "it holds of the whole event, and is not taken back with a part";
  }
}

/// Why the rules are not asked about a transaction; empty where they are.
std::string why_passed_over(const event::Transaction& transaction) {
  const bool all = transaction.is_reversal() && transaction.lines.empty() && transaction.quantities.empty();
  const bool final = transaction.standing == event::Standing::final;
  return final && all ? "takes back all of '" + transaction.reversed.event_id + "'" : event::remark_of(transaction);
}

std::string_view kind_name(const event::Transaction& transaction) {
  return rules::kind_name(static_cast<std::uint32_t>(transaction.kind));
}

std::string act_text(const Explanation& explanation) {
  return explanation.rule->activity + ' ' + explanation.rule->quantity.unit + '=' + std::to_string(explanation.match.amount);
}

std::string some_of(const std::vector<std::string>& texts) {
  std::string all;
  for (std::size_t i = 0; i < std::min(texts.size(), kShownTexts); ++i) all += (i == 0 ? "" : ", ") + in_quotes(texts[i]);
  return texts.size() > kShownTexts ? all + " or " + counted(texts.size() - kShownTexts, "other") : all;
}

std::string failure_text(const Judged& judged) {
  if (!judged.met.empty()) return in_quotes(judged.given) + " has " + in_quotes(judged.met);
  if (judged.given.empty()) return "not told; wanted " + some_of(judged.wanted);
  const std::string read = judged.read.empty() ? std::string() : ", read as " + judged.read;
  return in_quotes(judged.given) + read + ", wanted " + some_of(judged.wanted);
}

class Trial {
 public:
  Trial(rules::RuleSet& set, const TryRulesOptions& options, const Output& output)
      : set_(set), options_(options), output_(output), list_(output.out, "transactions") {}

  ExitCode run(std::istream& in, const std::vector<std::string>& warnings) {
    warnings_ = warnings;
    DocumentReader reader(in);
    for (;;) {
      auto next = reader.next();
      if (!next) return stop(options_.transactions + ": " + next.error().message);
      if (!*next) break;
      take(**next);
    }
    if (count_ == 0 && problems_.empty()) return stop(options_.transactions + ": there is no transaction in it");
    sum_up();
    return problems_.empty() ? ExitCode::ok : ExitCode::does_not_hold;
  }

 private:
  ExitCode stop(const std::string& message) { return list_.fail(output_, ExitCode::bad_file, message); }

  void take(const Document& document) {
    std::string problem = document.problem;
    if (problem.empty()) {
      auto transaction = event::parse_transaction(document.json);
      if (transaction) return show(document.line, std::move(*transaction));
      problem = to_string(transaction.error());
    }
    problems_.push_back({{"line", document.line}, {"detail", problem}});
    if (!output_.json) {
      output_.out << printable(options_.transactions) << ':' << document.line << ": " << printable(problem) << '\n';
    }
  }

  void show(std::uint64_t line, event::Transaction transaction) {
    ++count_;
    const std::string passed_over = why_passed_over(transaction);
    std::vector<Explanation> explanations;
    if (passed_over.empty()) {
      if (transaction.is_reversal()) event::drop_refund_signs(transaction);
      explanations = rules::explain(set_, view_.of(transaction, event::Audience::detector));
    }
    if (transaction.is_reversal() && !transaction.lines.empty()) leave_whole_standing(explanations);
    for (const Explanation& one : explanations) {
      if (one.found()) ++(transaction.is_reversal() ? taken_back_ : found_)[one.rule->activity];
    }
    if (output_.json) {
      list_.item(to_json(line, transaction, passed_over, explanations));
    } else {
      print(line, transaction, passed_over, explanations);
    }
  }

  // --- text

  void print(std::uint64_t line, const event::Transaction& transaction, const std::string& passed_over,
             const std::vector<Explanation>& explanations) const {
    std::ostream& out = output_.out;
    out << printable(options_.transactions) << ':' << line << ": " << kind_name(transaction) << ' '
        << printable(transaction.event_id) << " of " << printable(transaction.issuer);
    if (transaction.is_reversal()) out << ", which takes back " << printable(transaction.reversed.event_id);
    out << '\n';
    if (!passed_over.empty()) out << "  " << printable(passed_over) << '\n';
    bool any = false;
    for (const Explanation& one : explanations) {
      if (one.found()) print_found(one, transaction);
      any = any || one.found();
    }
    if (!any && passed_over.empty()) out << "  nothing\n";
    if (!options_.explain) return;
    for (const Explanation& one : explanations) {
      if (!one.found()) print_missed(one, transaction);
    }
  }

  static std::string place(const Explanation& one, const event::Transaction& transaction) {
    if (one.match.line == 0) return "the whole event";
    return "line " + std::to_string(one.match.line) + ", " + in_quotes(transaction.lines[one.match.line - 1].name);
  }

  void print_found(const Explanation& one, const event::Transaction& transaction) const {
    output_.out << (transaction.is_reversal() ? "  takes back " : "  ") << printable(act_text(one)) << " in "
                << printable(place(one, transaction)) << ", by rule '" << printable(one.rule->id) << "'\n";
    for (const Judged& judged : one.conditions) {
      if (judged.condition == rules::key_name(rules::Key::name_excludes)) continue;
      const std::string phrase = judged.phrase.empty() ? std::string() : " as " + judged.phrase;
      output_.out << "    " << printable(judged.condition) << ": "
                  << printable(judged.met.empty() ? judged.given : in_quotes(judged.met) + phrase) << '\n';
    }
  }

  void print_missed(const Explanation& one, const event::Transaction& transaction) const {
    output_.out << "  not " << printable(one.rule->activity) << ", by rule '" << printable(one.rule->id) << "'";
    if (one.match.line > 0) output_.out << ", closest in " << printable(place(one, transaction));
    output_.out << '\n';
    if (!one.note.empty()) output_.out << "    " << printable(one.note) << '\n';
    for (const Judged& judged : one.conditions) {
      if (!judged.holds) output_.out << "    " << printable(judged.condition) << ": " << printable(failure_text(judged)) << '\n';
    }
  }

  // --- JSON

  [[nodiscard]] Json to_json(std::uint64_t line, const event::Transaction& transaction, const std::string& passed_over,
                             const std::vector<Explanation>& explanations) const {
    Json json{{"line", line},
              {"issuer", transaction.issuer},
              {"event_id", transaction.event_id},
              {"kind", kind_name(transaction)},
              {"reverses", transaction.is_reversal()},
              {"passed_over", passed_over},
              {"found", Json::array()}};
    for (const Explanation& one : explanations) {
      if (one.found()) json["found"].push_back(found_json(one));
    }
    if (!options_.explain) return json;
    json["missed"] = Json::array();
    for (const Explanation& one : explanations) {
      if (!one.found()) json["missed"].push_back(missed_json(one));
    }
    return json;
  }

  static Json found_json(const Explanation& one) {
    Json conditions = Json::array();
    for (const Judged& judged : one.conditions) {
      conditions.push_back({{"condition", judged.condition}, {"given", judged.given}, {"met", judged.met}});
      if (!judged.phrase.empty()) conditions.back()["phrase"] = judged.phrase;
    }
    return {{"activity", one.rule->activity},  {"rule", one.rule->id},       {"line", one.match.line},
            {"unit", one.rule->quantity.unit}, {"amount", one.match.amount}, {"conditions", conditions}};
  }

  static Json missed_json(const Explanation& one) {
    Json failed = Json::array();
    for (const Judged& judged : one.conditions) {
      if (judged.holds) continue;
      failed.push_back(
          {{"condition", judged.condition}, {"given", judged.given}, {"met", judged.met}, {"wanted", judged.wanted}});
      if (!judged.read.empty()) failed.back()["read"] = judged.read;
    }
    return {{"activity", one.rule->activity},
            {"rule", one.rule->id},
            {"closest_line", one.match.line},
            {"failed", failed},
            {"note", one.note}};
  }

  // --- the end

  using Times = std::map<std::string, std::uint64_t>;

  static std::string times_text(const Times& all) {
    std::string acts;
    for (const auto& [activity, times] : all) acts += (acts.empty() ? "" : ", ") + activity + ' ' + count_text(times);
    return printable(acts);
  }

  void sum_up() {
    if (output_.json) {
      list_.end(
          {{"problems", problems_}, {"warnings", warnings_}, {"count", count_}, {"found", found_}, {"taken_back", taken_back_}});
      return;
    }
    output_.out << counted(count_, "transaction") << (found_.empty() ? ", nothing found" : ": " + times_text(found_))
                << (taken_back_.empty() ? "" : "; taken back: " + times_text(taken_back_)) << '\n';
    for (const std::string& warning : warnings_) output_.out << "warning: " << printable(warning) << '\n';
  }

  rules::RuleSet& set_;
  event::AbiView view_;
  const TryRulesOptions& options_;
  const Output& output_;
  JsonListDocument list_;
  Json problems_ = Json::array();
  std::vector<std::string> warnings_;
  std::uint64_t count_ = 0;
  Times found_;
  Times taken_back_;  ///< parts of earlier sales that come back; they are no acts of these transactions
};

}  // namespace

ExitCode try_rules(const TryRulesOptions& options, std::istream& transactions, const Output& output) {
  const auto text = read_file(options.rules);
  if (!text) return output.fail(ExitCode::bad_file, text.error().message);
  auto set = parse_rules(*text, options.rules.string());
  if (!set) return output.fail(ExitCode::does_not_hold, set.error().message);
  std::vector<std::string> warnings;
  if (!options.methodologies.empty()) {
    const crypto::Hasher hasher;
    const auto library = measure::Library::load(options.methodologies, hasher);
    if (!library) return output.fail(ExitCode::bad_file, library.error().message);
    warnings = unmeasured_of(*set, *library);
  }
  return Trial(*set, options, output).run(transactions, warnings);
}

}  // namespace greentill::cli

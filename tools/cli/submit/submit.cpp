// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/submit/submit.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <thread>
#include <utility>

#include "tools/cli/client/daemon_json.hpp"
#include "tools/cli/common/progress.hpp"
#include "tools/cli/submit/documents.hpp"

namespace greentill::cli {
namespace {

constexpr std::size_t kLinesARequest = 500;
constexpr std::size_t kBytesARequest = 512u << 10;
constexpr std::chrono::milliseconds kLongestWait{10'000};
// A JSON answer can write only one list item by item, and that is the problems; so the other lists are held in memory and
// bounded.
constexpr std::size_t kMostHeld = 10'000;
// A few are to be read, thousands are not.
constexpr std::size_t kMostShown = 50;

struct Totals {
  std::uint64_t taken = 0;
  std::uint64_t repeated = 0;
  std::uint64_t refused = 0;
  std::uint64_t claims = 0;         ///< that are new
  std::uint64_t claims_before = 0;  ///< of transactions that were known before
  std::int64_t credited_before_mg = 0;
  std::uint64_t unclaimed = 0;
  std::uint64_t reversals = 0;
  std::uint64_t remarks = 0;
  std::int64_t estimate_mg = 0;
  std::int64_t credited_mg = 0;

  [[nodiscard]] Json to_json() const {
    return {{"transactions", taken + refused},
            {"taken", taken},
            {"repeated", repeated},
            {"refused", refused},
            {"claims", claims},
            {"claims_before", claims_before},
            {"credited_before_mg", credited_before_mg},
            {"unclaimed", unclaimed},
            {"reversals", reversals},
            {"remarks", remarks},
            {"estimate_mg", estimate_mg},
            {"credited_mg", credited_mg}};
  }
};

Json list_of(const Json& json, const char* member) {
  const auto found = json.find(member);
  return found != json.end() && found->is_array() ? *found : Json::array();
}

/// Sends the documents of one file, a few hundred in a request, and tells what became of each.
class Submission {
 public:
  Submission(DaemonClient& daemon, const SubmitOptions& options, const Output& output)
      : daemon_(daemon),
        options_(options),
        output_(output),
        problems_(output.out, "problems"),
        progress_(output.err, options.progress, "submitting", options.size),
        wait_(options.first_wait) {}

  ExitCode run(std::istream& in) {
    DocumentReader reader(in);
    std::optional<std::pair<ExitCode, std::string>> stopped;
    while (!stopped) {
      const Status filled = fill(reader);
      if (!filled) stopped = {ExitCode::bad_file, options_.file + ": " + filled.error().message};
      if (waiting_.empty()) break;
      if (const Status sent = send(); !sent && !stopped) {
        stopped = {daemon_exit_code(sent.error().code), sent.error().message};
      }
      progress_.update(reader.bytes_read());
    }
    progress_.wipe();
    // A file without a transaction is an error: whoever hands in a day's file has to know that something before this went wrong.
    if (!stopped && totals_.taken + totals_.refused == 0) {
      stopped = {ExitCode::bad_file, options_.file + ": there is no transaction in it"};
      if (!output_.json) return output_.fail(stopped->first, stopped->second);
    }
    return finish(stopped);
  }

 private:
  Status fill(DocumentReader& reader) {
    while (waiting_.size() < kLinesARequest && bytes_waiting_ < kBytesARequest) {
      Result<std::optional<Document>> document = reader.next();
      if (!document) return Failure{document.error()};
      if (!document->has_value()) return Done{};
      take(std::move(**document));
    }
    return Done{};
  }

  void take(Document document) {
    if (!document.problem.empty()) return refuse(document.line, {{"detail", document.problem}});
    bytes_waiting_ += document.json.size() + 1;
    waiting_.push_back(std::move(document));
  }

  /// Sends what waits, or as much of it as the daemon takes in one request.
  Status send() {
    const std::size_t count = std::min(waiting_.size(), lines_a_request_);
    std::string body;
    for (std::size_t i = 0; i < count; ++i) (body += waiting_[i].json) += '\n';
    const Result<Answer> answer = daemon_.post("/v1/transactions", "application/x-ndjson", body);
    if (!answer) return answered_once_ ? wait(std::nullopt, answer.error()) : Status(Failure{answer.error()});
    answered_once_ = true;
    if (answer->status == 503 || answer->status == 507) return wait(answer->retry_after_s, error_of(*answer));
    if (answer->status == 413 && count > 1) {
      lines_a_request_ = count / 2;
      return Done{};
    }
    if (answer->status == 413) {
      refuse(waiting_.front().line, {{"status", 413}, {"detail", error_of(*answer).message}});
      drop_front(1);
      return Done{};
    }
    if (answer->status != 200) return Failure{error_of(*answer)};
    return settle(answer->body, count);
  }

  void drop_front(std::size_t count) {
    for (; count > 0; --count) {
      bytes_waiting_ -= waiting_.front().json.size() + 1;
      waiting_.pop_front();
    }
  }

  /// Matches the answer's lines with the `count` documents that were sent. Documents without a final answer stay in the queue, in
  /// order, to be sent again.
  Status settle(std::string_view body, std::size_t count) {
    std::deque<Document> again;
    std::size_t next = 0;
    Error reason{ErrorCode::unavailable, "the daemon left transactions without an answer"};
    while (!body.empty()) {
      const std::string_view line = body.substr(0, body.find('\n'));
      body.remove_prefix(std::min(body.size(), line.size() + 1));
      const Json result = Json::parse(line, nullptr, false);
      const auto index = static_cast<std::size_t>(result.is_object() ? number_of(result, "index") : -1);
      if (index >= count || index < next) return fail(ErrorCode::io, "the daemon's answer cannot be understood");
      for (; next < index; ++next) again.push_back(waiting_[next]);
      if (!record(result, waiting_[next])) {
        reason.message = "the daemon answers " + std::to_string(number_of(result, "status")) + ": " + text_of(result, "detail");
        again.push_back(waiting_[next]);
      }
      ++next;
    }
    for (; next < count; ++next) again.push_back(waiting_[next]);
    drop_front(count);
    for (auto document = again.rbegin(); document != again.rend(); ++document) {
      bytes_waiting_ += document->json.size() + 1;
      waiting_.push_front(std::move(*document));
    }
    if (again.size() == count) return wait(std::nullopt, reason);
    waited_ = std::chrono::milliseconds{0};
    wait_ = options_.first_wait;
    return Done{};
  }

  /// Counts the result; false where the document must be sent again.
  bool record(const Json& result, const Document& document) {
    const std::int64_t status = number_of(result, "status");
    // The daemon cuts off a request that is too large. Only a document that is too large by itself, alone in the request, is
    // refused.
    const bool cut_off = status == 413 && number_of(result, "index") > 0;
    if (status == 503 || status == 507 || cut_off) return false;
    if (status != 200 && status != 201) {
      refuse(document.line, result);
      return true;
    }
    ++totals_.taken;
    const auto repeated = result.find("repeated");
    if (repeated != result.end() && *repeated == true) ++totals_.repeated;
    for (const Json& act : list_of(result, "unclaimed")) {
      ++totals_.unclaimed;
      hold(not_claimed_, document.line, {{"activity", text_of(act, "activity")}, {"reason", text_of(act, "reason")}});
    }
    totals_.reversals += list_of(result, "reversals").size();
    // A remark says why nothing, or not all yet, came of a record that is not final or takes something back.
    if (const std::string remark = text_of(result, "remark"); !remark.empty()) {
      ++totals_.remarks;
      hold(remarked_, document.line, {{"remark", remark}});
    }
    const bool is_new = repeated == result.end() || *repeated != true;
    for (const Json& claim : list_of(result, "claims")) add_claim(claim, is_new, document.line);
    return true;
  }

  /// Counts a claim, and tells what is to be printed for the customer. One that was known before is not spared a second time.
  void add_claim(const Json& claim, bool is_new, std::uint64_t line) {
    if (!is_new) {
      ++totals_.claims_before;
      totals_.credited_before_mg += number_of(claim, "credited_mg");
    } else {
      ++totals_.claims;
      totals_.estimate_mg += number_of(claim, "estimate_mg");
      totals_.credited_mg += number_of(claim, "credited_mg");
    }
    const std::string printed = text_of(claim, "receipt_line");
    const std::string link = text_of(claim, "link");
    if (output_.json) {
      if (made_.size() >= kMostHeld) return;
      made_.push_back({{"line", line},
                       {"seq", number_of(claim, "seq")},
                       {"activity", text_of(claim, "activity")},
                       {"credited_mg", number_of(claim, "credited_mg")},
                       {"known_before", !is_new},
                       {"receipt_line", printed},
                       {"link", link.empty() ? Json() : Json(link)}});
      return;
    }
    if (++shown_ > kMostShown || (printed.empty() && link.empty())) return;
    progress_.wipe();
    output_.out << printable(options_.file) << ':' << line << ": "
                << printable(printed.empty() ? text_of(claim, "activity") : printed) << (link.empty() ? "" : "  ")
                << printable(link) << (is_new ? "" : "  (known before)") << '\n';
  }

  /// Prints the message at once for people; for --json keeps it for the answer.
  void hold(Json& list, std::uint64_t line, const Json& members) {
    if (!output_.json) return complain(line, members);
    if (list.size() < kMostHeld) list.push_back(at_line(line, members));
  }

  void refuse(std::uint64_t line, const Json& problem) {
    ++totals_.refused;
    Json members = Json::object();
    for (const char* member : {"status", "field", "detail"}) {
      if (const auto found = problem.find(member); found != problem.end()) members[member] = *found;
    }
    output_.json ? problems_.item(at_line(line, members)) : complain(line, members);
  }

  static Json at_line(std::uint64_t line, const Json& members) {
    Json item{{"line", line}};
    item.update(members);
    return item;
  }

  /// Prints the members that are texts.
  void complain(std::uint64_t line, const Json& members) {
    progress_.wipe();
    output_.err << printable(options_.file) << ':' << line;
    for (const Json& member : members) {
      if (member.is_string() && member != "") output_.err << ": " << printable(member.get<std::string>());
    }
    output_.err << '\n';
  }

  Status wait(std::optional<int> asked_s, const Error& reason) {
    const std::chrono::milliseconds pause = asked_s ? std::chrono::milliseconds(std::chrono::seconds(*asked_s)) : wait_;
    if (waited_ + pause > options_.patience) return Failure{reason};
    std::this_thread::sleep_for(pause);
    waited_ += pause;
    wait_ = std::min(wait_ * 2, kLongestWait);
    return Done{};
  }

  ExitCode finish(const std::optional<std::pair<ExitCode, std::string>>& stopped) {
    const ExitCode code = stopped ? stopped->first : totals_.refused > 0 ? ExitCode::does_not_hold : ExitCode::ok;
    if (output_.json) {
      Json members = totals_.to_json();
      members["not_claimed"] = std::move(not_claimed_);
      members["remarked"] = std::move(remarked_);
      members["made"] = std::move(made_);
      if (stopped) members["error"] = error_json(stopped->first, stopped->second);
      problems_.end(members);
      return code;
    }
    if (stopped) output_.err << "greentill: " << printable(stopped->second) << "; submit the file again, nothing counts twice\n";
    if (shown_ > kMostShown) output_.out << "… and " << counted(shown_ - kMostShown, "claim") << " more: --json tells them\n";
    output_.out << counted(totals_.taken, "transaction") << " taken (" << count_text(totals_.repeated) << " known before), "
                << count_text(totals_.refused) << " refused\n"
                << (totals_.repeated > 0 ? "new: " : "") << counted(totals_.claims, "claim") << ": "
                << grams_text(totals_.credited_mg) << " CO2e spared (estimate " << grams_text(totals_.estimate_mg) << "), "
                << counted(totals_.unclaimed, "act") << " not claimed\n";
    if (totals_.claims_before > 0) {
      output_.out << "known before: " << counted(totals_.claims_before, "claim") << ", " << grams_text(totals_.credited_before_mg)
                  << " CO2e, not counted again\n";
    }
    if (totals_.reversals + totals_.remarks > 0) {
      output_.out << counted(totals_.reversals, "reversal") << " of claims, " << counted(totals_.remarks, "remark") << '\n';
    }
    return code;
  }

  DaemonClient& daemon_;
  const SubmitOptions& options_;
  const Output& output_;
  JsonListDocument problems_;
  Progress progress_;
  Totals totals_;
  Json not_claimed_ = Json::array();
  Json remarked_ = Json::array();
  Json made_ = Json::array();
  std::size_t shown_ = 0;
  std::deque<Document> waiting_;
  std::size_t bytes_waiting_ = 0;
  std::size_t lines_a_request_ = kLinesARequest;
  bool answered_once_ = false;
  std::chrono::milliseconds wait_;
  std::chrono::milliseconds waited_{0};
};

}  // namespace

ExitCode submit(DaemonClient& daemon, std::istream& in, const SubmitOptions& options, const Output& output) {
  return Submission(daemon, options, output).run(in);
}

}  // namespace greentill::cli

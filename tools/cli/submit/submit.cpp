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
#include "tools/cli/submit/tally.hpp"

namespace greentill::cli {
namespace {

constexpr std::size_t kLinesARequest = 500;
constexpr std::size_t kBytesARequest = 512u << 10;
constexpr std::chrono::milliseconds kLongestWait{10'000};

/// Sends the documents of one file, a few hundred in a request, and tells what became of each.
class Submission {
 public:
  Submission(DaemonClient& daemon, const SubmitOptions& options, const Output& output)
      : daemon_(daemon),
        options_(options),
        output_(output),
        progress_(output.err, options.progress, "submitting", options.size),
        tally_(options.file, output, progress_),
        wait_(options.first_wait) {}

  ExitCode run(std::istream& in) {
    DocumentReader reader(in);
    std::optional<Stop> stopped;
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
    if (!stopped && tally_.is_empty()) {
      stopped = {ExitCode::bad_file, options_.file + ": there is no transaction in it"};
      if (!output_.json) return output_.fail(stopped->first, stopped->second);
    }
    return tally_.finish(stopped);
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
    if (!document.problem.empty()) return tally_.refuse(document.line, {{"detail", document.problem}});
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
      tally_.refuse(waiting_.front().line, {{"status", 413}, {"detail", error_of(*answer).message}});
      drop_front(1);
      return Done{};
    }
    if (answer->status != 200) return Failure{error_of(*answer)};
    return tell_answers(answer->body, count);
  }

  void drop_front(std::size_t count) {
    for (; count > 0; --count) {
      bytes_waiting_ -= waiting_.front().json.size() + 1;
      waiting_.pop_front();
    }
  }

  /// Matches the answer's lines with the `count` documents that were sent. Documents without a final answer stay in the queue, in
  /// order, to be sent again.
  Status tell_answers(std::string_view body, std::size_t count) {
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
    tally_.add(result, document.line);
    return true;
  }

  Status wait(std::optional<int> asked_s, const Error& reason) {
    const std::chrono::milliseconds pause = asked_s ? std::chrono::milliseconds(std::chrono::seconds(*asked_s)) : wait_;
    if (waited_ + pause > options_.patience) return Failure{reason};
    std::this_thread::sleep_for(pause);
    waited_ += pause;
    wait_ = std::min(wait_ * 2, kLongestWait);
    return Done{};
  }

  DaemonClient& daemon_;
  const SubmitOptions& options_;
  const Output& output_;
  Progress progress_;
  Tally tally_;
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

// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <optional>
#include <system_error>
#include <vector>

#include "daemon/claim/message.hpp"
#include "daemon/claim/receipt.hpp"
#include "tools/cli/claims/claims.hpp"
#include "tools/cli/claims/out_file.hpp"
#include "tools/cli/client/daemon_json.hpp"
#include "tools/cli/common/progress.hpp"

namespace greentill::cli {
namespace {

/// A sequence of messages of one type, as the daemon sends it.
struct Sequence {
  claim::MessageType type;
  std::size_t largest;  ///< bytes that one message may have
  std::string path;     ///< of the daemon's API
  const char* doing;    ///< for people
  std::uint64_t total;  ///< of messages, where that is known; else 0
};

/// Counts the messages of a CBOR sequence that arrives in pieces.
class MessageCounter {
 public:
  explicit MessageCounter(const Sequence& sequence) : sequence_(sequence) {}
  void feed(std::string_view piece) {
    partial_.insert(partial_.end(), piece.begin(), piece.end());
    ByteView rest = partial_;
    while (claim::take_message(rest, sequence_.type)) ++count_;
    partial_.erase(partial_.begin(), partial_.end() - static_cast<std::ptrdiff_t>(rest.size()));
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// Whether the bytes behind the last message cannot be the beginning of another.
  [[nodiscard]] bool broken() const { return partial_.size() > sequence_.largest; }
  [[nodiscard]] bool complete() const { return partial_.empty(); }

 private:
  const Sequence& sequence_;
  std::vector<std::uint8_t> partial_;
  std::uint64_t count_ = 0;
};

std::uint64_t stored_claims(DaemonClient& daemon) {
  const Result<Json> status = get_json(daemon, "/v1/status");
  const auto backlog = status ? status->value("backlog", Json::object()) : Json::object();
  return backlog.is_object() ? static_cast<std::uint64_t>(number_of(backlog, "claims")) : 0;
}

Sequence claims_of(DaemonClient& daemon, const ExportOptions& options) {
  std::string path = "/v1/claims?after=" + std::to_string(options.after);
  if (options.limit != 0) path += "&limit=" + std::to_string(options.limit);
  const bool all = options.after == 0 && options.limit == 0;
  return {claim::MessageType::claim, claim::kMaxClaimBytes, std::move(path), "exporting claims",
          options.progress && all ? stored_claims(daemon) : 0};
}

Sequence receipts() {
  return {claim::MessageType::receipt, claim::kMaxReceiptBytes + 256, "/v1/receipts", "exporting receipts", 0};
}

/// Fetches the messages and hands them on as they come, until the daemon ends, `write` fails or the bytes are no such messages.
Result<Answer> fetch(DaemonClient& daemon, const Sequence& sequence, const ExportOptions& options, const Output& output,
                     MessageCounter& counter, const std::function<bool(std::string_view)>& write) {
  Progress progress(output.err, options.progress, sequence.doing, sequence.total);
  Result<Answer> answer = daemon.stream(sequence.path, "application/cbor-seq", [&](std::string_view piece) {
    counter.feed(piece);
    progress.update(counter.count());
    return write(piece) && !counter.broken();
  });
  progress.wipe();
  return answer;
}

/// Writes a sequence to the file, or to standard output where there is none, and counts its messages.
ExitCode write_out(DaemonClient& daemon, const Sequence& sequence, const ExportOptions& options, const Output& output,
                   std::optional<OutFile>& file, std::uint64_t& count) {
  if (file && !file->status()) return output.fail(ExitCode::bad_file, file->status().error().message);
  const auto write = [&](std::string_view piece) {
    return file ? file->write(piece) : output.out.write(piece.data(), static_cast<std::streamsize>(piece.size())).good();
  };
  MessageCounter counter(sequence);
  const Result<Answer> answer = fetch(daemon, sequence, options, output, counter, write);
  if (file && !file->status()) return output.fail(ExitCode::bad_file, file->status().error().message);
  if (!output.out) return ExitCode::bad_file;  // main() reports failures of standard output
  if (!answer && !counter.broken()) return output.fail_daemon(answer.error());
  if (answer && answer->status != 200) return output.fail_daemon(error_of(*answer));
  if (!counter.complete()) return output.fail(ExitCode::no_daemon, "the daemon's answer is not a sequence of signed messages");
  count = counter.count();
  return ExitCode::ok;
}

bool is_no_file(const std::filesystem::path& path) {
  std::error_code ignored;
  return path.filename().empty() || std::filesystem::is_directory(path, ignored);
}

/// What is wrong with the files' names; empty where nothing is.
std::string unusable(const ExportOptions& options) {
  const auto name_a_file = [](const std::filesystem::path& path) { return "\"" + path.string() + "\": name a file to write to"; };
  if (is_no_file(options.file)) return name_a_file(options.file);
  if (options.receipts.empty()) return {};
  if (is_no_file(options.receipts)) return name_a_file(options.receipts);
  std::error_code ignored;
  const bool same =
      std::filesystem::weakly_canonical(options.file, ignored) == std::filesystem::weakly_canonical(options.receipts, ignored);
  return same ? "claims and receipts go to two files: name another one for either" : std::string();
}

}  // namespace

ExitCode export_claims(DaemonClient& daemon, const ExportOptions& options, const Output& output) {
  const std::string name = options.file.string();
  if (const std::string why = unusable(options); !why.empty()) return output.fail(ExitCode::bad_file, why);
  const bool to_output = is_standard_output(options.file);
  const bool receipts_to_output = is_standard_output(options.receipts);
  if (output.json && (to_output || receipts_to_output)) {
    return output.fail(ExitCode::usage, "--json and messages on standard output exclude each other");
  }
  std::optional<OutFile> file, receipts_file;
  if (!to_output) file.emplace(options.file);
  std::uint64_t count = 0;
  ExitCode written = write_out(daemon, claims_of(daemon, options), options, output, file, count);
  if (written != ExitCode::ok) return written;
  // Read behind the claims: what was answered up to then is among them.
  std::uint64_t receipt_count = 0;
  if (!options.receipts.empty()) {
    if (!receipts_to_output) receipts_file.emplace(options.receipts);
    written = write_out(daemon, receipts(), options, output, receipts_file, receipt_count);
    if (written != ExitCode::ok) return written;
  }
  for (auto* kept : {&receipts_file, &file}) {
    if (!*kept) continue;
    if (const Status whole = (*kept)->keep(); !whole) return output.fail(ExitCode::bad_file, whole.error().message);
  }
  if (to_output || receipts_to_output) return ExitCode::ok;
  Json json{{"file", name}, {"messages", count}};
  std::string text = counted(count, "message") + " written to " + printable(name) + '\n';
  if (receipts_file) {
    json["receipts_file"] = options.receipts.string();
    json["receipts"] = receipt_count;
    text += counted(receipt_count, "receipt") + " written to " + printable(options.receipts.string()) + '\n';
  }
  output.answer(json, text);
  return ExitCode::ok;
}

}  // namespace greentill::cli

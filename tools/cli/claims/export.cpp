// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <optional>
#include <system_error>
#include <vector>

#include "daemon/claim/message.hpp"
#include "tools/cli/claims/claims.hpp"
#include "tools/cli/claims/out_file.hpp"
#include "tools/cli/client/daemon_json.hpp"
#include "tools/cli/common/progress.hpp"

namespace greentill::cli {
namespace {

/// Counts the messages of a CBOR sequence that arrives in pieces.
class MessageCounter {
 public:
  void feed(std::string_view piece) {
    partial_.insert(partial_.end(), piece.begin(), piece.end());
    ByteView rest = partial_;
    while (claim::take_message(rest, claim::MessageType::claim)) ++count_;
    partial_.erase(partial_.begin(), partial_.end() - static_cast<std::ptrdiff_t>(rest.size()));
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// Whether the bytes behind the last message cannot be the beginning of another.
  [[nodiscard]] bool broken() const { return partial_.size() > claim::kMaxClaimBytes; }
  [[nodiscard]] bool complete() const { return partial_.empty(); }

 private:
  std::vector<std::uint8_t> partial_;
  std::uint64_t count_ = 0;
};

std::uint64_t stored_claims(DaemonClient& daemon) {
  const Result<Json> status = get_json(daemon, "/v1/status");
  const auto backlog = status ? status->value("backlog", Json::object()) : Json::object();
  return backlog.is_object() ? static_cast<std::uint64_t>(number_of(backlog, "claims")) : 0;
}

std::string export_path(const ExportOptions& options) {
  std::string path = "/v1/claims?after=" + std::to_string(options.after);
  if (options.limit != 0) path += "&limit=" + std::to_string(options.limit);
  return path;
}

/// Fetches the claims and hands them on as they come, until the daemon ends, `write` fails or the bytes are no claims.
Result<Answer> fetch(DaemonClient& daemon, const ExportOptions& options, const Output& output, MessageCounter& counter,
                     const std::function<bool(std::string_view)>& write) {
  const std::uint64_t total = options.progress && options.after == 0 && options.limit == 0 ? stored_claims(daemon) : 0;
  Progress progress(output.err, options.progress, "exporting claims", total);
  Result<Answer> answer = daemon.stream(export_path(options), "application/cbor-seq", [&](std::string_view piece) {
    counter.feed(piece);
    progress.update(counter.count());
    return write(piece) && !counter.broken();
  });
  progress.wipe();
  return answer;
}

}  // namespace

ExitCode export_claims(DaemonClient& daemon, const ExportOptions& options, const Output& output) {
  const std::string name = options.file.string();
  std::error_code ignored;
  if (options.file.filename().empty() || std::filesystem::is_directory(options.file, ignored)) {
    return output.fail(ExitCode::bad_file, "\"" + name + "\": name a file to write to");
  }
  const bool to_output = is_standard_output(options.file);
  if (to_output && output.json) return output.fail(ExitCode::usage, "--json and claims on standard output exclude each other");
  std::optional<OutFile> file;
  if (!to_output) file.emplace(options.file);
  if (file && !file->status()) return output.fail(ExitCode::bad_file, file->status().error().message);
  const auto write = [&](std::string_view piece) {
    return file ? file->write(piece) : output.out.write(piece.data(), static_cast<std::streamsize>(piece.size())).good();
  };
  MessageCounter counter;
  const Result<Answer> answer = fetch(daemon, options, output, counter, write);
  if (file && !file->status()) return output.fail(ExitCode::bad_file, file->status().error().message);
  if (!output.out) return ExitCode::bad_file;  // main() reports failures of standard output
  if (!answer && !counter.broken()) return output.fail_daemon(answer.error());
  if (answer && answer->status != 200) return output.fail_daemon(error_of(*answer));
  if (!counter.complete()) return output.fail(ExitCode::no_daemon, "the daemon's answer is not a sequence of claims");
  if (!file) return ExitCode::ok;
  if (const Status kept = file->keep(); !kept) return output.fail(ExitCode::bad_file, kept.error().message);
  output.answer({{"file", name}, {"messages", counter.count()}},
                counted(counter.count(), "message") + " written to " + printable(name) + '\n');
  return ExitCode::ok;
}

}  // namespace greentill::cli

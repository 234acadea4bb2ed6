// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <system_error>
#include <vector>

#include "daemon/claim/message.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/progress.hpp"

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
  /// Whether what follows the last message is no beginning of another.
  [[nodiscard]] bool broken() const { return partial_.size() > claim::kMaxClaimBytes; }
  [[nodiscard]] bool complete() const { return partial_.empty(); }

 private:
  std::vector<std::uint8_t> partial_;
  std::uint64_t count_ = 0;
};

/// A file under a name of its own until it is whole.
class PartFile {
 public:
  explicit PartFile(std::filesystem::path target) : target_(std::move(target)), part_(target_) {
    part_ += ".part";
    out_.open(part_, std::ios::binary | std::ios::trunc);
  }
  ~PartFile() {
    std::error_code ignored;
    if (!kept_) std::filesystem::remove(part_, ignored);
  }
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  bool write(std::string_view bytes) { return out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).good(); }
  [[nodiscard]] bool good() const { return out_.good(); }
  /// Why it has not taken its name, or empty.
  std::string keep() {
    out_.close();
    if (out_.fail()) return "cannot be written to its end; is the disk full?";
    std::error_code error;
    std::filesystem::rename(part_, target_, error);
    kept_ = !error;
    return error ? "cannot be put in place: " + error.message() : std::string();
  }

 private:
  std::filesystem::path target_;
  std::filesystem::path part_;
  std::ofstream out_;
  bool kept_ = false;
};

std::uint64_t stored_claims(DaemonClient& daemon) {
  const Result<Answer> answer = daemon.get("/v1/status", "application/json");
  if (!answer || answer->status != 200) return 0;
  const Json status = Json::parse(answer->body, nullptr, false);
  const Json::json_pointer where("/backlog/claims");
  return status.is_object() && status.contains(where) && status[where].is_number_unsigned() ? status[where].get<std::uint64_t>()
                                                                                            : 0;
}

std::string export_path(const ExportOptions& options) {
  std::string path = "/v1/claims?after=" + std::to_string(options.after);
  if (options.limit != 0) path += "&limit=" + std::to_string(options.limit);
  return path;
}

}  // namespace

ExitCode export_claims(DaemonClient& daemon, const ExportOptions& options, const Output& output) {
  const std::string name = options.file.string();
  if (options.file.filename().empty() || std::filesystem::is_directory(options.file)) {
    return output.fail(ExitCode::bad_file, "\"" + name + "\": name a file to write to");
  }
  PartFile file(options.file);
  if (!file.good()) return output.fail(ExitCode::bad_file, name + ": cannot be written");
  const std::uint64_t total = options.progress && options.after == 0 && options.limit == 0 ? stored_claims(daemon) : 0;
  Progress progress(output.err, options.progress, "exporting claims", total);
  MessageCounter counter;
  const Result<Answer> answer = daemon.stream(export_path(options), "application/cbor-seq", [&](std::string_view piece) {
    counter.feed(piece);
    progress.update(counter.count());
    return file.write(piece) && !counter.broken();
  });
  progress.wipe();
  if (!file.good()) return output.fail(ExitCode::bad_file, name + ": cannot be written to its end; is the disk full?");
  if (!answer && !counter.broken()) return output.fail_daemon(answer.error());
  if (answer && answer->status != 200) return output.fail_daemon(error_of(*answer));
  if (!counter.complete()) return output.fail(ExitCode::no_daemon, "the daemon's answer is not a sequence of claims");
  if (const std::string why = file.keep(); !why.empty()) return output.fail(ExitCode::bad_file, name + ": " + why);
  if (output.json) {
    output.document({{"file", name}, {"claims", counter.count()}});
  } else {
    output.out << counted(counter.count(), "claim") << " written to " << printable(name) << '\n';
  }
  return ExitCode::ok;
}

}  // namespace greentill::cli

// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/source/dry_run.hpp"

#include <cstdlib>
#include <thread>
#include <utility>
#include <variant>

#include "daemon/base/system.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/detect/sources.hpp"
#include "daemon/engine/engine.hpp"
#include "daemon/engine/front.hpp"
#include "daemon/outbox/stored_claim.hpp"

namespace greentill::cli {
namespace {

using std::chrono::steady_clock;

/// A new temporary folder, which is removed with this object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code error;
    std::string name = (std::filesystem::temp_directory_path(error) / "greentill-test-XXXXXX").string();
    if (!error && ::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  /// Empty where the folder could not be made.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Signs with nothing: its claims are never shown and never verified.
class NoSigner final : public claim::Signer {
 public:
  [[nodiscard]] Digest thumbprint() const noexcept override { return {}; }
  [[nodiscard]] bool sign(const Digest& /*digest*/, claim::Signature& out) noexcept override {
    out.fill(1);
    return true;
  }
};

/// Those of no device, with keys of zeros.
identity::Settings no_settings() {
  identity::Root root;
  root.number = 1;
  root.name = "test";
  root.reversal_key = crypto::Secret(32);
  root.versions.push_back({1, 0, crypto::Secret(32)});
  identity::Settings settings;
  settings.device = "test";
  settings.assignment = {1, "test", "test"};
  settings.roots.push_back(std::move(root));
  return settings;
}

/// Drops the engine's delayed work, a log line a minute after the store failed: the dry run has ended by then.
class NoTimers final : public Executor {
 public:
  void post(std::function<void()> /*work*/) override {}
  void post_after(std::chrono::milliseconds /*delay*/, std::function<void()> /*work*/) override {}
};

class RunningDry final : public DryRun {
 public:
  RunningDry(const DryRunOptions& options, Log& log) : options_(options), log_(log) {}
  ~RunningDry() override { sources_.reset(); }

  Status run();
  Status for_each_record(const std::function<void(const outbox::StoredRecord&, const std::vector<WouldClaim>&)>& visit) override;
  Result<std::vector<outbox::RecordCount>> counts() override { return reader_->record_counts(); }

 private:
  Status make_engine();
  Status copy_file();
  Status wait_for_end();
  [[nodiscard]] bool file_is_gone() const;
  Result<std::vector<WouldClaim>> claims_of(const outbox::StoredRecord& record);

  DryRunOptions options_;
  Log& log_;
  TemporaryFolder folder_;
  std::filesystem::path in_;
  SystemClock clock_;
  SystemRandom random_;
  NoSigner signer_;
  const identity::Settings settings_ = no_settings();
  NoTimers timers_;
  std::optional<measure::Library> library_;
  std::unique_ptr<detect::Detectors> detectors_;
  std::unique_ptr<outbox::Outbox> outbox_;
  std::unique_ptr<outbox::Reader> engine_reader_;
  std::unique_ptr<outbox::Reader> reader_;
  std::optional<engine::ClaimMaker> maker_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<engine::SourceFront> front_;
  std::unique_ptr<detect::Sources> sources_;
};

Status RunningDry::make_engine() {
  auto library = measure::Library::load(options_.methodologies, crypto::hasher());
  if (!library) return Failure{library.error().with_context("the methodologies")};
  library_ = std::move(*library);
  auto detectors = detect::Detectors::load(options_.detectors, options_.plugin_host, clock_, log_);
  if (!detectors) return Failure{detectors.error()};
  detectors_ = std::move(*detectors);
  auto opened = outbox::Outbox::open({.path = folder_.path() / "outbox.db"}, log_);
  if (!opened) return Failure{opened.error()};
  outbox_ = std::move(*opened);
  std::unique_ptr<outbox::Reader> of_front;
  for (auto* reader : {&engine_reader_, &reader_, &of_front}) {
    auto made = outbox_->new_reader();
    if (!made) return Failure{made.error()};
    *reader = std::move(*made);
  }
  engine::ClaimContext context;
  context.device_id = settings_.device;
  context.settings = &settings_;
  context.roots.api = &settings_.roots.front();
  context.boot = 1;
  context.bearer_key = crypto::Secret(32);
  maker_.emplace(std::move(context), engine::Measuring(*library_, options_.preferred_methodologies), signer_, clock_, random_);
  const engine::Parts parts{timers_, log_, random_, outbox_->writer(), *engine_reader_, *detectors_, *maker_, *library_};
  engine_ = std::make_unique<engine::Engine>(parts, crypto::Secret(32), engine::CommitHooks{});
  front_ = std::make_unique<engine::SourceFront>(*engine_, std::move(of_front));
  return engine_->open();
}

Status RunningDry::copy_file() {
  const bool is_program = !options_.source.program.empty();
  if (is_program && options_.file.empty()) return Done{};
  if (is_program) return fail(ErrorCode::invalid, "a program reads what its own arguments name: leave the file out");
  // The source would move its own files away, and the daemon would never see them.
  if (options_.file.empty()) return fail(ErrorCode::invalid, "name a file: a copy of it is read in place of the source's own");
  in_ = folder_.path() / "in";
  const std::string library = options_.source.library.stem().string();
  std::string name = options_.file.filename().string();
  // The escpos source takes only files with this ending for print jobs.
  if (library == "escpos" && options_.file.extension() != ".escpos") name += ".escpos";
  std::error_code error;
  std::filesystem::create_directory(in_, error);
  if (!error) std::filesystem::copy_file(options_.file, in_ / name, error);
  if (error) return fail(ErrorCode::io, options_.file.string() + ": cannot be copied: " + error.message());
  options_.source.configuration = dry_configuration(options_.source.configuration, library, in_, name);
  return Done{};
}

bool RunningDry::file_is_gone() const {
  if (in_.empty()) return false;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(in_, error)) {
    if (entry.is_regular_file(error)) return false;
  }
  return !error;
}

/// Waits until the source has read everything: it says so, it has moved its file away, or it has been silent for `patience`.
Status RunningDry::wait_for_end() {
  std::uint64_t seen = 0;
  auto silent_since = steady_clock::now();
  for (;;) {
    const detect::PluginStatus status = sources_->status().front();
    if (status.faults > 0) return fail(ErrorCode::invalid, status.last_fault);
    if (status.state == "finished" || file_is_gone()) return Done{};
    if (status.calls != seen || status.state != "running") silent_since = steady_clock::now();
    seen = status.calls;
    if (steady_clock::now() - silent_since > options_.patience) return Done{};
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

Status RunningDry::run() {
  if (folder_.path().empty()) return fail(ErrorCode::io, "no temporary folder can be made; is TMPDIR right?");
  if (Status copied = copy_file(); !copied) return copied;
  if (Status made = make_engine(); !made) return made;
  auto sources = detect::Sources::start({options_.source}, options_.plugin_host, *front_, clock_, log_);
  if (!sources) return Failure{sources.error()};
  sources_ = std::move(*sources);
  Status ended = wait_for_end();
  sources_.reset();
  return ended;
}

Result<std::vector<WouldClaim>> RunningDry::claims_of(const outbox::StoredRecord& record) {
  std::vector<WouldClaim> all;
  if (!record.key) return all;
  const auto event = reader_->find(*record.key);
  if (!event) return Failure{event.error()};
  for (std::uint32_t i = 0; *event && i < (**event).count; ++i) {
    const std::uint64_t seq = (**event).first_seq + i;
    const auto stored = reader_->claim(seq);
    if (!stored) return Failure{stored.error()};
    if (!*stored) continue;
    const auto opened = outbox::open_claim(seq, (**stored).message);
    if (!opened) return Failure{opened.error()};
    if (const auto* made = std::get_if<claim::Reduction>(&opened->claim.entry)) {
      all.push_back({std::string(made->activity), made->estimate_mg, made->credited_mg});
    } else {
      all.push_back({"takes back", 0, 0});
    }
  }
  return all;
}

Status RunningDry::for_each_record(
    const std::function<void(const outbox::StoredRecord&, const std::vector<WouldClaim>&)>& visit) {
  std::vector<outbox::StoredRecord> records;  // newest first
  Status read = reader_->for_each_record({}, static_cast<std::size_t>(outbox::kKeptRecords),
                                         [&](const auto& record) { records.push_back(record); });
  if (!read) return read;
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    std::vector<WouldClaim> claims;
    if (record->fate == outbox::Fate::claimed) {
      auto found = claims_of(*record);
      if (!found) return Failure{found.error()};
      claims = std::move(*found);
    }
    visit(*record, claims);
  }
  return Done{};
}

}  // namespace

Result<std::unique_ptr<DryRun>> DryRun::run(const DryRunOptions& options, Log& log) {
  auto dry = std::make_unique<RunningDry>(options, log);
  if (Status ran = dry->run(); !ran) return Failure{ran.error()};
  return std::unique_ptr<DryRun>(std::move(dry));
}

}  // namespace greentill::cli

// SPDX-License-Identifier: Apache-2.0
#include "tools/printer-relay/spool.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <optional>
#include <system_error>
#include <vector>

#include "daemon/base/hex.hpp"
#include "daemon/base/line_allowance.hpp"
#include "daemon/base/system.hpp"

namespace greentill::relay {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kMeasureEvery{5};  // for how full the folder is
constexpr auto kLongestFlush = std::chrono::seconds(2);
constexpr auto kLogEvery = std::chrono::minutes(1);
constexpr std::size_t kJoinedBytes = 64u << 10;
constexpr std::size_t kMostEntries = 16'384;
constexpr int kWriterNice = 10;
constexpr const char* kUnfinished = ".part";

std::string time_stamp() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm parts{};
  std::array<char, 24> day{};
  gmtime_r(&seconds, &parts);
  const std::size_t size = std::strftime(day.data(), day.size(), "%Y%m%dT%H%M%S", &parts);
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), "%03dZ", static_cast<int>(ms));
  return std::string(day.data(), size) + fraction.data();
}

std::string random_name() {
  SystemRandom random;
  greentill::Bytes<4> bytes{};
  random.fill(bytes);
  return to_hex(bytes);
}

std::string why(int error) { return std::generic_category().message(error); }

}  // namespace

/// Work for the writer: bytes of a job, or its end.
struct Spool::Entry {
  std::shared_ptr<SpoolJob> job;
  std::vector<std::uint8_t> bytes;
  bool ends = false;
  bool more = false;
};

struct Spool::Shared {
  Shared(const SpoolOptions& chosen, Log& to) : options(chosen), log(&to) {}

  SpoolOptions options;
  mutable std::mutex mutex;
  std::condition_variable wake;     // wakes the writer: there is work, or the spool ends
  std::condition_variable written;  // wakes the destructor: everything is written
  std::deque<Entry> queue;
  std::size_t queued_bytes = 0;
  bool stopping = false;
  bool done = false;
  bool abandoned = false;  // the spool is destroyed: the log must not be used any more
  Counts counts;
  std::uint64_t in_folder = 0;                        // the writer's alone: bytes, as of looked_at and what was written since
  std::optional<steady_clock::time_point> looked_at;  // likewise
  Log* log;
  LineAllowance allowance{1, kLogEvery};

  /// Drops the job and logs that. Requires: the mutex is held.
  void drop(SpoolJob& job, const std::string& reason) {
    if (job.dropped_) return;
    job.dropped_ = true;
    ++counts.dropped;
    if (abandoned) return;
    const auto left_out = allowance.take(steady_clock::now().time_since_epoch());
    if (!left_out) return;
    log->write(LogLevel::warning, "spool",
               std::to_string(*left_out + 1) + " print job(s) could not be copied, and were printed all the same: " + reason);
  }

  /// The writer thread.
  void run() {
    // A lower priority than the threads that pass bytes to the printer.
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kWriterNice);
    std::unique_lock lock(mutex);
    for (;;) {
      wake.wait(lock, [this] { return !queue.empty() || stopping; });
      if (queue.empty()) break;
      const Entry entry = std::move(queue.front());
      queue.pop_front();
      queued_bytes -= entry.bytes.size();
      const bool dropped = entry.job->dropped_;
      lock.unlock();
      const std::string reason = write(entry, dropped);
      lock.lock();
      if (!reason.empty()) drop(*entry.job, reason);
      if (entry.ends && !entry.job->dropped_) ++counts.kept;
    }
    done = true;
    written.notify_all();
  }

  [[nodiscard]] fs::path unfinished(const SpoolJob& job) const { return options.folder / ("." + job.name_ + kUnfinished); }

  /// Writes an entry; returns why the job cannot be kept, or empty.
  std::string write(const Entry& entry, bool dropped) {
    SpoolJob& job = *entry.job;
    if (dropped || job.failed_) {
      forget(job);
      return {};
    }
    std::string reason = append(job, entry.bytes);
    if (reason.empty() && entry.ends) reason = finish(job, entry.more);
    if (!reason.empty()) forget(job);
    return reason;
  }

  std::string append(SpoolJob& job, const std::vector<std::uint8_t>& bytes) {
    if (job.file_ < 0) {
      if (std::string full = folder_is_full(); !full.empty()) return full;
      job.file_ = ::open(unfinished(job).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
      if (job.file_ < 0) return "no file can be made in " + options.folder.string() + ": " + why(errno);
    }
    for (std::size_t at = 0; at < bytes.size();) {
      const ssize_t put = ::write(job.file_, bytes.data() + at, bytes.size() - at);
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return options.folder.string() + " cannot be written: " + why(errno);
      at += static_cast<std::size_t>(put);
    }
    in_folder += bytes.size();
    return {};
  }

  std::string finish(SpoolJob& job, bool more) {
    const int synced = ::fdatasync(job.file_);
    const int closed = ::close(job.file_);
    job.file_ = -1;
    if (synced != 0 || closed != 0) return options.folder.string() + " cannot be written: " + why(errno);
    const fs::path name = options.folder / (job.name_ + (more ? "-more.escpos" : "-end.escpos"));
    if (::rename(unfinished(job).c_str(), name.c_str()) != 0) return name.string() + ": " + why(errno);
    return {};
  }

  void forget(SpoolJob& job) {
    if (job.file_ >= 0) ::close(job.file_);
    job.file_ = -1;
    if (!job.failed_) ::unlink(unfinished(job).c_str());
    job.failed_ = true;
  }

  /// A look at every file, for each job, would take longer the more jobs lie there: between two looks what was written is added.
  std::string folder_is_full() {
    const auto now = steady_clock::now();
    if (looked_at && now - *looked_at < kMeasureEvery && in_folder < options.most_bytes) return {};
    std::error_code error;
    in_folder = 0;
    for (fs::directory_iterator it(options.folder, error), end; !error && it != end; it.increment(error)) {
      std::error_code gone;
      const auto size = it->is_regular_file(gone) ? it->file_size(gone) : 0;
      if (!gone) in_folder += size;
    }
    looked_at.reset();
    if (error) return options.folder.string() + " cannot be read: " + error.message();
    looked_at = now;
    if (in_folder < options.most_bytes) return {};
    return options.folder.string() + " holds " + std::to_string(in_folder >> 20) +
           " MiB, which is the limit: is the daemon's escpos source running?";
  }
};

Spool::Spool(const SpoolOptions& options, Log& log) : run_(random_name()), shared_(std::make_shared<Shared>(options, log)) {}

Result<std::unique_ptr<Spool>> Spool::start(const SpoolOptions& options, Log& log) {
  std::error_code error;
  if (!fs::is_directory(options.folder, error)) {
    return fail(ErrorCode::not_found,
                options.folder.string() + " is not a folder; make it, writable for this user and for the daemon's");
  }
  std::unique_ptr<Spool> spool(new Spool(options, log));
  // Jobs that were printed before a crash are kept too; nothing tells whether their connection had ended.
  for (fs::directory_iterator it(options.folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with('.') || !name.ends_with(kUnfinished)) continue;
    const std::string base = name.substr(1, name.size() - 1 - std::strlen(kUnfinished));
    std::error_code failed;
    fs::rename(it->path(), options.folder / (base + "-more.escpos"), failed);
    if (failed) log.write(LogLevel::warning, "spool", name + " of an earlier run cannot be taken up: " + failed.message());
  }
  spool->thread_ = std::thread([shared = spool->shared_] { shared->run(); });
  return spool;
}

Spool::~Spool() {
  std::unique_lock lock(shared_->mutex);
  shared_->stopping = true;
  shared_->wake.notify_all();
  const bool done = shared_->written.wait_for(lock, kLongestFlush, [this] { return shared_->done; });
  if (!done) {
    const auto jobs = std::count_if(shared_->queue.begin(), shared_->queue.end(), [](const Entry& entry) { return entry.ends; });
    shared_->log->write(LogLevel::warning, "spool",
                        std::to_string(jobs) +
                            " print job(s) were not copied before the stop, and were printed all the same: the disk "
                            "is slower than the printer");
  }
  shared_->abandoned = true;
  lock.unlock();
  if (done) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

std::shared_ptr<SpoolJob> Spool::begin(std::uint64_t connection, unsigned part) {
  std::array<char, 48> suffix{};
  std::snprintf(suffix.data(), suffix.size(), "-%s-%08llu-%05u", run_.c_str(), static_cast<unsigned long long>(connection), part);
  return std::make_shared<SpoolJob>(time_stamp() + suffix.data());
}

void Spool::add(const std::shared_ptr<SpoolJob>& job, ByteView bytes) {
  const std::lock_guard lock(shared_->mutex);
  if (job->dropped_) return;
  const bool joins = !shared_->queue.empty() && shared_->queue.back().job == job &&
                     shared_->queue.back().bytes.size() + bytes.size() <= kJoinedBytes;
  if (shared_->queued_bytes + bytes.size() > shared_->options.queue_bytes || (!joins && shared_->queue.size() >= kMostEntries)) {
    return shared_->drop(*job, "the disk is slower than the printer");
  }
  shared_->queued_bytes += bytes.size();
  job->queued_ = true;
  if (joins) {
    shared_->queue.back().bytes.insert(shared_->queue.back().bytes.end(), bytes.begin(), bytes.end());
    return;
  }
  shared_->queue.push_back({job, {bytes.begin(), bytes.end()}});
  if (shared_->queue.size() == 1) shared_->wake.notify_one();
}

void Spool::end(const std::shared_ptr<SpoolJob>& job, bool more) {
  const std::lock_guard lock(shared_->mutex);
  // Nothing of the job was given to the writer, so there is nothing to end. This also bounds the queue: at most one end for each
  // entry of bytes.
  if (!job->queued_) return;
  shared_->queue.push_back({job, {}, true, more});
  if (shared_->queue.size() == 1) shared_->wake.notify_one();
}

Spool::Counts Spool::counts() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->counts;
}

}  // namespace greentill::relay

// SPDX-License-Identifier: Apache-2.0
#include "daemon/outbox/outbox.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "daemon/outbox/recovery.hpp"
#include "daemon/outbox/sqlite_outbox.hpp"
#include "daemon/outbox/went_back.hpp"

namespace greentill::outbox {
namespace {

/// Keeps other processes from writing as long as the outbox is open: SQLite's own locks last only as long as a transaction.
class LockFile {
 public:
  LockFile() = default;
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;
  ~LockFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  Status take(const std::filesystem::path& database) {
    const std::string path = database.string() + ".lock";
    descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor_ < 0) return refused(path, errno);
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return Done{};
    if (errno != EWOULDBLOCK) return refused(path, errno);
    return fail(ErrorCode::conflict, database.string() + ": another process writes to it; stop that one first");
  }

 private:
  static Failure<Error> refused(const std::string& path, int number) {
    const ErrorCode code = number == ENOENT                       ? ErrorCode::not_found
                           : number == EACCES || number == EROFS  ? ErrorCode::denied
                           : number == ENOSPC || number == EDQUOT ? ErrorCode::full
                                                                  : ErrorCode::io;
    return fail(code,
                path + ": cannot lock: " + std::generic_category().message(number) + std::string(sqlite::advice_for(number)));
  }
  int descriptor_ = -1;
};

/// Creates the file for its owner alone, since it holds account tokens: SQLite would make it readable for everybody.
void create_private(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  // A failure is reported by SQLite, which opens the same file next.
  if (descriptor >= 0) ::close(descriptor);
}

class SqliteOutbox final : public Outbox {
 public:
  explicit SqliteOutbox(Options options) : options_(std::move(options)) {}
  ~SqliteOutbox() override {
    if (mark_) mark_->finish(options_.path);
  }

  Status start(Log& log) {
    if (Status locked = lock_.take(options_.path); !locked) return locked;
    if (Status finished = finish_switch(options_); !finished) return finished;
    // A mark that is damaged says nothing of the store.
    if (Status read = read_mark(); !read) return read;
    if (!needs_recovery(options_)) {
      Status opened = open(log);
      if (opened || opened.error().code != ErrorCode::corrupt) return opened;
      writer_.reset();
    }
    mark_.reset();
    if (Status recovered = recover(options_, log); !recovered) return recovered;
    if (Status read = read_mark(); !read) return read;
    return open(log);
  }
  Writer& writer() override { return *writer_; }
  Result<std::unique_ptr<Reader>> new_reader() override { return SqliteReader::open(options_); }

 private:
  Status open(Log& log) {
    if (Status sound = check_mark(); !sound) return sound;
    create_private(options_.path);
    auto writer = SqliteWriter::open(options_);
    if (!writer) return Failure{writer.error()};
    writer_ = std::move(*writer);
    if (mark_) {
      if (Status far = check_reach(*mark_, options_, *writer_); !far) return far;
      if (Status kept = writer_->keep(*mark_); !kept) return kept;
    }
    log.write(LogLevel::debug, "outbox", "opened " + options_.path.string());
    return Done{};
  }

  Status read_mark() {
    if (options_.mark.empty()) return Done{};
    auto mark = sqlite::StoreMark::open(options_.mark, sqlite::StoreMark::Users::one);
    if (!mark) return Failure{mark.error()};
    mark_.emplace(std::move(*mark));
    return Done{};
  }

  Status check_mark() {
    if (!mark_) return Done{};
    if (Status sound = check_files(*mark_, options_); !sound) return sound;
    // Where there is none it is made once the store was looked at: before, it would hide what the store lacks.
    return mark_->is_there() ? mark_->expect_log(options_.path) : Status(Done{});
  }

  Options options_;
  LockFile lock_;
  std::optional<sqlite::StoreMark> mark_;
  std::unique_ptr<SqliteWriter> writer_;
};

}  // namespace

std::string_view to_string(Delivery delivery) {
  switch (delivery) {
    case Delivery::waiting: return "waiting";
    case Delivery::delivered: return "delivered";
    case Delivery::held: return "held";
    case Delivery::refused_retry: return "refused_retry";
    case Delivery::refused_final: return "refused_final";
    case Delivery::set_apart: return "set_apart";
  }
  return "unknown";
}

Result<std::unique_ptr<Outbox>> Outbox::open(const Options& options, Log& log) {
  auto outbox = std::make_unique<SqliteOutbox>(options);
  if (Status started = outbox->start(log); !started) return Failure{started.error()};
  return std::unique_ptr<Outbox>(std::move(outbox));
}

}  // namespace greentill::outbox

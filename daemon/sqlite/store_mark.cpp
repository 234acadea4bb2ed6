// SPDX-License-Identifier: Apache-2.0
#include "daemon/sqlite/store_mark.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <vector>

#include "daemon/base/text.hpp"
#include "daemon/sqlite/log_frames.hpp"

namespace greentill::sqlite {
namespace {

constexpr std::string_view kFirstWord = "greentill-mark-1";
// Each slot in a sector of its own.
constexpr std::size_t kSlot = 512;
constexpr std::size_t kMostBytes = 2 * kSlot;
constexpr std::size_t kHeader = 100;  // of a database file

/// FNV-1a, against what is half written.
std::uint64_t checksum(std::string_view text) {
  std::uint64_t sum = 0xcbf29ce484222325;
  for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return sum;
}

std::filesystem::path log_path(const std::filesystem::path& database) { return database.string() + "-wal"; }

/// 0 where there is no such file.
std::uintmax_t size_of(const std::filesystem::path& path) {
  std::error_code none;
  const std::uintmax_t size = std::filesystem::file_size(path, none);
  return none ? 0 : size;
}

Failure<Error> refused(const std::filesystem::path& path, std::string_view what, int number) {
  const ErrorCode code = number == EACCES || number == EROFS    ? ErrorCode::denied
                         : number == ENOSPC || number == EDQUOT ? ErrorCode::full
                                                                : ErrorCode::io;
  return fail(code, path.string() + ": cannot " + std::string(what) + ": " + std::generic_category().message(number) +
                        std::string(advice_for(number)));
}

/// Nothing where it cannot be read.
std::optional<std::string> read_all(int file) {
  std::string content(kMostBytes, '\0');
  const ssize_t size = ::pread(file, content.data(), content.size(), 0);
  if (size < 0) return std::nullopt;
  content.resize(static_cast<std::size_t>(size));
  return content;
}

/// A mark that root makes is for whoever the folder belongs to, as SQLite's own files are for the database's owner.
void give_to_owner(int file, const std::filesystem::path& folder) {
  struct stat status {};
  if (::geteuid() == 0 && ::stat(folder.c_str(), &status) == 0) (void)!::fchown(file, status.st_uid, status.st_gid);
}

/// Holds other processes off the mark for as long as it lives.
class Hold {
 public:
  Hold(int file, bool wanted) : file_(wanted ? file : -1) {
    if (file_ >= 0) ::flock(file_, LOCK_EX);
  }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  ~Hold() {
    if (file_ >= 0) ::flock(file_, LOCK_UN);
  }

 private:
  int file_;
};

bool is_further(const Reach& one, const Reach& other) {
  return one.store == other.store && (one.era > other.era || (one.era == other.era && one.head > other.head));
}

}  // namespace

std::optional<LogId> log_beside(const std::filesystem::path& database) {
  const Descriptor file(::open(log_path(database).c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  Bytes<kLogHeader> header{};
  const bool whole = ::pread(file.get(), header.data(), header.size(), 0) == static_cast<ssize_t>(header.size());
  if (!whole || !is_log_header(header)) return std::nullopt;
  // SQLite draws the first salt when it makes the log, and raises it with the sequence number at each restart.
  const std::uint32_t restarts = word_at(header, 12);
  return LogId{word_at(header, 16) - restarts, restarts};
}

Result<StoreMark> StoreMark::open(std::filesystem::path path, Users users) {
  StoreMark mark(std::move(path), users);
  mark.file_ = Descriptor(::open(mark.path_.c_str(), (users == Users::nobody ? O_RDONLY : O_RDWR) | O_CLOEXEC));
  if (!mark.file_) return errno == ENOENT ? Result<StoreMark>(std::move(mark)) : refused(mark.path_, "open", errno);
  const Hold hold(mark.file_.get(), users == Users::several);
  const std::optional<std::string> content = read_all(mark.file_.get());
  if (!content) return refused(mark.path_, "read", errno);
  mark.new_ = trimmed(*content) == "new";
  // A power cut while it was made leaves it empty, or full of zeros.
  if (mark.new_ || content->find_first_not_of('\0') == std::string::npos) return mark;
  auto record = read_slots(*content);
  if (!record) {
    return fail(ErrorCode::corrupt, mark.path_.string() +
                                        ": cannot be read as what it is, the mark of how far the store beside it has "
                                        "come; check the disk, and restore it from a backup");
  }
  mark.there_ = true;
  mark.record_ = std::move(*record);
  return mark;
}

Status StoreMark::check_files(const std::filesystem::path& database, const std::string& vfs) const {
  const std::string name = database.string();
  if (size_of(database) < kHeader) {
    const std::string_view state = std::filesystem::exists(database) ? ": is empty" : ": is not there";
    if (!record_.reach.store.empty())
      return fail(ErrorCode::conflict, name + std::string(state) + ", though the store was in use");
    if (size_of(log_path(database)) > 0) {
      return fail(ErrorCode::conflict,
                  name + std::string(state) + ", and its write-ahead log " + log_path(database).string() + " is");
    }
    return Done{};
  }
  if (!there_) return Done{};
  const std::optional<LogId> log = users_ != Users::several ? log_beside(database) : std::nullopt;
  if (log && record_.log && log->family != record_.log->family) {
    return fail(ErrorCode::invalid, log_path(database).string() + ": is not the write-ahead log of the store beside it");
  }
  if (log && record_.log && log->restarts < record_.log->restarts) {
    return fail(ErrorCode::conflict, log_path(database).string() +
                                         ": is older than the latest write-ahead log of this store: the store is an older copy, "
                                         "or its log is");
  }
  auto opened = Database::open(database, {.read_only = true, .vfs = vfs});
  if (!opened) return Failure{opened.error()};
  const auto counter = opened->change_counter();
  if (!counter) return Failure{counter.error()};
  if (static_cast<std::int32_t>(*counter - record_.counter) < 0) {
    return fail(ErrorCode::conflict, name + ": is an older copy of the store");
  }
  return Done{};
}

Status StoreMark::expect_log(const std::filesystem::path& database) {
  if (users_ == Users::several || log_beside(database)) return Done{};
  Record record = record_;
  record.log.reset();
  if (Status written = write(std::move(record), Take::as_given); !written) return written;
  sync();
  return Done{};
}

Status StoreMark::set(const Reach& reach, Database& database, Take take) {
  // Makes older copies of the file known by their counter; a disk that has no room for it now has it at the next start. Until a
  // commit has gone through, SQLite may begin the log anew.
  const bool committed = database.touch().ok();
  // What is read of the header must be durable before the mark says so: a checkpoint that another worker overtook, or that found
  // no room, has not synced it.
  const bool synced = database.sync().ok();
  const auto counter = database.change_counter();
  if (!counter) return Failure{counter.error()};
  Record record{0, reach, synced ? *counter : record_.counter, record_.log};
  if (users_ == Users::one && committed) record.log = log_beside(database.file());
  if (Status written = write(std::move(record), take); !written) return written;
  sync();
  kept_ = true;
  return Done{};
}

void StoreMark::note(const Reach& reach, const std::filesystem::path& database) {
  Record record = record_;
  record.reach = reach;
  if (users_ == Users::one && !record.log) record.log = log_beside(database);
  // What is missing here, the next commit's says as well.
  static_cast<void>(write(std::move(record), Take::further));
}

void StoreMark::finish(const std::filesystem::path& database) {
  const auto log = users_ == Users::one ? log_beside(database) : std::nullopt;
  // Without a commit so far SQLite may begin it anew.
  if (log && kept_ && record_.log) {
    Record record = record_;
    record.log = log;
    static_cast<void>(write(std::move(record), Take::further));
  }
  sync();
}

void StoreMark::sync() {
  if (file_) ::fdatasync(file_.get());
}

Status StoreMark::make() {
  file_ = Descriptor(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file_) return refused(path_, "create", errno);
  const std::filesystem::path folder = path_.has_parent_path() ? path_.parent_path() : ".";
  give_to_owner(file_.get(), folder);
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return directory && ::fsync(directory.get()) == 0 ? Status(Done{}) : Status(refused(folder, "sync the folder", errno));
}

Status StoreMark::write(Record record, Take take) {
  if (!file_) {
    if (Status made = make(); !made) return made;
  }
  const Hold hold(file_.get(), users_ == Users::several);
  if (users_ == Users::several) {
    auto stored = read_slots(read_all(file_.get()).value_or(""));
    if (stored && take == Take::further && is_further(stored->reach, record.reach)) return Done{};
    if (stored && take == Take::further) record.counter = std::max(record.counter, stored->counter);
    if (stored) record_ = std::move(*stored);
  }
  record.number = record_.number + 1;
  std::string line = to_line(record);
  const auto at = static_cast<off_t>(record.number % 2 == 1 ? 0 : kSlot);
  if (::pwrite(file_.get(), line.data(), line.size(), at) != static_cast<ssize_t>(line.size()))
    return refused(path_, "write", errno);
  record_ = std::move(record);
  return Done{};
}

std::string StoreMark::to_line(const Record& record) {
  const auto word = [](const std::string& text) { return text.empty() ? std::string("-") : text; };
  const Reach& reach = record.reach;
  std::string line(kFirstWord);
  for (const std::string& next :
       {std::to_string(record.number), word(reach.store), std::to_string(reach.era), std::to_string(reach.head), word(reach.hash),
        std::to_string(reach.count), std::to_string(record.counter),
        record.log ? std::to_string(record.log->family) : std::string("unknown"),
        std::to_string(record.log ? record.log->restarts : 0)}) {
    line.append(1, ' ').append(next);
  }
  line += ' ' + std::to_string(checksum(line));
  line.resize(kSlot - 1, ' ');
  return line + '\n';
}

std::optional<StoreMark::Record> StoreMark::from_line(std::string_view line) {
  line = trimmed(line);
  const std::vector<std::string_view> words = split(line, ' ');
  constexpr std::size_t kWords = 11;
  if (words.size() != kWords || words[0] != kFirstWord) return std::nullopt;
  if (parse_integer<std::uint64_t>(words[10]) != checksum(line.substr(0, line.rfind(' ')))) return std::nullopt;
  const auto text = [&](std::size_t at) { return words[at] == "-" ? std::string() : std::string(words[at]); };
  const auto number = [&](std::size_t at) { return parse_integer<std::uint64_t>(words[at]).value_or(0); };
  Record record{
      number(1), {text(2), number(3), number(4), text(5), number(6)}, static_cast<std::uint32_t>(number(7)), std::nullopt};
  if (words[8] != "unknown") record.log = LogId{static_cast<std::uint32_t>(number(8)), static_cast<std::uint32_t>(number(9))};
  return record;
}

std::optional<StoreMark::Record> StoreMark::read_slots(std::string_view content) {
  const auto first = from_line(content.substr(0, kSlot));
  const auto second = content.size() > kSlot ? from_line(content.substr(kSlot)) : std::nullopt;
  if (!first || !second) return first ? first : second;
  return first->number > second->number ? first : second;
}

}  // namespace greentill::sqlite

// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/folder/folder_files.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "daemon/base/calendar.hpp"
#include "daemon/base/text.hpp"

namespace greentill::plugin {
namespace {

namespace fs = std::filesystem;

// A folder with a million files is listed in portions of so many names, so that the names take little memory.
constexpr std::size_t kPortion = 1024;
constexpr std::chrono::hours kRemovalInterval{1};

[[noreturn]] void give_up(const fs::path& path, std::string_view what, int error) {
  throw std::runtime_error(path.string() + ": " + std::string(what) + ": " + std::strerror(error));
}

/// Whether the name begins with a dot, or has an ending that programs give to files they have not finished writing.
bool is_unfinished_name(std::string_view name) {
  if (name.starts_with('.')) return true;
  const std::string lower = lower_case(name);
  return lower.ends_with(".tmp") || lower.ends_with(".part") || lower.ends_with(".filepart");
}

constexpr std::string_view kReason = ".reason.txt";

Folder made(const fs::path& path, const Folder& above) {
  auto folder = Folder::make(path, above);
  if (!folder) throw std::runtime_error(folder.error().message);
  if (::faccessat(folder->descriptor(), ".", W_OK | X_OK, 0) != 0) give_up(path, "nothing can be put into the folder", errno);
  return std::move(*folder);
}

std::string no_folder(const fs::path& path) {
  return path.string() + ": there is no such folder: make it, or correct the key 'path'";
}

}  // namespace

FolderSettings FolderSettings::read(const toml::Table& toml, std::int64_t max_file_mb) {
  FolderSettings settings;
  settings.path = toml.text("path");
  if (!settings.path.is_absolute()) toml.wrong("path", "must be an absolute path");
  settings.done = settings.path / toml.text_or("done", "done");
  settings.failed = settings.path / toml.text_or("failed", "failed");
  const auto as_folder = [](const fs::path& any) { return (any / "").lexically_normal(); };
  for (const auto& [key, folder] : {std::pair{"done", settings.done}, {"failed", settings.failed}}) {
    if (as_folder(folder) == as_folder(settings.path)) toml.wrong(key, "must be another folder than path");
  }
  settings.quiet = std::chrono::milliseconds(toml.integer_or("settle_ms", 0, 3'600'000, 2000));
  settings.keep_done_days = toml.integer_or("keep_done_days", 0, 36'500, 0);
  settings.max_file_bytes = static_cast<std::uint64_t>(toml.integer_or("max_file_mb", 0, 1'000'000, max_file_mb)) << 20;
  settings.once = toml.boolean_or("once", false);
  return settings;
}

FolderFiles::FolderFiles(FolderSettings settings) : settings_(std::move(settings)) {}

FolderFiles::~FolderFiles() {
  if (watch_ >= 0) ::close(watch_);
}

void FolderFiles::open() {
  auto path = Folder::open(settings_.path);
  if (!path) {
    throw std::runtime_error(path.error().code == ErrorCode::not_found ? no_folder(settings_.path) : path.error().message);
  }
  Folder done = made(settings_.done, *path);
  Folder failed = made(settings_.failed, *path);
  folders_.emplace(Folders{std::move(*path), std::move(done), std::move(failed)});
  watch_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  // inotify(7) takes paths alone. Of a folder that took the path meanwhile it would tell names, which are then not found.
  if (watch_ >= 0 && ::inotify_add_watch(watch_, settings_.path.c_str(), IN_MOVED_TO) < 0) {
    ::close(watch_);
    watch_ = -1;
  }
}

std::optional<FolderFile> FolderFiles::next(const std::function<bool(const std::string&)>& leave) {
  if (ready_.empty()) scan(leave);
  if (ready_.empty()) return std::nullopt;
  FolderFile file = std::move(ready_.front());
  ready_.pop_front();
  return file;
}

std::vector<FolderFile> FolderFiles::with_inodes(const std::set<std::uint64_t>& inodes) const {
  std::vector<FolderFile> found;
  folders_->path.each([&](const dirent& entry) {
    if (!inodes.contains(entry.d_ino) || is_unfinished_name(entry.d_name)) return;
    if (const auto state = folders_->path.state(entry.d_name)) found.push_back({entry.d_name, *state});
  });
  return found;
}

void FolderFiles::scan(const std::function<bool(const std::string&)>& leave) {
  const Folder& folder = folders_->path;
  if (!folder.is_in_place()) {
    std::error_code ignored;
    if (!fs::exists(settings_.path, ignored)) throw std::runtime_error(no_folder(settings_.path));
    throw std::runtime_error(settings_.path.string() + ": it is another folder than the one that is watched; it is opened anew");
  }
  note_arrivals();
  std::set<std::string> names;
  folder.each_file([&](std::string name) {
    if (is_unfinished_name(name) || leave(name)) return;
    names.insert(std::move(name));
    if (names.size() > kPortion) names.erase(std::prev(names.end()));
  });
  waiting_ = false;
  const std::map<std::string, Seen> before = std::exchange(settling_, {});
  for (const std::string& name : names) {
    const auto state = folder.state(name);
    waiting_ = waiting_ || state;
    if (state && is_ready(name, *state, before)) ready_.push_back({name, *state});
  }
  if (names.size() < kPortion) arrived_.clear();  // all names fit: those left over belong to files that are gone again
}

bool FolderFiles::is_ready(const std::string& name, const FileState& state, const std::map<std::string, Seen>& before) {
  if (arrived_.erase(name) > 0) return true;
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  if (wall - std::chrono::nanoseconds(state.modified_ns) >= settings_.quiet) return true;
  // The wall clock may be wrong, or the file may be from a machine whose clock is. So it is enough, too, that we have seen the
  // file unchanged for that long.
  const auto now = Clock::now();
  const auto seen = before.find(name);
  const bool still = seen != before.end() && seen->second.state == state;
  const Seen entry{state, still ? seen->second.since : now};
  if (still && now - entry.since >= settings_.quiet) return true;
  settling_.emplace(name, entry);
  return false;
}

void FolderFiles::note_arrivals() {
  alignas(inotify_event) std::array<char, 4096> events;
  for (ssize_t got = 1; watch_ >= 0 && got > 0;) {
    got = ::read(watch_, events.data(), events.size());
    for (ssize_t at = 0; at < got;) {
      const auto* event = reinterpret_cast<const inotify_event*>(events.data() + at);
      if (event->len > 0 && arrived_.size() < kPortion) arrived_.insert(event->name);
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
    }
  }
}

void FolderFiles::wait(std::chrono::milliseconds time) const {
  pollfd watched{watch_, POLLIN, 0};  // poll() passes over a negative descriptor
  (void)::poll(&watched, 1, static_cast<int>(std::max<std::int64_t>(time.count(), 0)));
}

std::optional<std::string> FolderFiles::move(const FolderFile& file, const Folder& to, const std::string& name) const {
  const Folder& from = folders_->path;
  std::string target = from.move(file.name, to, name);
  // Another file may have taken the name between our look and the move. It has not been read, so it is moved back.
  const bool right = to.state(target) == file.state;
  if (!right) (void)to.move(target, from, file.name);
  to.sync();
  from.sync();
  return right ? std::optional(std::move(target)) : std::nullopt;
}

void FolderFiles::move_to_done(const FolderFile& file) const {
  if (is_there(file)) move(file, folders_->done, file.name);
}

void FolderFiles::move_to_failed(const FolderFile& file, std::string_view reason) const {
  if (!is_there(file)) return;
  const Folder& failed = folders_->failed;
  const std::string name = failed.free_name(file.name, kReason);
  const std::string beside = name + std::string(kReason);
  failed.write_new(beside, std::string(reason) + "\n");
  if (!move(file, failed, name)) (void)failed.remove(beside);
}

void FolderFiles::remove_old(std::chrono::system_clock::time_point now) {
  if (settings_.keep_done_days == 0 || (removed_ && Clock::now() - *removed_ < kRemovalInterval)) return;
  removed_ = Clock::now();
  const std::time_t oldest = std::chrono::system_clock::to_time_t(now) - settings_.keep_done_days * kSecondsADay;
  const Folder& done = folders_->done;
  done.each_file([&](const std::string& name) {
    struct stat status {};
    // The change time is when the file was moved to `done`; the modification time is when it was written.
    if (::fstatat(done.descriptor(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode)) return;
    if (status.st_ctim.tv_sec <= oldest) (void)done.remove(name);
  });
}

}  // namespace greentill::plugin

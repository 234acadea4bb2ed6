// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/folder/folder_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "daemon/base/file.hpp"
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

void sync_folder(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) give_up(path, "the folder cannot be opened", errno);
  const int failed = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  // Some network file systems cannot sync a folder and report EINVAL.
  if (failed != 0 && failed != EINVAL) give_up(path, "the folder cannot be made durable", failed);
}

fs::path free_name(const fs::path& folder, const std::string& name) {
  fs::path target = folder / name;
  for (int number = 2; fs::exists(fs::symlink_status(target)); ++number) target = folder / (name + "." + std::to_string(number));
  return target;
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
  settings.settle = std::chrono::milliseconds(toml.integer_or("settle_ms", 0, 3'600'000, 2000));
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
  std::error_code error;
  if (!fs::is_directory(settings_.path, error)) {
    throw std::runtime_error(settings_.path.string() + ": there is no such folder: make it, or correct the key 'path'");
  }
  for (const fs::path& folder : {settings_.done, settings_.failed}) {
    fs::create_directories(folder, error);
    if (error) give_up(folder, "the folder cannot be made", error.value());
    if (::access(folder.c_str(), W_OK | X_OK) != 0) give_up(folder, "nothing can be put into the folder", errno);
  }
  watch_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
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
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(settings_.path.c_str()), &::closedir);
  if (!folder) give_up(settings_.path, "the folder cannot be read", errno);
  std::vector<FolderFile> found;
  while (const dirent* entry = ::readdir(folder.get())) {
    if (!inodes.contains(entry->d_ino) || is_unfinished_name(entry->d_name)) continue;
    if (const auto state = FileState::at(settings_.path / entry->d_name)) found.push_back({entry->d_name, *state});
  }
  return found;
}

void FolderFiles::scan(const std::function<bool(const std::string&)>& leave) {
  note_arrivals();
  std::set<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(settings_.path, error), end; !error && entry != end; entry.increment(error)) {
    std::string name = entry->path().filename().string();
    std::error_code gone;
    if (is_unfinished_name(name) || leave(name) || !entry->is_regular_file(gone) || entry->is_symlink(gone)) continue;
    names.insert(std::move(name));
    if (names.size() > kPortion) names.erase(std::prev(names.end()));
  }
  if (error) give_up(settings_.path, "the folder cannot be read", error.value());
  waiting_ = !names.empty();
  const std::map<std::string, Seen> before = std::exchange(settling_, {});
  for (const std::string& name : names) {
    const auto state = FileState::at(settings_.path / name);
    if (state && is_ready(name, *state, before)) ready_.push_back({name, *state});
  }
  if (names.size() < kPortion) arrived_.clear();  // all names fit: those left over belong to files that are gone again
}

bool FolderFiles::is_ready(const std::string& name, const FileState& state, const std::map<std::string, Seen>& before) {
  if (arrived_.erase(name) > 0) return true;
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  if (wall - std::chrono::nanoseconds(state.modified_ns) >= settings_.settle) return true;
  // The wall clock may be wrong, or the file may be from a machine whose clock is. So it is enough, too, that we have seen the
  // file unchanged for that long.
  const auto now = Clock::now();
  const auto seen = before.find(name);
  const bool still = seen != before.end() && seen->second.state == state;
  const Seen entry{state, still ? seen->second.since : now};
  if (still && now - entry.since >= settings_.settle) return true;
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

bool FolderFiles::move(const FolderFile& file, const fs::path& target) const {
  const fs::path from = settings_.path / file.name;
  if (::rename(from.c_str(), target.c_str()) != 0) {
    if (errno == EXDEV) throw std::runtime_error(target.string() + ": it must be on the same file system as " + from.string());
    give_up(from, "it cannot be moved to " + target.parent_path().string(), errno);
  }
  // Another file may have taken the name between our look and the move. It has not been read, so it is moved back.
  const bool right = FileState::at(target) == file.state;
  if (!right) fs::rename(target, free_name(settings_.path, file.name));
  sync_folder(target.parent_path());
  sync_folder(settings_.path);
  return right;
}

void FolderFiles::move_to_done(const FolderFile& file) const {
  if (FileState::at(settings_.path / file.name) == file.state) move(file, free_name(settings_.done, file.name));
}

void FolderFiles::move_to_failed(const FolderFile& file, std::string_view reason) const {
  if (FileState::at(settings_.path / file.name) != file.state) return;
  const fs::path target = free_name(settings_.failed, file.name);
  const fs::path beside = target.string() + ".reason.txt";
  const Status written = write_file_durably(beside, std::string(reason) + "\n");
  if (!written) throw std::runtime_error(written.error().message);
  std::error_code gone;
  if (!move(file, target)) fs::remove(beside, gone);
}

void FolderFiles::remove_old(std::chrono::system_clock::time_point now) {
  if (settings_.keep_done_days == 0 || (removed_ && Clock::now() - *removed_ < kRemovalInterval)) return;
  removed_ = Clock::now();
  const std::time_t oldest = std::chrono::system_clock::to_time_t(now) - settings_.keep_done_days * 86'400;
  std::error_code error;
  for (fs::directory_iterator entry(settings_.done, error), end; !error && entry != end; entry.increment(error)) {
    struct stat status {};
    // The change time is when the file was moved to `done`; the modification time is when it was written.
    if (::lstat(entry->path().c_str(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_ctim.tv_sec > oldest) continue;
    std::error_code gone;
    fs::remove(entry->path(), gone);
  }
}

}  // namespace greentill::plugin

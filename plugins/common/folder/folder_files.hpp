// SPDX-License-Identifier: Apache-2.0
// The files of a watched folder: which may be read now, and where they go afterwards. It does not look into the files. Threads:
// one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/toml/table.hpp"
#include "plugins/common/folder/folder.hpp"

namespace greentill::plugin {

struct FolderSettings {
  std::filesystem::path path;
  std::filesystem::path done;             ///< created where it does not exist; must be on the same file system as `path`
  std::filesystem::path failed;           ///< likewise
  std::chrono::milliseconds quiet{2000};  ///< for so long a file must be unchanged before it is taken (settle_ms)
  std::int64_t keep_done_days = 0;        ///< 0: for ever
  std::uint64_t max_file_bytes = 0;       ///< 0: no limit
  bool once = false;                      ///< finished when the folder is empty

  /// Reads the settings; throws as toml::Table does. `max_file_mb` is the limit where the configuration states none; 0: no limit.
  static FolderSettings read(const toml::Table& toml, std::int64_t max_file_mb);
};

struct FolderFile {
  std::string name;
  FileState state;
};

class FolderFiles {
 public:
  explicit FolderFiles(FolderSettings settings);
  ~FolderFiles();
  FolderFiles(const FolderFiles&) = delete;
  FolderFiles& operator=(const FolderFiles&) = delete;

  /// Creates `done` and `failed`, and begins to watch the folder. From here on it works in these very folders, whatever takes
  /// their paths. Throws std::runtime_error where the folder cannot be used, as where there is a link in its path.
  void open();
  /// The next file, by name, that nobody is writing any more: it was renamed into the folder, or has not changed for
  /// settings.quiet. Files whose name `leave` accepts are passed over. Nothing where no file is ready. Throws std::runtime_error
  /// where the folder's path leads to another folder now.
  std::optional<FolderFile> next(const std::function<bool(const std::string&)>& leave);
  /// The files of the folder with these inodes, ready or not.
  [[nodiscard]] std::vector<FolderFile> with_inodes(const std::set<std::uint64_t>& inodes) const;
  /// Opens a file of the folder to read. Nothing where it cannot be opened, with errno set.
  [[nodiscard]] Descriptor open_file(const FolderFile& file) const { return folders_->path.open_file(file.name); }
  /// Whether the folder holds a file, not counting those to leave, that next() may still return.
  [[nodiscard]] bool is_waiting() const { return waiting_; }
  /// Blocks until a file is renamed into the folder, or for that time.
  void wait(std::chrono::milliseconds time) const;

  /// Moves a file to `done`, durably, under its own name or the next free one (NAME.2, NAME.3, …). Where another file has taken
  /// the name meanwhile, that one stays in the folder, for next(). Throws std::runtime_error where the file cannot be moved.
  void move_to_done(const FolderFile& file) const;
  /// As move_to_done(), into `failed`; writes the reason into NAME.reason.txt beside the file before it is moved.
  void move_to_failed(const FolderFile& file, std::string_view reason) const;
  /// Removes files that have been in `done` for longer than keep_done_days. Looks at most once an hour.
  void remove_old(std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

  [[nodiscard]] const FolderSettings& settings() const { return settings_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Seen {
    FileState state;
    Clock::time_point since;
  };
  void scan(const std::function<bool(const std::string&)>& leave);
  bool is_ready(const std::string& name, const FileState& state, const std::map<std::string, Seen>& before);
  void note_arrivals();
  struct Folders {
    Folder path;
    Folder done;
    Folder failed;
  };
  [[nodiscard]] bool is_there(const FolderFile& file) const { return folders_->path.state(file.name) == file.state; }
  /// Returns the name that it has there; nothing where it was another file, which is moved back.
  std::optional<std::string> move(const FolderFile& file, const Folder& to, const std::string& name) const;

  FolderSettings settings_;
  std::optional<Folders> folders_;  // once open() was called
  int watch_ = -1;  // inotify; -1 where the system has none, and then every file is waited for until it has settled
  std::set<std::string> arrived_;
  std::map<std::string, Seen> settling_;
  std::deque<FolderFile> ready_;
  bool waiting_ = false;
  std::optional<Clock::time_point> removed_;
};

}  // namespace greentill::plugin

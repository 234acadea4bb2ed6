// SPDX-License-Identifier: Apache-2.0
// The files of a watched folder: which are there to be taken, and where they go afterwards. Nothing is known here of what is in
// them. Threads: one thread.
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
#include "plugins/common/folder/file_bytes.hpp"

namespace greentill::plugin {

struct FolderSettings {
  std::filesystem::path path;
  std::filesystem::path done;    ///< made where it is missing; on the same file system as path
  std::filesystem::path failed;  ///< likewise
  std::chrono::milliseconds settle{2000};
  std::int64_t keep_done_days = 0;   ///< 0: for ever
  std::uint64_t max_file_bytes = 0;  ///< 0: no limit
  bool once = false;                 ///< finished when the folder is empty

  /// Throws as toml::Table does. `max_file_mb`: the format's own limit where the configuration says nothing; 0 for none.
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

  /// Makes done and failed, and begins to watch. Throws std::runtime_error where the folder cannot be used.
  void open();
  /// The next file, by name, that nobody writes any more: renamed into the folder, or still for settings.settle.
  /// Never one whose name `leave` says yes to. Nothing where there is none yet.
  std::optional<FolderFile> next(const std::function<bool(const std::string&)>& leave);
  /// Those of the folder's files, settled or not.
  [[nodiscard]] std::vector<FolderFile> with_inodes(const std::set<std::uint64_t>& inodes) const;
  /// Whether the folder holds a file that next() may still give, apart from those to leave.
  [[nodiscard]] bool is_waiting() const { return waiting_; }
  /// Blocks until something is renamed into the folder, or for so long.
  void wait(std::chrono::milliseconds time) const;

  /// Moves a file out of the folder, durably, under its own name or the next free one (NAME.2, NAME.3, …). Where the name has
  /// meanwhile become another file's, that one stays and is for next(). Throws std::runtime_error where it cannot be moved.
  void move_to_done(const FolderFile& file) const;
  /// With NAME.reason.txt beside it, written before.
  void move_to_failed(const FolderFile& file, std::string_view reason) const;
  /// Removes what has lain in done for longer than keep_done_days. Looks once an hour at most.
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
  bool move(const FolderFile& file, const std::filesystem::path& target) const;

  FolderSettings settings_;
  int watch_ = -1;  // inotify; -1 where the system gives none, and then every file has to settle
  std::set<std::string> arrived_;
  std::map<std::string, Seen> settling_;
  std::deque<FolderFile> ready_;
  bool waiting_ = false;
  std::optional<Clock::time_point> removed_;
};

}  // namespace greentill::plugin

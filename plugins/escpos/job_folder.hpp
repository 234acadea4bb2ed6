// SPDX-License-Identifier: Apache-2.0
// The folder that greentill-printer-relay copies print jobs into (tools/printer-relay/spool.hpp gives the names). A connection
// that stays open leaves several files, and a receipt may be on two of them: files that follow one another are one job. Threads:
// one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/folder/folder.hpp"

namespace greentill::escpos {

struct JobName {
  std::string connection;  ///< of which run and which number
  unsigned part = 1;
  bool is_last = true;     ///< nothing of the connection follows
  std::int64_t begin = 0;  ///< Unix seconds

  /// Nothing where the relay does not name files so.
  static std::optional<JobName> parse(std::string_view name);
};

/// Files that are read as one.
struct Job {
  std::vector<std::string> files;  ///< names, in order
  bool is_over = true;             ///< nothing will follow them
  bool is_timed = false;           ///< `begin` is by the relay's name; else the file's own time stands for it
  std::int64_t begin = 0;
  std::int64_t changed = 0;  ///< when the last of them was written, Unix seconds
};

class JobFolder {
 public:
  explicit JobFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// In the order in which they began. Links, and folders, are none. Files of other names that end in ".escpos" are jobs of their
  /// own. Throws std::runtime_error where the folder cannot be read.
  [[nodiscard]] std::vector<Job> jobs() const;
  /// All its bytes. Throws plugin::Unusable where it is larger than a job may be, and std::runtime_error where it cannot be read.
  [[nodiscard]] std::string read(const Job& job) const;
  void remove(const Job& job) const;
  /// Into failed/, of whose files the newest `keep` stay.
  void set_aside(const Job& job, std::size_t keep) const;

 private:
  [[nodiscard]] plugin::Folder open() const;
  static void prune(const plugin::Folder& failed, std::size_t keep);

  std::filesystem::path folder_;
};

}  // namespace greentill::escpos

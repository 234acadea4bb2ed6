// SPDX-License-Identifier: Apache-2.0
// An open folder. What it does it does in that very folder, by the names of the files in it, and follows no link: neither a link
// among the files nor another folder that takes this one's path leads it elsewhere. Threads: one thread.
#pragma once

#include <dirent.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/descriptor.hpp"
#include "daemon/base/error.hpp"
#include "plugins/common/folder/file_bytes.hpp"

namespace greentill::plugin {

class Folder {
 public:
  /// A folder that is there. Errors: as open_without_links().
  static Result<Folder> open(const std::filesystem::path& path);
  /// A folder that is made where it is missing. One below `above` is opened from there on.
  static Result<Folder> make(const std::filesystem::path& path, const Folder& above);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] int descriptor() const { return descriptor_.get(); }
  /// Whether the path still leads to this folder.
  [[nodiscard]] bool is_in_place() const;
  /// Calls `use` with every name in it. Throws std::runtime_error where the folder cannot be read.
  void each(const std::function<void(const dirent& entry)>& use) const;
  /// Calls `use` with the name of every regular file; where the file system tells which they are, without a look at each.
  void each_file(const std::function<void(std::string name)>& use) const;

  /// The state of the regular file with that name. Nothing where there is none; nor for a file of this process's user that has
  /// a second name: whoever may write here may have made it one of the daemon's own files.
  [[nodiscard]] std::optional<FileState> state(const std::string& name) const;
  /// Opens a file to read, without waiting for a writer. Nothing where it cannot be opened, with errno set.
  [[nodiscard]] Descriptor open_file(const std::string& name) const;

  /// Moves a file into another folder, under `name` or the next of NAME.2, NAME.3, … for which neither it nor the same with
  /// `ending` behind it is there; returns the name. Replaces nothing. Throws std::runtime_error where it cannot be moved.
  [[nodiscard]] std::string move(const std::string& from, const Folder& to, const std::string& name,
                                 std::string_view ending = {}) const;
  /// A name that is free, as move() gives it. Cost: grows with the logarithm of how many such names are taken.
  [[nodiscard]] std::string free_name(const std::string& name, std::string_view ending = {}) const;
  /// Makes a file that is not there, durably. Throws std::runtime_error where it cannot.
  void write_new(const std::string& name, std::string_view text) const;
  /// Removes a file. 0, or errno.
  [[nodiscard]] int remove(const std::string& name) const;
  /// Makes names durable. Throws std::runtime_error where it cannot.
  void sync() const;

 private:
  Folder(Descriptor descriptor, std::filesystem::path path) : descriptor_(std::move(descriptor)), path_(std::move(path)) {}
  [[nodiscard]] bool is_free(const std::string& name) const;
  [[noreturn]] void give_up(const std::string& name, std::string_view what, int error) const;

  Descriptor descriptor_;
  std::filesystem::path path_;
};

}  // namespace greentill::plugin

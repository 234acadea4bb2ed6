// SPDX-License-Identifier: Apache-2.0
// What a writer of journals does to its files.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace greentill::journal::test {

inline void append(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary | std::ios::app) << text;
}

/// In place: the same file with other contents.
inline void overwrite(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

/// Says that it was written so many seconds after an arbitrary moment; rotations in a test follow faster than a file's clock
/// ticks.
inline void written_at(const std::filesystem::path& path, time_t seconds) {
  const timespec times[2] = {{1'760'000'000 + seconds, 0}, {1'760'000'000 + seconds, 0}};
  ::utimensat(AT_FDCWD, path.c_str(), times, 0);
}

/// Paths of the files of a journal, by what stands behind its name.
class Journals {
 public:
  explicit Journals(std::filesystem::path folder) : folder_(std::move(folder)) {}
  [[nodiscard]] std::filesystem::path operator()(const std::string& behind = {}) const {
    return folder_ / ("trips.csv" + behind);
  }
  void rename(const std::string& from, const std::string& to) const { std::filesystem::rename((*this)(from), (*this)(to)); }

 private:
  std::filesystem::path folder_;
};

}  // namespace greentill::journal::test

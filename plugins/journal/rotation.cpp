// SPDX-License-Identifier: Apache-2.0
#include "plugins/journal/rotation.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace greentill::journal {
namespace {

namespace fs = std::filesystem;
using Moment = std::pair<std::int64_t, std::int64_t>;

struct Candidate {
  fs::path path;
  struct stat status {};
};

Moment written(const struct stat& status) { return {status.st_mtim.tv_sec, status.st_mtim.tv_nsec}; }

/// "trips.csv" itself, or with ".1", "-20260101", ".2026-01-01" and the like behind it: compressed files and notes are left
/// alone.
bool is_of(const std::string& name, const std::string& journal) {
  if (!name.starts_with(journal)) return false;
  const std::string rest = name.substr(journal.size());
  if (rest.empty()) return true;
  return rest.size() > 1 && (rest[0] == '.' || rest[0] == '-') && rest.find_first_not_of("0123456789.-_T") == std::string::npos;
}

/// The greater, the younger, by name: "trips.csv" is younger than ".1", that than ".2", and a later date than an earlier one.
std::tuple<bool, std::int64_t, std::string> age_in_name(const fs::path& path, const fs::path& journal) {
  const std::string rest = path.filename().string().substr(journal.filename().string().size());
  const bool numbered = rest.size() <= 5 && rest.starts_with('.') && rest.find_first_not_of("0123456789", 1) == std::string::npos;
  return {rest.empty(), numbered ? -std::stoll(rest.substr(1)) : 0, rest};
}

/// Whether `a` was written after `b`. Names decide where times do not, as with coarse clocks and restored backups: without an
/// order of all files, two could be read in turns for ever.
bool is_younger(const Candidate& a, const Candidate& b, const fs::path& journal) {
  if (written(a.status) != written(b.status)) return written(a.status) > written(b.status);
  return age_in_name(a.path, journal) > age_in_name(b.path, journal);
}

std::vector<Candidate> candidates(const fs::path& journal) {
  std::vector<Candidate> all;
  const fs::path folder = journal.has_parent_path() ? journal.parent_path() : fs::path(".");
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (!is_of(entry->path().filename().string(), journal.filename().string())) continue;
    Candidate candidate{entry->path(), {}};
    if (::lstat(candidate.path.c_str(), &candidate.status) == 0 && S_ISREG(candidate.status.st_mode)) all.push_back(candidate);
  }
  return all;
}

}  // namespace

std::unique_ptr<FollowedFile> find_file(const fs::path& journal, const Place& place) {
  std::vector<Candidate> all = candidates(journal);
  // The same inode first: until their first rows differ, a rotated file and its successor look alike.
  std::stable_sort(all.begin(), all.end(), [&](const Candidate& a, const Candidate& b) {
    const auto rank = [&](const Candidate& c) { return std::pair(c.status.st_ino != place.inode, c.path != journal); };
    return rank(a) < rank(b);
  });
  for (const Candidate& candidate : all) {
    auto file = FollowedFile::open(candidate.path);
    if (file && file->seek(place)) return file;
  }
  return nullptr;
}

fs::path file_after(const fs::path& journal, const FollowedFile& current) {
  const std::vector<Candidate> all = candidates(journal);
  const auto self = std::find_if(all.begin(), all.end(), [&](const Candidate& c) { return current.is_same_file(c.status); });
  if (self == all.end()) return journal;
  const Candidate* next = nullptr;
  for (const Candidate& candidate : all) {
    if (!is_younger(candidate, *self, journal)) continue;
    if (next == nullptr || is_younger(*next, candidate, journal)) next = &candidate;
  }
  return next != nullptr ? next->path : journal;
}

}  // namespace greentill::journal

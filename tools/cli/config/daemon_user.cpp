// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/config/daemon_user.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace greentill::cli {
namespace {

constexpr unsigned kRead = 4;
constexpr unsigned kWrite = 2;
constexpr unsigned kPass = 1;
constexpr int kMostGroups = 256;

std::string text_of(int number) { return std::generic_category().message(number); }

}  // namespace

DaemonUser DaemonUser::of_key(const std::filesystem::path& key) {
  DaemonUser user;
  struct stat state {};
  if (::stat(key.c_str(), &state) != 0) return user;
  user.user_ = state.st_uid;
  user.name_ = std::to_string(state.st_uid);
  const passwd* entry = ::getpwuid(state.st_uid);
  if (entry == nullptr) return user;
  user.name_ = entry->pw_name;
  user.groups_.resize(kMostGroups);
  int count = kMostGroups;
  if (::getgrouplist(entry->pw_name, entry->pw_gid, user.groups_.data(), &count) < 0) count = 0;
  user.groups_.resize(static_cast<std::size_t>(count));
  return user;
}

DaemonUser::Access DaemonUser::may(const std::filesystem::path& path, unsigned bits) const {
  struct stat state {};
  if (!user_ || ::stat(path.c_str(), &state) != 0) return Access::unknown;
  // Who asks is the daemon's user: the kernel knows access lists too.
  if (*user_ == ::geteuid()) return ::access(path.c_str(), static_cast<int>(bits)) == 0 ? Access::yes : Access::no;
  if (*user_ == 0) return Access::yes;
  const bool in_group = std::find(groups_.begin(), groups_.end(), state.st_gid) != groups_.end();
  const unsigned shift = state.st_uid == *user_ ? 6 : in_group ? 3 : 0;
  return (state.st_mode >> shift & bits) == bits ? Access::yes : Access::no;
}

DaemonUser::Access DaemonUser::reaches(const std::filesystem::path& path) const {
  std::error_code error;
  for (auto above = std::filesystem::absolute(path, error).parent_path(); !error && above != above.root_path();
       above = above.parent_path()) {
    if (const Access passes = may(above, kPass); passes != Access::yes) return passes;
  }
  return error ? Access::unknown : Access::yes;
}

bool DaemonUser::need(const std::filesystem::path& path, const std::string& key, bool folder, unsigned bits,
                      tools::Findings& into) const {
  const std::string where = key + ": " + path.string() + ": ";
  struct stat state {};
  if (::stat(path.c_str(), &state) != 0) {
    if (errno == EACCES) {
      into.not_looked_at.push_back(where + "you may not look into its folder");
    } else {
      into.problems.push_back(where + text_of(errno));
    }
    return false;
  }
  if (folder != S_ISDIR(state.st_mode)) {
    into.problems.push_back(where + (folder ? "it is not a folder" : "it is not a file"));
    return false;
  }
  const Access own = may(path, bits);
  const Access way = reaches(path);
  if (own == Access::no || way == Access::no) {
    into.problems.push_back(where + "the daemon's user " + name_ + " may not " +
                            (way == Access::no      ? "enter a folder above it"
                             : (bits & kWrite) != 0 ? "read and change it"
                                                    : "read it"));
  } else if (own == Access::unknown || way == Access::unknown) {
    into.not_looked_at.push_back(where +
                                 "whether the daemon may open it: who the daemon is, is known by the owner of identity.key");
  }
  return true;
}

bool DaemonUser::need_file(const std::filesystem::path& file, const std::string& key, tools::Findings& into) const {
  return need(file, key, false, kRead, into);
}

void DaemonUser::need_folder(const std::filesystem::path& folder, const std::string& key, bool writes,
                             tools::Findings& into) const {
  need(folder, key, true, kRead | kPass | (writes ? kWrite : 0), into);
}

}  // namespace greentill::cli

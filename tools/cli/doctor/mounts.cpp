// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/doctor/mounts.hpp"

#include <algorithm>
#include <sstream>

#include "daemon/base/file.hpp"
#include "daemon/base/text.hpp"

namespace greentill::doctor {
namespace {

namespace fs = std::filesystem;

/// "\040" is a blank.
std::string unescaped(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool octal =
        text[i] == '\\' && i + 3 < text.size() && text.substr(i + 1, 3).find_first_not_of("01234567") == std::string::npos;
    plain += octal ? static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0')) : text[i];
    if (octal) i += 3;
  }
  return plain;
}

void add_options(const std::string& text, std::vector<std::string>& into) {
  std::istringstream in(text);
  for (std::string one; std::getline(in, one, ',');) into.push_back(one);
}

std::optional<Mount> read_line(const std::string& line) {
  std::istringstream in(line);
  std::string id, parent, device, root, point, options, word;
  Mount mount;
  if (!(in >> id >> parent >> device >> root >> point >> options)) return std::nullopt;
  while (in >> word && word != "-") continue;
  std::string source, of_system;
  if (!(in >> mount.type >> source >> of_system)) return std::nullopt;
  const std::size_t colon = device.find(':');
  if (colon == std::string::npos) return std::nullopt;
  mount.major = parse_integer<unsigned>(device.substr(0, colon)).value_or(0);
  mount.minor = parse_integer<unsigned>(device.substr(colon + 1)).value_or(0);
  mount.point = unescaped(point);
  add_options(options, mount.options);
  add_options(of_system, mount.options);
  return mount;
}

bool is_below(const std::string& path, const std::string& point) {
  return point == "/" || path == point || (path.starts_with(point) && path[point.size()] == '/');
}

}  // namespace

bool Mount::has(const std::string& option) const { return std::find(options.begin(), options.end(), option) != options.end(); }

std::optional<Mount> find_mount(const std::string& mountinfo, const fs::path& path) {
  std::optional<Mount> found;
  std::istringstream in(mountinfo);
  for (std::string line; std::getline(in, line);) {
    auto mount = read_line(line);
    if (!mount || !is_below(path.string(), mount->point)) continue;
    // What is mounted later over the same place hides what was there.
    if (!found || mount->point.size() >= found->point.size()) found = std::move(mount);
  }
  return found;
}

std::optional<Mount> mount_of(const fs::path& path, const fs::path& proc) {
  const auto text = read_file(proc / "self/mountinfo");
  std::error_code error;
  const fs::path real = fs::weakly_canonical(path, error);
  return text && !error ? find_mount(*text, real) : std::nullopt;
}

std::optional<fs::path> disk_of(const Mount& mount, const fs::path& sys) {
  if (mount.major == 0) return std::nullopt;
  std::error_code error;
  fs::path disk = fs::canonical(sys / "dev/block" / (std::to_string(mount.major) + ":" + std::to_string(mount.minor)), error);
  if (error) return std::nullopt;
  if (fs::exists(disk / "partition", error)) disk = disk.parent_path();
  // What lies on others, such as an encrypted one, is worn as they are.
  for (int depth = 0; depth < 4; ++depth) {
    const fs::directory_iterator below(disk / "slaves", error);
    if (error || below == fs::directory_iterator()) break;
    disk = fs::canonical(below->path(), error);
    if (!error && fs::exists(disk / "partition", error)) disk = disk.parent_path();
  }
  return disk;
}

fs::path nearest(const fs::path& path) {
  std::error_code error;
  fs::path there = fs::absolute(path, error);
  while (!error && !fs::exists(there, error) && there.has_relative_path()) there = there.parent_path();
  return there;
}

}  // namespace greentill::doctor

// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/grants.hpp"

#include <algorithm>
#include <optional>
#include <system_error>

#include "daemon/base/text.hpp"
#include "daemon/toml/table.hpp"

namespace greentill::detect {
namespace {

namespace fs = std::filesystem;

/// What has the name itself, be it a link.
fs::file_type type_of(const fs::path& path) {
  std::error_code ignored;
  return fs::symlink_status(path, ignored).type();
}

/// The path with links followed, as far as it exists.
fs::path resolved(const fs::path& path) {
  std::error_code error;
  const fs::path real = fs::weakly_canonical(path, error);
  return error ? path.lexically_normal() : real;
}

bool is_beneath(const fs::path& file, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), file.begin(), file.end()).first == folder.end();
}

class PathReader {
 public:
  PathReader(Grants grants, const std::vector<fs::path>& secrets, const std::vector<std::string>& folders) : secrets_(secrets) {
    read_.grants = std::move(grants);
    read_.folders = folders;
  }

  ConfiguredGrants take() { return std::move(read_); }

  void add(std::string_view key, const std::string& text) {
    if (text.size() < 2 || text.front() != '/' || text.find('\0') != std::string::npos) return;
    const fs::path path = fs::path(text).lexically_normal();
    if (path == path.root_path()) return;
    if (const auto device = device_of(path)) {
      read_.grants.write.push_back(*device);
      return;
    }
    if (key == "done" || key == "failed") {
      read_.grants.write.push_back(path);
      return;
    }
    const fs::file_type type = type_of(path);
    const bool was_folder = std::find(read_.folders.begin(), read_.folders.end(), path.string()) != read_.folders.end();
    if (type == fs::file_type::directory && !was_folder) read_.folders.push_back(path);
    const bool folder = type == fs::file_type::directory || was_folder;
    // One that is gone is not made anew: it is missed by whoever reads it.
    if (was_folder && type == fs::file_type::not_found) return;
    (key == "path" && folder ? read_.grants.write : read_.grants.read).push_back(path);
    if (!folder && (type == fs::file_type::regular || type == fs::file_type::not_found)) add_folder_of(key, path);
  }

 private:
  /// A device that reads and writes; udev names it by links that the system alone makes.
  static std::optional<std::string> device_of(const fs::path& path) {
    const bool may_be_link = is_beneath(path, "/dev");
    const fs::path real = may_be_link ? resolved(path) : path;
    if (type_of(real) != fs::file_type::character || (may_be_link && !is_beneath(real, "/dev"))) return std::nullopt;
    return real.string();
  }

  void add_folder_of(std::string_view key, const fs::path& file) {
    const fs::path folder = file.parent_path();
    const fs::path real = resolved(folder);
    const bool of_the_root = folder == folder.root_path() || folder.parent_path() == folder.root_path();
    const bool holds_secret =
        std::any_of(secrets_.begin(), secrets_.end(), [&](const fs::path& secret) { return is_beneath(resolved(secret), real); });
    if (!of_the_root && !holds_secret) {
      read_.grants.read.push_back(folder);
      return;
    }
    read_.alone.push_back(file);
    std::error_code ignored;
    if (key == "path" && !fs::exists(file, ignored)) read_.awaited = file;
  }

  const std::vector<fs::path>& secrets_;
  ConfiguredGrants read_;
};

}  // namespace

Status add_network(std::string_view written, bool listen, Grants& into) {
  if (written == "udp" || written == "unix") {
    (written == "udp" ? into.datagrams : into.local_sockets) = true;
    return Done{};
  }
  constexpr std::string_view kTcp = "tcp:";
  const auto port = written.starts_with(kTcp) ? parse_integer<std::uint16_t>(written.substr(kTcp.size())) : std::nullopt;
  if (port.value_or(0) == 0) return fail(ErrorCode::invalid, "must be a list of \"tcp:PORT\", \"udp\" and \"unix\"");
  (listen ? into.listen : into.connect).push_back(*port);
  return Done{};
}

ConfiguredGrants with_configured_paths(Grants grants, std::string_view configuration, const std::vector<fs::path>& secrets,
                                       const std::vector<std::string>& folders) {
  PathReader reader(std::move(grants), secrets, folders);
  toml::Table::parse(configuration, "configuration").each_text([&](std::string_view key, const std::string& text) {
    reader.add(key, text);
  });
  return reader.take();
}

bool covers(const Grants& grants, const fs::path& file) {
  const auto meets = [](const fs::path& a, const fs::path& b) { return is_beneath(a, b) || is_beneath(b, a); };
  const fs::path plain = file.lexically_normal();
  const fs::path real = resolved(file);
  for (const auto* granted : {&grants.read, &grants.write}) {
    for (const std::string& one : *granted) {
      const fs::path path = fs::path(one).lexically_normal();
      if (meets(plain, path) || meets(real, path)) return true;
    }
  }
  return false;
}

}  // namespace greentill::detect

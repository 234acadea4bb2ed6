// SPDX-License-Identifier: Apache-2.0
// What a plugin in a child may reach besides its own memory and the system's libraries, and how the configuration says it.
// Threads: pure functions, safe from any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/error.hpp"

namespace greentill::detect {

/// Paths are absolute: a file, or a folder with all that is below it.
struct Grants {
  std::vector<std::string> read;
  std::vector<std::string> write;      ///< files may be made, renamed and removed there, and read
  std::vector<std::uint16_t> connect;  ///< TCP ports, of any machine
  std::vector<std::uint16_t> listen;   ///< TCP ports
  bool datagrams = false;              ///< UDP: looking up a name needs it
  bool local_sockets = false;          ///< AF_UNIX

  [[nodiscard]] bool has_network() const { return !connect.empty() || !listen.empty() || datagrams || local_sockets; }
};

/// Adds "tcp:9100", "udp" or "unix" to the grants. invalid, with the reason, where it is none of these.
Status add_network(std::string_view written, bool listen, Grants& into);

struct ConfiguredGrants {
  Grants grants;
  std::vector<std::string> alone;  ///< files that are granted without the folder that they lie in
  /// The file that `path` names, where it is granted alone and does not exist: the child would never see it come. Else empty.
  std::string awaited;
  std::vector<std::string> folders;  ///< the paths that are folders, or were at an earlier look
};

/// Adds the paths that the plugin's own configuration names, so that nobody has to write them twice. Where the configuration is
/// TOML, every text in it that is an absolute path may be read. A path that is no folder is granted together with the folder that
/// it lies in, since files appear later, are rotated and are replaced by others of their name. But no folder directly below the
/// root ("/etc"), and none that holds a secret, is granted for a file's sake; nor for the sake of a link, or of a path that was a
/// folder at an earlier look (`folders`): somebody has replaced it. The folders `path`, `done` and `failed` may also be written:
/// files are taken from the first and moved to the others. So may a serial line's device, also where a link of /dev leads to it.
///
/// Other links are not followed here, and are refused when a child starts (host/granted.hpp).
ConfiguredGrants with_configured_paths(Grants grants, std::string_view configuration,
                                       const std::vector<std::filesystem::path>& secrets,
                                       const std::vector<std::string>& folders = {});

/// Whether one of the granted paths, as it is written, is the file or a folder above it, or lies in it.
bool covers(const Grants& grants, const std::filesystem::path& file);

}  // namespace greentill::detect

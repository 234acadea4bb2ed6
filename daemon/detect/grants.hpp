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

/// Takes "tcp:9100", "udp" or "unix" in. invalid: it is none of these, with the reason.
Status add_network(std::string_view written, bool listen, Grants& into);

struct ConfiguredGrants {
  Grants grants;
  std::vector<std::string> alone;  ///< granted without the folder that they lie in
  std::string awaited;             ///< `path`, where it is one of these and not there: nobody would see it come. Else empty
};

/// The paths that the plugin's own configuration names are granted too, so that nobody writes them twice. Where it is TOML, every
/// text in it that is an absolute path may be read. One that is no folder may be read together with the folder that it lies in,
/// since files come later, are rotated and are replaced by others of their name; but for its sake neither a folder of the root
/// ("/etc") nor one that holds a secret. `path`, where it is a folder, `done` and `failed` may be written: that is where files
/// are taken from and go.
ConfiguredGrants with_configured_paths(Grants grants, std::string_view configuration,
                                       const std::vector<std::filesystem::path>& secrets);

/// Whether one of the granted paths is the file, or a folder above it.
bool covers(const Grants& grants, const std::filesystem::path& file);

}  // namespace greentill::detect

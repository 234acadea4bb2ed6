// SPDX-License-Identifier: Apache-2.0
// Reads a plugin's configuration. Errors are thrown as std::runtime_error, as for everything that goes wrong while a plugin is
// created: the plugin helper (plugin.hpp) reports them to the host.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

#include "daemon/base/file.hpp"
#include "daemon/toml/table.hpp"

namespace greentill::plugin {

/// Parses the text; every error is thrown as soon as it is met. `name` is the document's name in messages.
inline toml::Table read_configuration(std::string_view text, std::string_view name) {
  return toml::Table::parse(text, std::string(name), [](const Error& error) { throw std::runtime_error(error.message); });
}

/// The text of a file that the configuration names.
inline std::string read_text(const std::filesystem::path& path) {
  Result<std::string> text = read_file(path);
  if (!text) throw std::runtime_error(text.error().message);
  return std::move(*text);
}

}  // namespace greentill::plugin

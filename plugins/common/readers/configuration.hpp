// SPDX-License-Identifier: Apache-2.0
// What a plugin is configured with. As everything that is wrong where a plugin is made, errors are thrown as std::runtime_error,
// which the plugin helper reports to the host.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

#include "daemon/base/file.hpp"
#include "daemon/toml/table.hpp"

namespace greentill::plugin {

/// Each error is thrown where it is met. `name` is what the document is called in messages.
inline toml::Table read_configuration(std::string_view text, std::string_view name) {
  return toml::Table::parse(text, std::string(name), [](const Error& error) { throw std::runtime_error(error.message); });
}

/// A file that the configuration names.
inline std::string read_text(const std::filesystem::path& path) {
  Result<std::string> text = read_file(path);
  if (!text) throw std::runtime_error(text.error().message);
  return std::move(*text);
}

}  // namespace greentill::plugin

// SPDX-License-Identifier: Apache-2.0
// Print jobs and how tests write them down.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "plugins/escpos/scanner.hpp"

namespace greentill::escpos::test {

/// Lifetime: the text's.
inline ByteView bytes(const std::string& text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

inline std::string read(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

inline void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

}  // namespace greentill::escpos::test

// SPDX-License-Identifier: Apache-2.0
#include "tools/broker-guard/share_group.hpp"

#include <algorithm>

#include "daemon/base/file.hpp"
#include "daemon/base/saved_text.hpp"

namespace greentill::guard {
namespace {

constexpr std::size_t kLeast = 16;  // fewer could be guessed
constexpr std::size_t kMost = 64;

bool is_plain_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

}  // namespace

Result<std::string> read_share_group(const std::filesystem::path& path) {
  const auto text = read_file(path, 4096);
  if (!text) return Failure{text.error()};
  constexpr auto kOthers = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
  std::error_code error;
  if ((std::filesystem::status(path, error).permissions() & kOthers) != std::filesystem::perms::none) {
    return fail(ErrorCode::denied, path.string() + ": holds a secret and is open to others than its owner; run chmod 600 on it");
  }
  const std::string_view name = only_line(*text);
  if (name.size() >= kLeast && name.size() <= kMost && std::all_of(name.begin(), name.end(), is_plain_letter)) {
    return std::string(name);
  }
  return fail(ErrorCode::invalid, path.string() + ": it must hold the name of the share group, " + std::to_string(kLeast) +
                                      " to " + std::to_string(kMost) +
                                      " of a to z and 0 to 9; greentill-credit broker-config makes one");
}

}  // namespace greentill::guard

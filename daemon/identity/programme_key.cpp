// SPDX-License-Identifier: Apache-2.0
#include <mbedtls/platform_util.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "daemon/base/hex.hpp"
#include "daemon/identity/identity.hpp"
#include "daemon/identity/secret_file.hpp"

namespace greentill::identity {
namespace {

std::optional<ProgrammeKey> parse(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string_view number = line.substr(0, space);
  ProgrammeKey key;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), key.version);
  if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
  auto bytes = from_hex(line.substr(space + 1));
  if (!bytes || bytes->size() != key.key.size()) return std::nullopt;
  std::ranges::copy(*bytes, key.key.begin());
  mbedtls_platform_zeroize(bytes->data(), bytes->size());
  return key;
}

}  // namespace

Result<ProgrammeKey> load_programme_key(const std::filesystem::path& path) {
  auto content = read_secret(path);
  if (!content) return Failure{content.error()};
  const std::optional<ProgrammeKey> key = parse(*content);
  mbedtls_platform_zeroize(content->data(), content->size());
  if (!key) return fail(ErrorCode::invalid, path.string() + ": must be one line, '<version> <64 hexadecimal digits>'");
  return *key;
}

}  // namespace greentill::identity

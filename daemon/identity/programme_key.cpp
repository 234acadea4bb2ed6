// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/text.hpp"
#include "daemon/crypto/secret_file.hpp"
#include "daemon/identity/identity.hpp"

namespace greentill::identity {
namespace {

constexpr std::size_t kKeyBytes = 32;

Result<ProgrammeKey> parse(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  const std::size_t space = std::min(line.find(' '), line.size());
  const auto version = parse_integer<decltype(ProgrammeKey::version)>(line.substr(0, space));
  if (space == line.size() || !version) return fail(ErrorCode::invalid, "no version");
  auto secret = crypto::secret_from_hex(line.substr(space + 1), kKeyBytes);
  if (!secret) return Failure{secret.error()};
  return ProgrammeKey{*version, std::move(*secret)};
}

}  // namespace

Result<ProgrammeKey> load_programme_key(const std::filesystem::path& path) {
  const auto content = crypto::read_secret(path);
  if (!content) return Failure{content.error()};
  auto key = parse(content->text());
  if (!key) return fail(ErrorCode::invalid, path.string() + ": must be one line, '<version> <64 hexadecimal digits>'");
  return key;
}

}  // namespace greentill::identity

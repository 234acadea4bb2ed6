// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/saved_text.hpp"
#include "daemon/crypto/secret_file.hpp"
#include "daemon/identity/identity.hpp"

namespace greentill::identity {
namespace {

constexpr std::size_t kKeyBytes = 32;

Failure<Error> refuse(const std::string& why) {
  return fail(ErrorCode::invalid, "must be one line, '<version> <64 hexadecimal digits>': " + why);
}

/// Says what is wrong without a word of what stands there: the file holds a secret.
Result<ProgrammeKey> parse(std::string_view content) {
  const std::string_view line = only_line(content);
  const std::size_t space = std::min(line.find_first_of(" \t"), line.size());
  const auto version = parse_integer<decltype(ProgrammeKey::version)>(line.substr(0, space));
  if (line.empty()) return refuse("it is empty");
  if (is_utf16(content)) return refuse("it is UTF-16 text; save it as plain ASCII");
  if (line.find('\n') != std::string_view::npos) return refuse("it has more than one line");
  if (!version) return refuse("it does not begin with a version and a space");
  auto secret = crypto::secret_from_hex(trimmed(line.substr(space)), kKeyBytes);
  if (!secret) return refuse("what follows the version is " + secret.error().message);
  return ProgrammeKey{*version, std::move(*secret)};
}

}  // namespace

Result<ProgrammeKey> load_programme_key(const std::filesystem::path& path) {
  const auto content = crypto::read_secret(path);
  if (!content) return Failure{content.error()};
  auto key = parse(content->text());
  if (!key) return Failure{key.error().with_context(path.string())};
  return key;
}

}  // namespace greentill::identity

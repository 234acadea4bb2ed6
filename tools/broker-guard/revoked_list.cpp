// SPDX-License-Identifier: Apache-2.0
#include "tools/broker-guard/revoked_list.hpp"

#include <algorithm>
#include <optional>

#include "daemon/base/hex.hpp"
#include "daemon/base/text.hpp"
#include "daemon/claim/claim.hpp"

namespace greentill::guard {
namespace {

constexpr std::string_view kKind = "greentill-revoked ";
constexpr std::string_view kVersion = "1";

/// The text, line by line.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  /// The next line, without its end; nothing where there is none, or it has no end.
  std::optional<std::string_view> next() {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    ++number_;
    return line;
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] Failure<Error> wrong(const char* what) const {
    return fail(ErrorCode::invalid, "line " + std::to_string(number_) + ": " + what);
  }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

/// What stands behind the word, where the line begins with it.
std::optional<std::string_view> behind(std::string_view word, std::string_view line) {
  if (!line.starts_with(word)) return std::nullopt;
  return line.substr(word.size());
}

std::optional<std::int64_t> count_behind(std::string_view word, const std::optional<std::string_view>& line) {
  const auto digits = line ? behind(word, *line) : std::nullopt;
  const auto count = digits ? parse_integer<std::int64_t>(*digits) : std::nullopt;
  return count && *count >= 0 ? count : std::nullopt;
}

std::optional<Digest> digest_of(std::string_view digits) {
  const auto bytes = from_hex(digits);
  Digest digest{};
  if (!bytes || bytes->size() != digest.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  return digest;
}

/// Adds what the line names; false where it names neither a device nor a key.
bool take(std::string_view line, RevokedList& list) {
  if (const auto device = behind("device ", line)) {
    if (!claim::is_device_id(*device)) return false;
    list.devices.emplace(*device);
    return true;
  }
  const auto digits = behind("key ", line);
  const auto key = digits ? digest_of(*digits) : std::nullopt;
  if (key) list.keys.insert(*key);
  return key.has_value();
}

}  // namespace

std::string to_text(const RevokedList& list) {
  std::string text = std::string(kKind) + std::string(kVersion) + "\nnumber " + std::to_string(list.number) + '\n';
  for (const std::string& device : list.devices) text += "device " + device + '\n';
  for (const Digest& key : list.keys) text += "key " + to_hex(key) + '\n';
  return text + "end " + std::to_string(list.devices.size() + list.keys.size()) + '\n';
}

Result<RevokedList> parse_revoked(std::string_view text) {
  Lines lines(text);
  const auto kind = lines.next();
  const auto version = kind ? behind(kKind, *kind) : std::nullopt;
  if (!version) return fail(ErrorCode::invalid, "it does not begin as a list of the revoked");
  if (*version != kVersion) return fail(ErrorCode::unsupported, "a newer version of greentill-credit wrote it");
  RevokedList list;
  const auto number = count_behind("number ", lines.next());
  if (!number) return lines.wrong("there is no number");
  list.number = *number;
  std::int64_t count = 0;
  for (auto line = lines.next();; line = lines.next(), ++count) {
    if (!line) return fail(ErrorCode::invalid, "it is cut off");
    if (line->starts_with("end ")) {
      if (count_behind("end ", line) != count || !lines.at_end()) return lines.wrong("the list does not end as it says");
      return list;
    }
    if (!take(*line, list)) return lines.wrong("neither a device nor a key");
  }
}

}  // namespace greentill::guard

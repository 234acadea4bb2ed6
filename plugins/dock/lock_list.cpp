// SPDX-License-Identifier: Apache-2.0
#include "plugins/dock/lock_list.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "daemon/base/hex.hpp"
#include "daemon/base/text.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/crypto/key_verifier.hpp"
#include "plugins/common/readers/configuration.hpp"

namespace greentill::dock {
namespace {

constexpr const char* kId = "must be 1 to 40 small letters, digits and '-'";
constexpr const char* kKey = "must be a point of P-256: 130 digits in hex that begin with 04";
constexpr const char* kTwice = "is listed twice";

/// False where the text is no key.
bool read_key(std::string_view text, firmware::PublicPoint& key) {
  const auto point = from_hex(text);
  if (!point || point->size() != key.size() || !crypto::verifier_from_point(*point)) return false;
  std::ranges::copy(*point, key.begin());
  return true;
}

/// As the registry exports its locks.
LockList parse_tables(std::string_view text, const std::string& name) {
  const toml::Table toml = plugin::read_configuration(text, name);
  LockList list;
  for (const toml::Table& row : toml.tables("lock")) {
    ListedLock lock;
    const std::string id = row.filled_text("id");
    if (!claim::is_device_id(id)) row.wrong("id", kId);
    if (!read_key(row.filled_text("key"), lock.key)) row.wrong("key", kKey);
    lock.state = row.has("state") ? row.one_of("state", {"active", "retired", "revoked"}) : "active";
    lock.mode = row.text_or("mode", "");
    // Under which root its rides stand is the source's own entry's to say.
    row.allow({"root", "root_number"});
    if (!list.emplace(id, std::move(lock)).second) row.wrong("id", kTwice);
  }
  toml.check();
  return list;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (line = trimmed(line.substr(0, line.find('#'))); !line.empty(); line = trimmed(line)) {
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
  return words;
}

/// What is wrong with a line's words; empty where nothing is.
std::string add(const std::vector<std::string_view>& words, LockList& into) {
  if (words.size() < 2 || words.size() > 3) return "a line has a lock's id, its key, and a mode where it has its own";
  ListedLock lock{{}, "active", words.size() == 3 ? std::string(words[2]) : std::string()};
  if (!claim::is_device_id(words[0])) return std::string("the id ") + kId;
  if (!read_key(words[1], lock.key)) return std::string("the key ") + kKey;
  return into.emplace(words[0], std::move(lock)).second ? std::string() : std::string("the lock ") + kTwice;
}

LockList parse_lines(std::string_view text, const std::string& name) {
  LockList list;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const auto words = words_of(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string wrong = words.empty() ? std::string() : add(words, list);
    if (!wrong.empty()) throw std::runtime_error(name + ":" + std::to_string(number) + ": " + wrong);
  }
  return list;
}

}  // namespace

LockList parse_lock_list(std::string_view text, const std::string& name) {
  return text.find("[[lock]]") != std::string_view::npos ? parse_tables(text, name) : parse_lines(text, name);
}

}  // namespace greentill::dock

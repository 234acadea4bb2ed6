// SPDX-License-Identifier: Apache-2.0
#include "daemon/verify/lock_file.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "daemon/base/hex.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/toml/table.hpp"

namespace greentill::verify {
namespace {

constexpr std::int64_t kMostNumber = std::numeric_limits<std::uint32_t>::max();

/// A basic string of TOML. A root's name holds whatever its owner likes, but no control characters.
std::string toml_text(std::string_view text) {
  std::string all = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') all += '\\';
    all += c;
  }
  return all + '"';
}

ListedLock read_one(const toml::Table& table) {
  ListedLock lock;
  lock.id = table.filled_text("id");
  if (!lock.id.empty() && !claim::is_device_id(lock.id)) table.wrong("id", "is no lock id: 1 to 40 of a to z, 0 to 9 and hyphen");
  const auto key = from_hex(table.filled_text("key"));
  if (key && key->size() == lock.key.size() && key->front() == 4) {
    std::ranges::copy(*key, lock.key.begin());
  } else {
    table.wrong("key", "is no point on P-256: 130 hexadecimal digits, of which the first are 04");
  }
  lock.root = static_cast<std::uint32_t>(table.integer("root_number", 1, kMostNumber));
  lock.root_name = table.filled_text("root", claim::kMaxTextBytes);
  lock.state = table.one_of("state", {"active", "retired", "revoked"});
  return lock;
}

}  // namespace

std::string write_lock_file(const std::vector<ListedLock>& locks) {
  std::string text = "# Locks and their public keys, as the registry has them. Nothing here is secret.\n";
  for (const ListedLock& one : locks) {
    text += "\n[[lock]]\nid = " + toml_text(one.id) + "\nkey = \"" + to_hex(one.key) + "\"\nroot = " + toml_text(one.root_name) +
            "\nroot_number = " + std::to_string(one.root) + "\nstate = " + toml_text(one.state) + '\n';
  }
  return text;
}

Result<std::vector<ListedLock>> read_lock_file(std::string_view text, const std::string& name) {
  return toml::load(text, name, [](const toml::Table& root) {
    std::vector<ListedLock> locks;
    std::set<std::string> ids;
    for (const toml::Table& table : root.tables("lock")) {
      ListedLock lock = read_one(table);
      if (!ids.insert(lock.id).second) table.wrong("id", "stands there twice");
      locks.push_back(std::move(lock));
    }
    return locks;
  });
}

}  // namespace greentill::verify

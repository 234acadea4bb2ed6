// SPDX-License-Identifier: Apache-2.0
#include "plugins/dock/lock_list.hpp"

#include <algorithm>

#include "daemon/base/hex.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/crypto/key_verifier.hpp"
#include "plugins/common/readers/configuration.hpp"

namespace greentill::dock {

LockList parse_lock_list(std::string_view text, const std::string& name) {
  const toml::Table toml = plugin::read_configuration(text, name);
  LockList list;
  for (const toml::Table& row : toml.tables("lock")) {
    ListedLock lock;
    const std::string id = row.filled_text("id");
    if (!claim::is_device_id(id)) row.wrong("id", "must be 1 to 40 small letters, digits and '-'");
    const auto point = from_hex(row.filled_text("key"));
    if (!point || point->size() != lock.key.size() || !crypto::verifier_from_point(*point)) {
      row.wrong("key", "must be a point of P-256: 130 digits in hex that begin with 04");
    }
    std::copy(point->begin(), point->end(), lock.key.begin());
    lock.state = row.has("state") ? row.one_of("state", {"active", "retired", "revoked"}) : "active";
    lock.mode = row.text_or("mode", "");
    // Under which root its rides stand is the source's own entry's to say.
    row.allow({"root", "root_number"});
    if (!list.emplace(id, std::move(lock)).second) row.wrong("id", "is listed twice");
  }
  toml.check();
  return list;
}

}  // namespace greentill::dock

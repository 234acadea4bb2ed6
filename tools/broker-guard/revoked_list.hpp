// SPDX-License-Identifier: Apache-2.0
// The list of who is kept out of the broker, as workers publish it and the guard keeps it: docs/mqtt.md, "The list of the
// revoked". Threads: pure functions.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"

namespace greentill::guard {

struct RevokedList {
  std::int64_t number = 0;  ///< rises with each change of the registry
  std::set<std::string, std::less<>> devices;
  std::set<Digest> keys;  ///< SHA-256 of the SubjectPublicKeyInfo: of a unit whose name another one goes on with

  bool operator==(const RevokedList&) const = default;
  [[nodiscard]] bool has(std::string_view device, const Digest& key) const {
    return devices.contains(device) || keys.contains(key);
  }
};

[[nodiscard]] std::string to_text(const RevokedList& list);

/// The list of a text; invalid, with the line, where it is none or was cut off, unsupported where a newer version wrote it.
Result<RevokedList> parse_revoked(std::string_view text);

}  // namespace greentill::guard

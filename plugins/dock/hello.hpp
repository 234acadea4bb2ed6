// SPDX-License-Identifier: Apache-2.0
// What a lock says of itself (docs/dock-link.md, "The hello"). Only its key is proven, and only once prove() was asked: the rest
// is for people. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "daemon/base/bytes.hpp"
#include "firmware/core/ports.hpp"

namespace greentill::dock {

struct Hello {
  std::uint32_t session = 0;
  firmware::PublicPoint key{};
  std::uint32_t first = 0;  ///< lowest counter on flash; 0: none
  std::uint32_t last = 0;
  std::uint32_t acknowledged = 0;
  std::uint32_t settled = 0;
  std::uint32_t refused = 0;
  std::uint32_t starts = 0;
  std::uint8_t reset_reason = 0;
  std::uint16_t battery_mv = 0;
  std::uint8_t phase = 0;
  std::uint8_t clock = 0;
  std::int64_t time = 0;  ///< Unix seconds by the lock's clock
  std::uint16_t settings = 0;
  std::uint32_t damaged_frames = 0;
  std::string id;  ///< empty: not provisioned

  /// Not unlocked, and no ride is under way or paused.
  [[nodiscard]] bool is_locked() const { return phase == 0; }
};

/// Nothing where the content is not of a hello's form.
[[nodiscard]] std::optional<Hello> parse_hello(ByteView content);

/// The key's id (docs/claim-format.md, "Public keys") in hex, by which the lock's messages name it.
[[nodiscard]] std::string key_id_of(const firmware::PublicPoint& key);

/// In words, as the pages have them: "watchdog", "riding", "not set". Lifetime: static.
[[nodiscard]] const char* reset_words(std::uint8_t reason);
[[nodiscard]] const char* phase_words(std::uint8_t phase);
[[nodiscard]] const char* clock_words(std::int64_t clock);

}  // namespace greentill::dock

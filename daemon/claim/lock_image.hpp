// SPDX-License-Identifier: Apache-2.0
// What a lock is told of a new image for it (message type 65011): which board it is for, which version, and what each of its two
// forms is, one a slot. docs/lock-update.md says what a lock makes of it. Nothing allocates or throws. Threads: pure functions.
#pragma once

#include <array>

#include "daemon/base/bytes.hpp"
#include "daemon/base/result.hpp"
#include "daemon/claim/fault.hpp"

namespace greentill::claim {

/// The longest image's message.
inline constexpr std::size_t kMaxLockImageBytes = 224;

struct LockImage {
  std::int64_t issued_at = 0;
  std::uint32_t version = 0;  ///< 1 and above; a lock takes none that is not above every version it went on with
  std::uint32_t board = 0;    ///< for which locks it is: docs/lock-update.md, "The message"
  struct Form {
    std::uint32_t size = 0;  ///< in bytes
    Digest sha256{};
  };
  std::array<Form, 2> forms;  ///< linked for slot 0 and for slot 1
};

Result<std::size_t, Fault> encode_lock_image(const LockImage& image, MutableBytes out);
Result<LockImage, Fault> parse_lock_image(ByteView payload);

}  // namespace greentill::claim

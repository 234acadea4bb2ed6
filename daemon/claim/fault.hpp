// SPDX-License-Identifier: Apache-2.0
// Why bytes were refused, and where.
#pragma once

#include <cstddef>
#include <cstdint>

namespace greentill::claim {

struct Fault {
  enum class Kind : std::uint8_t {
    malformed,    ///< never acceptable: broken, not deterministic, or outside the format's limits
    unsupported,  ///< well-formed, but of a type, entry or key this version does not know: retry later
    no_room,      ///< the output buffer is too small
    signing,      ///< the key could not be used
  };
  Kind kind = Kind::malformed;
  std::size_t offset = 0;   ///< byte of the input (0 when encoding)
  const char* reason = "";  ///< static, English, one line
};

}  // namespace greentill::claim

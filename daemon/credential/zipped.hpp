// SPDX-License-Identifier: Apache-2.0
// Deflated bytes, whose size is bounded before they are made: a few bytes can stand for gigabytes. Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"

namespace greentill::credential {

enum class Wrapping : std::uint8_t {
  gzip,  ///< RFC 1952, without name and time
  zlib   ///< RFC 1950
};

/// The same bytes for the same input and version of zlib.
[[nodiscard]] std::string deflated(ByteView bytes, Wrapping wrapping);

/// invalid where the bytes are not one whole stream, bytes follow it, or it stands for more than `most` bytes.
Result<std::string> inflated(ByteView bytes, Wrapping wrapping, std::size_t most);

}  // namespace greentill::credential

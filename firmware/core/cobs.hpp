// SPDX-License-Identifier: Apache-2.0
// Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999): bytes without a zero, so that a zero ends a frame and whoever
// comes in at any byte finds the next one. Threads: pure functions.
#pragma once

#include <optional>

#include "daemon/base/bytes.hpp"

namespace greentill::firmware {

/// The most bytes that so many take, without the zero behind them.
[[nodiscard]] constexpr std::size_t cobs_bytes(std::size_t plain) { return plain + plain / 254 + 1; }

/// Returns how many were written; nothing where they do not fit. `out` must not overlap `plain`.
[[nodiscard]] std::optional<std::size_t> cobs_encode(ByteView plain, MutableBytes out);

/// Decodes in place, and returns how many bytes came of it; nothing where the bytes are no encoding: empty, with a zero, or cut
/// short.
[[nodiscard]] std::optional<std::size_t> cobs_decode(MutableBytes bytes);

}  // namespace greentill::firmware

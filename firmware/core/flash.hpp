// SPDX-License-Identifier: Apache-2.0
// NOR flash, as a port: what the journal needs of a board's memory. docs/lock-journal.md says what of flash it relies on.
//
// What an adapter must do: erase sets every bit of a sector; program clears bits and never sets one, word by word in ascending
// order, and returns when the last is in the cells. The journal programs each word at most once between two erases, so that parts
// with an error code over each word will do. Power may fail at any instant: a word that is being programmed then keeps any of the
// bits it should lose, and a sector that is being erased keeps anything. Threads: one thread at a time.
#pragma once

#include "daemon/base/bytes.hpp"

namespace greentill::firmware {

/// What is programmed at once, in bytes. Parts that program 4 bytes or less at once do two or more.
inline constexpr std::uint32_t kFlashWord = 8;
inline constexpr std::uint32_t kTwoWords = 16;  ///< of them

class Flash {
 public:
  /// In bytes, a multiple of 1,024; the same for every sector.
  [[nodiscard]] virtual std::uint32_t sector_size() const = 0;
  /// The same at each call.
  [[nodiscard]] virtual std::uint32_t sector_count() const = 0;
  /// False where the memory does not answer; `out` is unspecified then. Requires of all: within the memory.
  [[nodiscard]] virtual bool read(std::uint32_t address, MutableBytes out) = 0;
  /// False where the memory does not do it; any of the words may then have lost bits. Requires: address and size are multiples of
  /// kFlashWord, and the words are erased.
  [[nodiscard]] virtual bool program(std::uint32_t address, ByteView words) = 0;
  /// False where the memory does not do it; the sector then holds anything. Sectors are numbered from 0.
  [[nodiscard]] virtual bool erase(std::uint32_t sector) = 0;

 protected:
  ~Flash() = default;  // never owned through the port: nothing on a lock is deleted
};

}  // namespace greentill::firmware

// SPDX-License-Identifier: Apache-2.0
// The header and the frames of a write-ahead log. https://www.sqlite.org/fileformat2.html#walformat Private to daemon/sqlite.
// Threads: any.
#pragma once

#include <cstdint>
#include <vector>

#include "daemon/base/bytes.hpp"
#include "daemon/base/descriptor.hpp"

namespace greentill::sqlite {

/// Eight big-endian words.
inline constexpr std::size_t kLogHeader = 32;

std::uint32_t word_at(ByteView bytes, std::size_t at, bool big_endian = true);

/// Requires: kLogHeader bytes.
bool is_log_header(ByteView header);

struct LogFrame {
  std::uint32_t page = 0;
  std::uint64_t offset = 0;  ///< of the page's content in the file
};

struct LogFrames {
  /// Those that SQLite would take: whole, with the header's salts and a checksum that goes on from the frame before, up to the
  /// last one that ends a commit.
  std::vector<LogFrame> taken;
  std::vector<LogFrame> others;  ///< behind these: what an earlier use of the file left there, or damage
};
/// In their order in the file.
LogFrames frames_of(const Descriptor& log, std::size_t page_size);

}  // namespace greentill::sqlite

// SPDX-License-Identifier: Apache-2.0
// The chunked coding of a body (RFC 9112, 7.1), held to its grammar byte by byte: in what a lenient reader passes over, a second
// request can hide behind the first. What is not data is bounded: a size by its digits, extensions and trailers together.
// Private to daemon/api.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace greentill::api {

class ChunkDecoder {
 public:
  static constexpr std::size_t kMaxExtraBytes = 8u << 10;  ///< extensions and trailers of one body

  struct Piece {
    std::size_t taken = 0;  ///< bytes at the front that are this body's; those behind its end are the next request's
    std::string_view data;  ///< the last of them, where they are data
  };
  /// Takes as much of `bytes` as leads to a run of data and the run itself, or all. Requires: neither ended() nor failed().
  Piece next(std::string_view bytes);

  [[nodiscard]] bool ended() const { return state_ == State::ended; }
  [[nodiscard]] bool failed() const { return state_ == State::failed; }

 private:
  enum class State : std::uint8_t {
    size_begin,
    size,
    extension_space,
    extension,
    size_end,
    data,
    data_cr,
    data_end,
    trailer_begin,
    trailer_name,
    trailer_value,
    trailer_end,
    last_end,
    ended,
    failed
  };
  [[nodiscard]] State after(char c);
  [[nodiscard]] State after_digit(int digit);
  [[nodiscard]] State after_extra(State state);

  State state_ = State::size_begin;
  unsigned digits_ = 0;
  std::uint64_t left_ = 0;  // of the chunk's data
  std::size_t extra_ = 0;
};

}  // namespace greentill::api

// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/chunk_decoder.hpp"

#include <algorithm>

namespace greentill::api {
namespace {

constexpr unsigned kMaxDigits = 16;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// What may stand in a line. A CR or LF that is not its end may not: another reader could take it for one.
bool is_text(char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f); }

}  // namespace

ChunkDecoder::Piece ChunkDecoder::next(std::string_view bytes) {
  Piece piece;
  while (piece.taken < bytes.size() && !ended() && !failed()) {
    if (state_ != State::data) {
      state_ = after(bytes[piece.taken++]);
      continue;
    }
    piece.data = bytes.substr(piece.taken, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - piece.taken)));
    piece.taken += piece.data.size();
    left_ -= piece.data.size();
    if (left_ == 0) state_ = State::data_cr;
    return piece;
  }
  return piece;
}

ChunkDecoder::State ChunkDecoder::after(char c) {
  const auto only = [c](char expected, State then) { return c == expected ? then : State::failed; };
  switch (state_) {
    case State::size_begin:
      digits_ = 0;
      left_ = 0;
      return after_digit(hex_digit(c));
    case State::size:
      if (c == '\r') return State::size_end;
      if (c == ';') return after_extra(State::extension);
      return is_blank(c) ? after_extra(State::extension_space) : after_digit(hex_digit(c));
    case State::extension_space:
      if (c == ';') return after_extra(State::extension);
      return is_blank(c) ? after_extra(State::extension_space) : State::failed;
    case State::extension:  // none is known here, and one that is not known is passed over
      if (c == '\r') return State::size_end;
      return is_text(c) ? after_extra(State::extension) : State::failed;
    case State::size_end: return only('\n', left_ != 0 ? State::data : State::trailer_begin);
    case State::data_cr: return only('\r', State::data_end);
    case State::data_end: return only('\n', State::size_begin);
    case State::trailer_begin:
      if (c == '\r') return State::last_end;
      return is_text(c) && !is_blank(c) && c != ':' ? after_extra(State::trailer_name) : State::failed;
    case State::trailer_name:
      if (c == ':') return after_extra(State::trailer_value);
      return is_text(c) && !is_blank(c) ? after_extra(State::trailer_name) : State::failed;
    case State::trailer_value:
      if (c == '\r') return State::trailer_end;
      return is_text(c) ? after_extra(State::trailer_value) : State::failed;
    case State::trailer_end: return only('\n', State::trailer_begin);
    case State::last_end: return only('\n', State::ended);
    case State::data:
    case State::ended:
    case State::failed: break;
  }
  return State::failed;
}

ChunkDecoder::State ChunkDecoder::after_digit(int digit) {
  if (digit < 0 || ++digits_ > kMaxDigits) return State::failed;
  left_ = left_ << 4 | static_cast<unsigned>(digit);
  return State::size;
}

ChunkDecoder::State ChunkDecoder::after_extra(State state) { return ++extra_ > kMaxExtraBytes ? State::failed : state; }

}  // namespace greentill::api

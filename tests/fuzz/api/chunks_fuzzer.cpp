// SPDX-License-Identifier: Apache-2.0
// A body in chunks, whole and in pieces: both must give the same, and what is accepted must be its data written anew with framing
// around it that is bounded.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "daemon/api/chunk_decoder.hpp"

namespace {

using greentill::api::ChunkDecoder;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Decoded {
  std::string data;
  std::size_t taken = 0;
  std::size_t runs = 0;
  bool ended = false;
  bool failed = false;
};

Decoded decode(std::string_view bytes, std::size_t step) {
  ChunkDecoder decoder;
  Decoded result;
  while (result.taken < bytes.size() && !decoder.ended() && !decoder.failed()) {
    const std::string_view offered = bytes.substr(result.taken, step);
    const ChunkDecoder::Piece piece = decoder.next(offered);
    require(piece.taken > 0 && piece.taken <= offered.size() && piece.data.size() <= piece.taken);
    require(piece.data.empty() || piece.data.data() + piece.data.size() == offered.data() + piece.taken);
    result.taken += piece.taken;
    result.data += piece.data;
    result.runs += piece.data.empty() ? 0 : 1;
  }
  result.ended = decoder.ended();
  result.failed = decoder.failed();
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Decoded whole = decode(bytes, std::max<std::size_t>(size, 1));
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}}) {
    const Decoded pieces = decode(bytes, step);
    require(pieces.data == whole.data && pieces.taken == whole.taken);
    require(pieces.ended == whole.ended && pieces.failed == whole.failed);
  }
  require(!(whole.ended && whole.failed));
  // A chunk has its size of at most 16 digits and two line ends, and so have the last one and the trailers' end.
  constexpr std::size_t kFraming = 16 + 4;
  require(whole.taken <= whole.data.size() + (whole.runs + 1) * kFraming + 3 * ChunkDecoder::kMaxExtraBytes + 1);
  if (whole.ended) require(bytes.substr(0, whole.taken).ends_with("\r\n"));
  return 0;
}

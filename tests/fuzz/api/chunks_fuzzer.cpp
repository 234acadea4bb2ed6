// SPDX-License-Identifier: Apache-2.0
// A body in chunks, whole and in pieces: both must give the same, and what is accepted must be its data written anew with framing
// around it that is bounded.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "daemon/api/framing.hpp"

namespace {

using namespace greentill::api;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Decoded {
  std::string data;
  std::size_t taken = 0;
  std::size_t runs = 0;
  bool whole = false;
};

Decoded decode(std::string_view bytes, std::size_t step) {
  RequestHead head;
  head.chunked = true;
  Input input;
  std::size_t fed = 0;
  Decoded result;
  const auto more = [&] {
    const std::string_view piece = bytes.substr(fed, step);
    input.append(piece);
    fed += piece.size();
    require(input.rest().size() <= step + kMaxChunkExtraBytes + 64);
    return !piece.empty();
  };
  result.whole = read_body(head, input, more, [&result](std::string_view piece) {
    require(!piece.empty());
    result.data += piece;
    ++result.runs;
    return true;
  });
  result.taken = fed - input.rest().size();
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Decoded whole = decode(bytes, size + 1);
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}}) {
    const Decoded pieces = decode(bytes, step);
    require(pieces.data == whole.data && pieces.whole == whole.whole);
    require(!whole.whole || pieces.taken == whole.taken);
  }
  // A chunk has its size of at most 16 digits and two line ends, and so have the last one and the trailers' end.
  constexpr std::size_t kFraming = 16 + 4;
  require(whole.taken <= whole.data.size() + (whole.runs + 1) * kFraming + 3 * kMaxChunkExtraBytes + 1);
  if (whole.whole) require(bytes.substr(0, whole.taken).ends_with("\r\n"));
  return 0;
}

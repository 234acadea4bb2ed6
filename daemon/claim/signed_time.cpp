// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/signed_time.hpp"

#include "daemon/claim/codec.hpp"

namespace greentill::claim {
namespace {

template <typename Io, typename T>
void layout_time(Io& io, T& time) {
  auto map = io.begin_map(2, "the time is not a map");
  io.key(map, 1);
  io.fixed(time.nonce, "the nonce is not 16 bytes");
  io.key(map, 2);
  io.integer(time.unix_seconds, "the time is not a 64-bit integer");
  io.end_map(map);
}

}  // namespace

Result<std::size_t, Fault> encode_time(const SignedTime& time, MutableBytes out) {
  Encoder io(out);
  layout_time(io, time);
  return io.finish();
}

Result<SignedTime, Fault> parse_time(ByteView payload) {
  if (const auto checked = check_item(payload); !checked) return Failure{checked.error()};
  Decoder io(payload);
  SignedTime time;
  layout_time(io, time);
  if (!io.ok()) return Failure{io.fault()};
  return time;
}

}  // namespace greentill::claim

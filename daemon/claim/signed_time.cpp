// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/signed_time.hpp"

#include "daemon/claim/codec.hpp"

namespace greentill::claim {
namespace {

constexpr auto kTimeLayout = [](auto& io, auto& time) {
  auto map = io.begin_map(2, "the time is not a map");
  io.key(map, 1);
  io.fixed(time.nonce, "the nonce is not 16 bytes");
  io.key(map, 2);
  io.integer(time.unix_seconds, "the time is not a 64-bit integer");
  io.end_map(map);
};

}  // namespace

Result<std::size_t, Fault> encode_time(const SignedTime& time, MutableBytes out) { return encode_by(kTimeLayout, time, out); }

Result<SignedTime, Fault> parse_time(ByteView payload) { return parse_by<SignedTime>(kTimeLayout, payload); }

}  // namespace greentill::claim

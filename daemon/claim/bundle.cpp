// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/bundle.hpp"

#include <limits>

#include "daemon/claim/codec.hpp"

namespace greentill::claim {
namespace {

constexpr auto kBundleLayout = [](auto& io, auto& bundle) {
  constexpr const char* kReason = "what the bundle holds is not [a number from 1 on, bytes]";
  auto map = io.begin_map(bundle.device ? 5 : 4, "the bundle is not a map");
  if (io.optional_key(map, kSubject, bundle.device.has_value())) {
    io.device(io.slot(bundle.device), kIssuerPrefix, "the subject is not urn:greentill:device: and 1 to 40 of [a-z0-9-]");
  }
  io.key(map, kExpires);
  io.integer(bundle.expires_at, "the bundle's end is not a 64-bit integer");
  io.key(map, kNotBefore);
  io.integer(bundle.holds_from, "the time from which the bundle holds is not a 64-bit integer");
  io.require(bundle.holds_from < bundle.expires_at, "the bundle ends before it holds");
  io.key(map, kIssuedAt);
  io.integer(bundle.made_at, "the time at which the bundle was made is not a 64-bit integer");
  io.key(map, kBody);
  io.array(2, kReason);
  io.unsigned_integer(bundle.number, kReason);
  io.require(bundle.number != 0, kReason);
  io.bytes(bundle.content, 0, std::numeric_limits<std::size_t>::max(), kReason);
  io.end_map(map);
};

}  // namespace

Result<std::size_t, Fault> encode_bundle(const Bundle& bundle, MutableBytes out) { return encode_by(kBundleLayout, bundle, out); }

Result<Bundle, Fault> parse_bundle(ByteView payload) { return parse_by<Bundle>(kBundleLayout, payload); }

}  // namespace greentill::claim
